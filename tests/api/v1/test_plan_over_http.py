"""A program that makes what a marketer would: facts, files, broadcasts, sites, surveys, campaigns, contributions."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError

from duologue.brand.catalogue.models import Product
from duologue.cli.plans.applying import apply_files, files_in_force
from duologue.cli.plans.folder import named
from duologue.engage.contributions.actions import NewContribution, contribute
from duologue.engage.contributions.rules import PUBLIC
from duologue.engage.uploads.jobs import take_in_all
from duologue.people.consent.actions import NewStatement, save_purpose, state
from duologue.people.consent.queries import standing
from duologue.people.identifiers.actions import NewIdentifier, attach
from duologue.people.privacy.actions import object_to
from duologue.people.profiles.actions import NewFact, add, learn, merge
from duologue.people.profiles.queries import people
from duologue.platform.audit.models import AuditEntry
from duologue.platform.staff.actions import create_key
from duologue.platform.workspaces.queries import now
from duologue.strategize.segments.actions import save_segment
from tests.engage.conversations.conftest import anna, delivery  # noqa: F401 - fixtures

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
SURVEY = "survey: why-quiet\nquestions:\n  reason: {ask: Why so quiet?, kind: one, options: [moved, busy]}\n"
SITE = "site: tea\ntitle: Tea\ntext: |\n  All about tea.\nasks: [email]\nbutton: Sign up\n"


@pytest.fixture
def ask(client, workspace, settings, tmp_path):
    settings.DATA = type(settings.DATA)(tmp_path)
    secret = create_key(workspace, name="shop", kind="manage", role="owner", now=NOW)[1]

    def call(method, path, body=None, status=200, **head):
        plain = {"data": body, "content_type": "application/json"} if method != "get" else {}
        if body and "file" in body:
            plain = {"data": body}
        answer = getattr(client, method)(f"/api/v1/shop{path}", headers={"Authorization": f"Bearer {secret}", **head}, **plain)
        assert answer.status_code == status, answer.content
        if status != 204 and answer["Content-Type"].startswith("application/json"):
            return answer.json()
        return answer.getvalue() if answer.streaming else answer.content

    return call


@pytest.fixture
def ann(workspace):
    (profile,) = add(workspace=workspace, seen_at=[NOW])
    attach(workspace=workspace, identifiers=[NewIdentifier(profile, "email", "ann@people.example", "ann@people.example")], now=NOW)
    return profile


def handed(name, content, **asked):
    return {**asked, "file": SimpleUploadedFile(name, content)}


@pytest.mark.django_db
def test_facts_are_set_and_forgotten_whichever_profile_holds_them(ask, ann, workspace):
    path = "/people/email/ann@people.example/facts"
    (other,) = add(workspace=workspace, seen_at=[NOW])
    later = datetime(2027, 1, 1, tzinfo=UTC)
    learn(workspace=workspace, facts=[NewFact(other, "plan", "gold", "shop", later), NewFact(other, "size", 38, "shop", NOW)], now=NOW)
    merge(workspace=workspace, keep=ann, lose=other, because="same", now=NOW)
    said = ask("patch", path, {"facts": {"plan": "silver", "size": None, "firstName": "Ann"}})
    assert said == {"person": ann, "facts": {"plan": "silver", "first_name": "Ann"}, "unwanted": []}
    assert people(workspace, [ann])[ann].name == "Ann"
    object_to(workspace=workspace, profiles=[ann, other], key="plan", now=NOW)
    assert ask("patch", path, {"facts": {"plan": "gold"}})["unwanted"] == ["plan"]
    for wrong in ({"email": "x@y.example"}, {"a": "\x00"}, {"a": "x" * 40_000}, {"": 1}):
        ask("patch", path, {"facts": wrong}, status=422)
    ask("patch", path, {"facts": {"a": 1}, "purposes": ["nothing"]}, status=422)
    assert AuditEntry.objects.filter(action="change facts", subject=str(ann)).count() == 2


@pytest.mark.django_db
def test_files_are_taken_in_by_a_job_once(ask, workspace, settings):
    save_purpose(workspace=workspace, name="newsletter")
    table = b"Number,Email,Town\n1,ann@people.example,Bath\n2,nonsense,York\n"
    first = ask("post", "/imports", handed("p.csv.gz", gzip.compress(table), kind="people", external_id="Number"), status=202)
    again = {"Idempotency-Key": "1"}
    line = json.dumps({"type": "track", "userId": "1", "event": "Tea Tasted", "messageId": "m", "timestamp": NOW.isoformat()}).encode()
    second = ask("post", "/imports", handed("e.ndjson", line + b"\nnonsense\n", kind="events"), 202, **again)
    assert ask("post", "/imports", handed("e.ndjson", line + b"\nnonsense\n", kind="events"), 202, **again) == second
    ask("post", "/imports", handed("e.ndjson", line, kind="events"), 422, **again)
    zero = ask("post", "/imports", handed("e.ndjson", line, kind="events\0"), 400)
    assert zero == {"detail": "What was sent holds a zero byte, which no text can keep."}
    third = ask("post", "/imports", handed("t.csv", b"key,name,price\ntea,Tea,3.50\n,x,\n", kind="products"), status=202)
    left = b"Email Address\nann@people.example\n"
    consent = {"kind": "consent", "tool": "mailchimp", "purpose": "newsletter"}
    fourth = ask("post", "/imports", handed("unsubscribed_1.csv", left, **consent), status=202)
    assert first["state"] == "waiting"
    assert take_in_all() == 4
    found = {one["id"]: one for one in ask("get", "/imports")}
    figures = [
        [found[one["id"]][name] for name in ("state", "rows_read", "rows_written", "rows_refused")]
        for one in (first, second, third, fourth)
    ]
    assert figures == [["done", 2, 2, 0], ["done", 2, 1, 1], ["done", 2, 1, 1], ["done", 1, 1, 0]]
    assert b"nonsense" not in ask("get", f"/imports/{second['id']}/refused")
    assert ask("get", f"/imports/{third['id']}/refused").startswith(b"line,reason,sentence")
    ask("get", f"/imports/{fourth['id']}/refused", status=404)
    assert Product.within(workspace).get().key == "tea"
    person = ask("get", "/people/email/ann@people.example")
    assert person["facts"] == {"town": "Bath"}
    assert not standing(workspace, [person["person"]])[person["person"]].may("email", "newsletter")
    assert ask("post", "/imports", handed("p.csv", table, kind="people", external_id="Number", recipe=""), status=202)["state"] == "waiting"
    assert take_in_all() == 1
    assert not list(Path(settings.DATA.imports).glob("upload-*"))
    for wrong in ({"kind": "consent"}, {"kind": "people", "tool": "mailchimp"}, {"kind": "people", "recipe": "kind: events"}):
        ask("post", "/imports", handed("x.csv", table, **wrong), status=422)
    differ = ask("post", "/imports", handed("unsubscribed_2.csv", left, **consent, state="subscribed"), status=422)
    assert differ["detail"].startswith("unsubscribed_2.csv is named after those unsubscribed and said to hold those subscribed")
    refused = ask("post", "/imports", handed("x.csv", b"", kind="people"), status=422)
    assert refused == {"detail": "x.csv is empty."}


@pytest.mark.django_db
def test_a_file_whose_reading_was_cut_off_is_taken_up_again(ask, workspace, monkeypatch):
    from duologue.engage.uploads import jobs

    class Cut(BaseException):
        pass

    def cut(_job, _path):
        raise Cut

    with monkeypatch.context() as here:
        here.setitem(jobs._HOW, "products", cut)
        made = ask("post", "/imports", handed("t.csv", b"key,name\ntea,Tea\n", kind="products"), status=202)
        with pytest.raises(Cut):
            take_in_all()
    assert ask("get", f"/imports/{made['id']}")["state"] == "running"
    assert take_in_all() == 1
    assert ask("get", f"/imports/{made['id']}")["state"] == "done"
    gone = ask("post", "/imports", handed("t.csv", b"key,name\ntea,Tea\n", kind="products"), status=202)
    for path in Path(jobs.settings.DATA.imports).glob("upload-*"):
        path.unlink()
    take_in_all()
    assert ask("get", f"/imports/{gone['id']}")["sentence"] == "The file is not there any more; send it again."


@pytest.mark.django_db(transaction=True)
def test_a_file_that_ends_its_reader_keeps_no_other_waiting(ask, monkeypatch):
    from duologue.engage.uploads import jobs

    def reader(job, path):
        if job.file == "poison.csv":
            raise SystemExit  # as if it were killed for the memory it takes
        if job.file == "heavy.csv":
            raise OperationalError("program limit exceeded")
        products(job, path)

    products = jobs._HOW["products"]
    monkeypatch.setitem(jobs._HOW, "products", reader)
    names = ("poison.csv", "heavy.csv", "t.csv")
    made = [ask("post", "/imports", handed(name, b"key,name\ntea,Tea\n", kind="products"), status=202)["id"] for name in names]
    for _ in range(jobs.MOST_TRIES):
        with pytest.raises(SystemExit):
            take_in_all()
    assert take_in_all() == 2
    for _ in range(jobs.MOST_TRIES):
        take_in_all()
    assert [ask("get", f"/imports/{number}")["state"] for number in made] == ["failed", "failed", "done"]
    assert ask("get", f"/imports/{made[0]}")["sentence"].startswith("It was begun 5 times and never got further")


@pytest.mark.django_db
def test_a_file_that_swells_when_it_is_unpacked_is_refused(ask, monkeypatch):
    monkeypatch.setattr("duologue.engage.uploads.actions.MOST_UNPACKED", 2_000_000)
    for kind in ("products", "people"):
        swelling = gzip.compress(b"Number,Email\n" + b",\n" * 1_000_000)
        said = ask("post", "/imports", handed("p.csv.gz", swelling, kind=kind), status=422)
        assert said == {"detail": "p.csv.gz unpacks to more than 2 MB; send it in parts."}


@pytest.mark.django_db
def test_a_file_of_one_endless_line_is_refused(ask):
    said = ask("post", "/imports", handed("p.csv.gz", gzip.compress(b"key," * 2_000_000), kind="products"), status=422)
    assert said == {"detail": "p.csv.gz is no table: one of its lines has no end."}


@pytest.mark.django_db
def test_a_broadcast_is_made_checked_sent_and_stopped(ask, ann, workspace):
    save_purpose(workspace=workspace, name="newsletter")
    save_segment(workspace=workspace, name="buyers", source_yaml="about: All\nwhere: {person.town: Bath}\n", now=NOW)
    letter = {"segment": "buyers", "purpose": "newsletter", "subject": "Tea", "body": "[Look](https://shop.example/)."}
    made = ask("post", "/broadcasts", {"name": "spring", **letter}, status=201)
    assert (made["standing"], made["letters"]) == ("draft", {})
    ask("post", "/broadcasts", {"name": "spring", **letter}, status=409)
    ask("post", "/broadcasts", {"name": "other", **letter, "segment": "nobody"}, status=409)
    ask("post", "/broadcasts", {"name": "other", **letter, "when": "every", "rule": "nonsense"}, status=422)
    ask("put", "/broadcasts/spring", {**letter, "subject": ""}, status=422)
    ask(
        "put",
        "/broadcasts/spring",
        {**letter, "subject": "New tea", "when": "at", "day": now(workspace).date().isoformat(), "time": "23:59"},
    )
    checked = ask("get", "/broadcasts/spring/check")
    assert (checked["trouble"], checked["segment_size"]) == ("", 0)
    assert "New tea" in ask("get", "/messages/spring")["data"]["message"]["email"]["subject"]
    ask("put", "/broadcasts/spring", letter)
    assert ask("post", "/broadcasts/spring/send")["standing"] in {"scheduled", "sending"}
    ask("put", "/broadcasts/spring", letter, status=409)
    assert ask("post", "/broadcasts/spring/stop")["standing"] == "paused"
    actions = AuditEntry.objects.filter(subject="spring").order_by("pk").values_list("action", "actor")
    assert list(actions) == [
        (what, "key shop") for what in ("save broadcast", "save broadcast", "save broadcast", "send broadcast", "stop broadcast")
    ]


@pytest.mark.django_db
def test_a_site_is_drafted_published_and_brought_back(ask, workspace):
    said = ask("put", "/sites/tea/draft", {"source": SITE.replace("asks: [email]", "asks: [soul]")})
    assert (said["version"], said["mistakes"][0]["line"]) == (0, 5)
    ask("post", "/sites/tea/publish", status=422)
    ask("put", "/sites/tea/draft", {"source": SITE})
    assert ask("post", "/sites/tea/publish")["version"] == 1
    ask("post", "/sites/tea/publish", status=409)
    ask("put", "/sites/tea/draft", {"source": SITE.replace("Tea\n", "Coffee\n")})
    assert ask("post", "/sites/tea/publish")["source"].count("Coffee") == 1
    assert ask("post", "/sites/tea/versions/1/bring-back") == ask("get", "/sites/tea")
    assert [(one["name"], one["version"]) for one in ask("get", "/sites")] == [("tea", 3)]
    for name in ("letters", "Tea"):
        ask("put", f"/sites/{name}/draft", {"source": SITE}, status=422)
    ask("put", "/sites/other/draft", {"source": SITE})
    ask("put", "/sites/other/draft", {"source": ""}, status=204)
    ask("get", "/sites/other", status=404)


@pytest.mark.django_db
def test_what_texts_describe_is_put_in_force_and_dumped(ask, workspace):
    apply_files(workspace=workspace, files=[named("surveys/why-quiet.yaml", SURVEY.encode())], now=NOW)
    other = SURVEY.replace("busy", "bored")
    assert [ask("put", "/surveys/why-quiet", {"source": other})["version"] for _ in range(2)] == [2, 2]
    assert files_in_force(workspace)["surveys/why-quiet.yaml"].decode() == other
    outcome = apply_files(workspace=workspace, files=[named("surveys/why-quiet.yaml", SURVEY.encode())], now=NOW, dry=True)
    assert [change.says for change in outcome.changes] == ["survey why-quiet, version 3"]
    refused = ask("put", "/surveys/why-quiet", {"source": other.replace("kind: one", "kind: none")}, status=422)
    assert refused["detail"][0]["line"] == 3
    ask("put", "/surveys/other", {"source": other}, status=422)
    ask("put", "/campaigns/spring", {"source": "campaign: spring\nbudget: 300 GBP\n"})
    assert ask("get", "/campaigns/spring")["data"] == {"campaign": "spring", "budget": "300 GBP"}
    ask("put", "/placements/poster", {"source": "placement: poster\nmedium: poster\ncodes: [TEA]\n"})
    taken = ask("put", "/placements/stand", {"source": "placement: stand\nmedium: stand\ncodes: [tea]\n"}, status=422)
    assert "belongs to the placement poster" in taken["detail"][0]["sentence"]
    ask("put", "/occasions/tasting", {"source": "occasion: tasting\nstarts_at: 2026-03-01 18:00\n"})
    assert [ask("get", f"/{kind}")[0]["version"] for kind in ("surveys", "campaigns", "placements", "occasions")] == [2, 1, 1, 1]


@pytest.mark.django_db
def test_contributions_are_shown_where_their_person_agrees(ask, anna, delivery, workspace):  # noqa: F811
    save_purpose(workspace=workspace, name="stories", shows=True)
    given = NewContribution(anna, "why-quiet", "words", delivery.pk, "stories", text="Lovely tea")
    (number,) = contribute(workspace=workspace, given=[given], now=NOW)
    (line,) = ask("get", "/contributions")["contributions"]
    assert (line["id"], line["permitted"], line["kind"]) == (number, False, "quote")
    seen = {"seen": line["came_at"], "shown_as": "Ann"}
    ask("post", f"/contributions/{number}/publish", seen, status=409)
    state(workspace=workspace, statements=[NewStatement(anna, PUBLIC, "stories", "granted", NOW, "test", "Show it?", {})], now=NOW)
    ask("post", f"/contributions/{number}/publish", {**seen, "seen": "then"}, status=409)
    assert ask("post", f"/contributions/{number}/publish", seen)["state"] == "published"
    assert ask("post", f"/contributions/{number}/decline", {"reason": "Not ours"})["state"] == "declined"
    ask("get", f"/contributions/{number}/photo", status=404)
    ask("post", "/contributions/9999/decline", {"reason": "x"}, status=404)
