import io
import shutil
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.urls import reverse

from duologue.brand.catalogue.actions import save_products
from duologue.brand.catalogue.models import Product
from duologue.brand.catalogue.rules import NewProduct
from duologue.brand.wording.actions import NeedsReason, accept, no_longer_accept
from duologue.cli.frame import Refused
from duologue.cli.plans import standing
from duologue.cli.plans.applying import apply_files, files_in_force
from duologue.cli.plans.folder import named, read_folder
from duologue.cli.plans.saying import go
from duologue.engage.channels.actions import save_relay
from duologue.engage.channels.models import Relay
from duologue.engage.conversations.models import Team
from duologue.engage.endpoints.actions import add_endpoint, change_endpoint
from duologue.engage.messages.models import MessageVersion
from duologue.engage.messages.words import wording_of
from duologue.engage.models import Endpoint
from duologue.engage.runs.models import Run
from duologue.kit.yaml import Mistakes, read_yaml
from duologue.people.consent.actions import save_purpose, save_topic
from duologue.people.consent.models import Purpose
from duologue.people.profiles.actions import add
from duologue.platform.audit.models import AuditEntry
from duologue.platform.staff.actions import create_key
from duologue.platform.workspaces.actions import create_workspace
from duologue.platform.workspaces.models import PlanFile
from duologue.strategize.dialogues import queries
from duologue.strategize.dialogues.models import DialogueVersion
from duologue.strategize.offers.models import OfferVersion
from duologue.strategize.segments.models import Segment
from tests.web import seed

EXAMPLE = Path(__file__).parents[3] / "examples" / "online-retail" / "plan"
NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
LATER = datetime(2026, 1, 6, 12, 0, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(EXAMPLE, tmp_path / "plan")


def put(workspace, folder, now=NOW, **options):
    return apply_files(workspace=workspace, files=read_folder(folder), now=now, **options)


def edit(folder, path, old, new):
    text = (folder / path).read_text()
    assert old in text
    (folder / path).write_text(text.replace(old, new))


def test_a_folder_is_put_in_force(workspace, folder):
    outcome = put(workspace, folder)
    assert {change.sign for change in outcome.changes} == {"+"}
    assert len(outcome.changes) == len(read_folder(folder))
    version = queries.current(workspace, "win-back")
    assert version.pins == {
        "messages": {"we-miss-you": 1, "your-code": 1, "code-ends-soon": 1},
        "surveys": {"why-quiet": 1},
        "offers": {"ten-percent": 1},
    }
    assert queries.plan_of(version).turns["gift"].gives == ("ten-percent",)
    assert sorted(Segment.within(workspace).values_list("name", flat=True)) == ["good-customers", "lapsed-good-customers"]
    assert outcome.warnings == ["dialogues/win-back.yaml: the channel sms has no way out here yet; it is passed over."]


def test_a_plan_says_how_its_texts_are_worded_with_file_and_line(workspace, folder):
    before = put(workspace, folder).warnings
    assert [one for one in before if "messages/" in one] == []
    edit(folder, "messages/we-miss-you.yaml", "has been a while", "has been a while, and it is cheap, guaranteed")
    line = next(at for at, one in enumerate((folder / "messages/we-miss-you.yaml").read_text().splitlines(), 1) if "cheap" in one)
    claim = f"messages/we-miss-you.yaml:{line}: “guaranteed” is a claim, and nothing proves it. "
    claim += "Say what is true of it, or write a promise with its proof into the brand book."
    assert [one for one in put(workspace, folder, dry=True).warnings if "messages/" in one] == [claim]
    edit(folder, "brand.yaml", """[hurry, last chance, "don't miss"]""", "[cheap]")
    edit(folder, "brand.yaml", 'ink: "#2b2326"', 'ink: "#cccccc"')
    said = put(workspace, folder, LATER).warnings
    avoided = f"messages/we-miss-you.yaml:{line}: The brand never says “cheap”. "
    avoided += "Say it in another word, or take it out of `never_says` in the brand book."
    assert [one for one in said if "messages/" in one] == [avoided, claim]
    assert "brand.yaml:17: Text in #cccccc on #ffffff (paper)" in [one.partition(" has ")[0] for one in said]
    of = "messages/we-miss-you.yaml"
    here = wording_of(workspace, "we-miss-you").open
    assert [one.about for one in here] == ["avoided word", "claim"]
    with pytest.raises(NeedsReason):
        accept(workspace=workspace, of=of, finding=here[0], reason=" ", now=NOW, by="ada")
    accept(workspace=workspace, of=of, finding=here[0], reason="It is the name of a bird.", now=NOW, by="ada")
    assert AuditEntry.objects.get(action="accept wording").detail["reason"] == "It is the name of a bird."
    edit(folder, of, "a while, and", "a while, yes, and")
    assert [one.partition(": ")[2][:12] for one in put(workspace, folder, LATER).warnings if one.startswith(of)] == ["“guaranteed”"]
    assert no_longer_accept(workspace=workspace, of=of, mark=here[0].mark, by="ada")
    assert [one.about for one in wording_of(workspace, "we-miss-you").open] == ["avoided word", "claim"]


def test_the_same_again_changes_nothing(workspace, folder):
    put(workspace, folder)
    assert put(workspace, folder, LATER).changes == []
    assert DialogueVersion.within(workspace).count() == 1
    assert set(PlanFile.within(workspace).values_list("applied_at", flat=True)) == {NOW}


def test_a_dry_run_says_the_same_and_changes_nothing(workspace, folder):
    dry = put(workspace, folder, dry=True)
    assert not PlanFile.within(workspace).exists()
    assert not MessageVersion.within(workspace).exists()
    assert put(workspace, folder) == dry


def test_a_changed_message_is_pinned_anew_and_nothing_else_moves(workspace, folder):
    put(workspace, folder)
    edit(folder, "messages/your-code.yaml", "here is your code", "this is your code")
    outcome = put(workspace, folder, LATER)
    assert [(change.sign, change.path) for change in outcome.changes] == [
        ("~", "messages/your-code.yaml"),
        ("→", "dialogues/win-back.yaml"),
    ]
    assert queries.current(workspace, "win-back").pins["messages"]["your-code"] == 2
    assert OfferVersion.within(workspace).count() == 1


def test_what_is_written_back_is_the_same_byte_for_byte(workspace, folder):
    (folder / "teams.yaml").write_bytes(b"\xef\xbb\xbf# with a mark\r\ncare: {emails: [care@shop.example]}\r\n")
    put(workspace, folder)
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert files_in_force(workspace) == files


def test_what_is_changed_by_other_doors_is_written_back_and_makes_the_same_elsewhere(workspace, folder, client):
    """Relays on screen, products over HTTP, purposes, topics and teams by whatever writes their tables."""
    channels = "# out\nmain: {channel: email, kind: smtp, host: mail.shop.example, security: tls}  # ours\nmailbox: {kind: mailbox}\n"
    (folder / "channels.yaml").write_text(channels)
    (folder / "purposes.yaml").write_text("# why\npromotions: {title: News, basis: consent}\nservice: {basis: contract}\n")
    (folder / "topics.yaml").write_text("tea: {title: Tea}\n")
    (folder / "teams.yaml").write_text("care: {emails: [care@shop.example]}\n")
    (folder / "products.csv").write_text("sku;name;price;stock\nP1;Pen;18.50;4\nP2;Ink;3;\n")
    put(workspace, folder)
    same = {name: (folder / name).read_bytes() for name in standing.FILES if (folder / name).exists()}
    assert len(same) == 5
    assert {name: content for name, content in files_in_force(workspace).items() if name in standing.FILES} == same
    client.force_login(seed.staff_for(workspace), backend="allauth.account.auth_backends.AuthenticationBackend")
    client.post(reverse("setup:relay", args=["shop", "main"]), {"use": "no"})
    secret = create_key(workspace, name="robot", kind="manage", role="owner", now=NOW)[1]
    asked = {"headers": {"Authorization": f"Bearer {secret}"}, "content_type": "application/json"}
    odd = 'Green, "first"\npicking\u2028'
    assert client.put("/api/v1/shop/products/P1", {"stock": 1}, **asked).status_code == 200
    assert (
        client.put("/api/v1/shop/products/TEA", {"name": odd, "price": 4.99, "link": "https://shop.example/tea"}, **asked).status_code
        == 200
    )
    assert client.delete("/api/v1/shop/products/P2", **asked).status_code in {200, 204}
    save_purpose(workspace=workspace, name="promotions", title="News and offers", about="Now and then")
    save_purpose(workspace=workspace, name="voices", title="Showing", shows=True)
    save_topic(workspace=workspace, name="coffee", title="Coffee")
    spare = {"host": "spare.example", "domains": {"gmail.com": 2}}
    save_relay(workspace=workspace, name="spare", kind="smtp", settings=spare, weight=0, is_enabled=False)
    Team.within(workspace).update(emails=["care@shop.example", "ann@shop.example"])
    dumped = files_in_force(workspace)
    said = dumped["channels.yaml"].decode()
    assert "# out\n" in said
    assert "# ours" in said
    assert read_yaml(said).data["main"] == read_yaml(channels).data["main"] | {"enabled": False}
    assert read_yaml(said).data["mailbox"] == {"kind": "mailbox"}
    assert "# why\n" in dumped["purposes.yaml"].decode()
    assert put(workspace, folder, LATER).changes == []  # a relay that was left out stays so, and no stock is set back
    assert Relay.within(workspace).get(name="main").is_enabled is False
    elsewhere = create_workspace(name="other", title="Other", clock_at=NOW.isoformat())
    apply_files(workspace=elsewhere, files=[named(path, content) for path, content in dumped.items()], now=NOW)
    assert standing_of(elsewhere) == standing_of(workspace)
    assert files_in_force(elsewhere) == dumped


def standing_of(workspace):
    """What of these files is in force."""
    products = (
        Product.within(workspace).filter(gone_at=None).order_by("key").values_list("key", "name", "price", "currency", "stock", "link")
    )
    relays = Relay.within(workspace).order_by("name").values_list("name", "kind", "is_test", "is_enabled", "weight", "settings")
    purposes = Purpose.within(workspace).order_by("name").values_list("name", "title", "about", "basis", "shows")
    teams = Team.within(workspace).order_by("name").values_list("name", "emails")
    return [list(some) for some in (products, relays, purposes, teams)]


def test_what_a_feed_brings_is_not_written_into_the_folder(workspace, folder):
    (folder / "products.csv").write_text("key,name\nP1,Pen\n")
    put(workspace, folder)
    Product.within(workspace).update(feed="google")
    save_products(workspace=workspace, products=[NewProduct("F1", "By feed", None, "GBP")], now=NOW)
    Product.within(workspace).filter(key="F1").update(feed="google")
    assert files_in_force(workspace)["products.csv"] == b"key,name\nP1,Pen\n"


def test_all_mistakes_of_all_files_are_told_and_nothing_is_changed(workspace, folder):
    edit(folder, "offers/ten-percent.yaml", "worth: 10%", "worht: 10%")
    edit(folder, "dialogues/win-back.yaml", "say: your-code", "say: your-cod")
    edit(folder, "messages/code-ends-soon.yaml", "fallback: {person.called: there}\n", "")
    with pytest.raises(Mistakes) as found:
        put(workspace, folder)
    said = [(mistake.file, mistake.line) for mistake in found.value.mistakes]
    assert len(said) == 3
    assert ("offers/ten-percent.yaml", 5) in said
    assert ("dialogues/win-back.yaml", 31) in said
    assert any(file == "messages/code-ends-soon.yaml" for file, _ in said)
    assert "did you mean 'worth'?" in str(found.value)
    assert "did you mean 'your-code'?" in str(found.value)
    assert not PlanFile.within(workspace).exists()
    assert not OfferVersion.within(workspace).exists()


def test_a_file_that_is_gone_is_told_and_what_it_made_stays(workspace, folder):
    put(workspace, folder)
    made = (folder / "personas/gift-giver.yaml").read_bytes()
    (folder / "personas/gift-giver.yaml").unlink()
    outcome = put(workspace, folder, LATER)
    assert [(change.sign, change.path) for change in outcome.changes] == [("-", "personas/gift-giver.yaml")]
    assert files_in_force(workspace)["personas/gift-giver.yaml"] == made


def stands_at(workspace, turn):
    """Somebody under way in the win-back."""
    (someone,) = add(workspace=workspace, seen_at=[NOW])
    version = queries.current(workspace, "win-back")
    about = {"person": someone, "profile_id": someone, "shard": 0, "turn": turn, "arrived_at": NOW, "started_at": NOW, "phase": "listening"}
    run = Run(workspace=workspace, dialogue_id=version.dialogue_id, version=version, **about)
    run.save()
    return run


def test_publishing_says_how_many_are_under_way_and_moves_them_where_asked(workspace, folder):
    put(workspace, folder)
    run = stands_at(workspace, "why")
    edit(folder, "dialogues/win-back.yaml", "silence: 5d", "silence: 6d")
    assert [change.says for change in put(workspace, folder, LATER, dry=True).changes] == [
        "dialogue win-back, version 2; 1 under way finish on theirs"
    ]
    assert [change.says for change in put(workspace, folder, LATER, move={"win-back"}).changes] == [
        "dialogue win-back, version 2; 1 under way move to it"
    ]
    run.refresh_from_db()
    assert (run.version_id, run.wake_at) == (queries.current(workspace, "win-back").pk, LATER)


@pytest.mark.parametrize(("typed", "version"), [(["x", "m"], 2), (["finish"], 1)])
def test_apply_asks_on_a_terminal_what_becomes_of_those_under_way(workspace, folder, monkeypatch, capsys, typed, version):
    put(workspace, folder)
    run = stands_at(workspace, "why")
    edit(folder, "dialogues/win-back.yaml", "silence: 5d", "silence: 6d")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _question: typed.pop(0))
    asked = Namespace(folder=str(folder), workspace=workspace.name, under_way=None, json=False)
    assert go(asked, dry=False) == 0
    assert "win-back: 1 person is under way on an older version." in capsys.readouterr().out
    run.refresh_from_db()
    assert (run.version.number, typed) == (version, [])


def test_apply_changes_nothing_where_nobody_answers(workspace, folder, monkeypatch):
    put(workspace, folder)
    stands_at(workspace, "why")
    edit(folder, "dialogues/win-back.yaml", "silence: 5d", "silence: 6d")
    monkeypatch.setattr("sys.stdin", type("Terminal", (io.StringIO,), {"isatty": lambda _self: True})(""))
    with pytest.raises(Refused, match="it was not said what becomes of those under way"):
        go(Namespace(folder=str(folder), workspace=workspace.name, under_way=None, json=False), dry=False)
    assert queries.current(workspace, "win-back").number == 1


def test_a_vanished_turn_with_people_in_it_is_refused_where_they_are_to_move(workspace, folder):
    put(workspace, folder)
    run = stands_at(workspace, "why")
    edit(folder, "dialogues/win-back.yaml", "  why:", "  question:")
    edit(folder, "dialogues/win-back.yaml", "then: why}", "then: question}")
    with pytest.raises(Mistakes, match=r"does not have: why \(1\)"):
        put(workspace, folder, LATER, move={"win-back"})
    assert queries.current(workspace, "win-back").number == 1
    edit(folder, "dialogues/win-back.yaml", "  question:", "  question:\n    was: why")
    put(workspace, folder, LATER, move={"win-back"})
    run.refresh_from_db()
    assert run.turn == "question"


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("dialogue/x.yaml", "did you mean 'dialogues'?"),
        ("placement/x.yaml", "did you mean 'placements'?"),
        ("notes.txt", "A plan folder knows no"),
    ],
)
def test_a_file_that_does_not_belong_is_refused(folder, path, sentence):
    (folder / path).parent.mkdir(exist_ok=True)
    (folder / path).write_text("x")
    with pytest.raises(Mistakes, match=sentence.replace("?", r"\?")):
        read_folder(folder)


def test_a_pool_of_codes_belongs_to_the_offer_that_names_it(workspace, folder):
    edit(folder, "offers/ten-percent.yaml", "code: generated", "code: {pool: codes.txt}")
    (folder / "offers/codes.txt").write_text("AAA-1\nAAA-2\nAAA-1\n")
    outcome = put(workspace, folder)
    assert ("offers/codes.txt", "2 codes for ten-percent") in [(change.path, change.says) for change in outcome.changes]


def test_a_purpose_by_consent_cannot_carry_a_service_dialogue(workspace, folder):
    edit(folder, "dialogues/win-back.yaml", "purpose: promotions", "purpose: promotions\nkind: service")
    with pytest.raises(Mistakes, match=r"dialogues/win-back\.yaml:5: A service dialogue needs a purpose by contract"):
        put(workspace, folder)


def test_products_are_taken_in_or_refused_by_line(workspace, folder):
    (folder / "products.csv").write_text("key,name,price,currency,stock\nPEN,Pen,18.50,GBP,64\nINK,Ink,7,GBP,\n")
    put(workspace, folder)
    assert Product.within(workspace).get(key="PEN").price == 1850
    (folder / "products.csv").write_text("key,name,price\nPEN,Pen,19.50\nINK,Ink,much\n")
    with pytest.raises(Mistakes, match=r"products\.csv:3: "):
        put(workspace, folder)
    assert Product.within(workspace).get(key="PEN").price == 1850


def test_programs_that_are_told_of_events_stand_in_webhooks_yaml(workspace, folder):
    path = folder / "webhooks.yaml"
    path.write_text("crm: {url: https://crm.example/hooks, events: [Spam Reported, Order Completed]}  # theirs\n")
    dry = put(workspace, folder, dry=True)
    assert not Endpoint.within(workspace).exists()
    assert put(workspace, folder) == dry
    one = Endpoint.within(workspace).get()
    assert (one.name, one.events, one.addresses, one.is_test) == ("crm", ["Order Completed", "Spam Reported"], False, False)
    assert (put(workspace, folder, LATER).changes, files_in_force(workspace)["webhooks.yaml"]) == ([], path.read_bytes())
    change_endpoint(workspace=workspace, name="crm", addresses=True, now=LATER)
    add_endpoint(workspace=workspace, name="erp", url="https://erp.example/in", events=["*"], is_test=True, now=LATER)
    assert read_yaml(files_in_force(workspace)["webhooks.yaml"].decode()).data == {
        "crm": {"url": "https://crm.example/hooks", "events": ["Order Completed", "Spam Reported"], "addresses": True},
        "erp": {"url": "https://erp.example/in", "events": ["*"], "test": True},
    }
    assert [(change.sign, change.path) for change in put(workspace, folder, LATER).changes] == [("~", "webhooks.yaml")]
    assert (Endpoint.within(workspace).get(name="crm").addresses, Endpoint.within(workspace).count()) == (False, 2)
    assert put(workspace, folder, LATER).changes == []
    path.write_bytes(files_in_force(workspace)["webhooks.yaml"])
    put(workspace, folder, LATER)
    assert files_in_force(workspace)["webhooks.yaml"] == path.read_bytes()
    for wrong, why in (
        ("crm: {url: https://crm.example, events: [], test: true}", "webhooks.yaml:1: "),
        ("crm: {url: 'https://', events: ['*']}", "webhooks.yaml:1: "),
        ("crm: {url: https://crm.example, events: ['*'], signing_secret: x}", "knows no 'signing_secret'"),
    ):
        path.write_text(wrong)
        with pytest.raises(Mistakes, match=why):
            put(workspace, folder, LATER)
