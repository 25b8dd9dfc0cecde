"""Feeds, what is worth telling of products, wordings that may stay and drafts of sites, in a plan folder."""

from datetime import UTC, datetime, timedelta

import pytest

from duologue.brand.catalogue.actions import keep_watch
from duologue.brand.catalogue.feeds import forget_feed, save_feed
from duologue.brand.catalogue.models import Feed, Watch
from duologue.brand.catalogue.queries import watch
from duologue.brand.wording.actions import accept, no_longer_accept
from duologue.brand.wording.models import AcceptedWording
from duologue.cli.plans.applying import apply_files, files_in_force
from duologue.cli.plans.folder import named
from duologue.engage.messages.words import wording_of
from duologue.engage.sites import queries as sites
from duologue.engage.sites.actions import save_draft, save_site
from duologue.kit.yaml import Mistakes
from duologue.platform.audit.models import AuditEntry
from duologue.platform.workspaces.actions import create_workspace

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
BRAND = 'name: Tea\nvoice: {never_says: [cheap]}\nlook: {colours: {ink: "#222222"}}\n'
SPRING = "message: spring\nemail:\n  subject: Spring\n  body: It is cheap and the finest. [See](https://tea.example)\n"
SITE = "site: letter\ntitle: Our letter\nasks: [email]\n"
DRAFT = SITE.replace("Our", "The new") + "# not yet\n"
FOLDER = {
    "brand.yaml": BRAND,
    "messages/spring.yaml": SPRING,
    "feeds.yaml": "# where it comes from\nshop: {address: https://tea.example/feed.xml, every: 1d}\nold: {address: 'https://old.example/'}\n",
    "watch.yaml": "within: 2w # days\ndrop: 10%\n",
    "wording.yaml": "messages/spring.yaml: # a bird\n- {about: avoided word, words: Cheap, reason: It is the name of a bird.}\n",
    "sites/letter.yaml": SITE,
    "sites/letter.draft.yaml": DRAFT,
    "sites/fair.draft.yaml": "site: fair\ntitel: half writ",
}


def put(workspace, folder, now=NOW, **options):
    files = [named(path, text if isinstance(text, bytes) else text.encode()) for path, text in folder.items()]
    return apply_files(workspace=workspace, files=files, now=now, **options)


def in_force(workspace):
    return {path: content.decode() for path, content in files_in_force(workspace).items()}


def of_(workspace):
    """What all of it comes to."""
    feeds = list(Feed.within(workspace).order_by("name").values_list("name", "address", "every"))
    told = watch(workspace)
    words = list(AcceptedWording.within(workspace).order_by("of", "mark").values_list("of", "mark", "about", "quote", "reason"))
    return feeds, (told.looked_within, told.little_stock, told.least_drop), words, sites.drafts(workspace)


def test_all_of_it_is_put_in_force_and_written_back_byte_for_byte(workspace):
    dry = put(workspace, FOLDER, dry=True)
    assert of_(workspace) == ([], (30, 5, 5), [], {})
    done = put(workspace, FOLDER)
    assert done == dry
    assert {change.path: change.says for change in done.changes if change.path not in {"brand.yaml", "messages/spring.yaml"}} == {
        "feeds.yaml": "feeds shop, old",
        "watch.yaml": "watch: within 14 days, 5 left, 10 percent",
        "wording.yaml": "1 wordings that may stay",
        "sites/letter.yaml": "site letter, version 1",
        "sites/letter.draft.yaml": "draft of site letter",
        "sites/fair.draft.yaml": "draft of site fair, 1 to put right before it can be published",
    }
    feeds, told, _, drafts = of_(workspace)
    assert feeds == [("old", "https://old.example/", 360), ("shop", "https://tea.example/feed.xml", 1440)]
    assert (told, drafts) == ((14, 5, 10), {"letter": DRAFT, "fair": "site: fair\ntitel: half writ"})
    assert sites.current(workspace, "letter").site.title == "Our letter"
    assert [one.about for one in wording_of(workspace, "spring").open] == ["claim"]
    assert all("cheap" not in one for one in done.warnings)
    assert AuditEntry.objects.get(action="accept wording").detail["reason"] == "It is the name of a bird."
    assert in_force(workspace) == FOLDER
    assert put(workspace, FOLDER, LATER).changes == []


def test_what_is_changed_elsewhere_is_written_back_and_makes_the_same_in_another_workspace(workspace):
    put(workspace, FOLDER)
    save_feed(workspace=workspace, name="shop", address="https://tea.example/feed.xml", every=timedelta(minutes=90), now=NOW)
    save_feed(workspace=workspace, name="second", address="https://tea.example/2", every=timedelta(hours=2), now=NOW)
    forget_feed(workspace=workspace, name="old")
    keep_watch(workspace=workspace, looked_within=14, little_stock=2, least_drop=20)
    finding = next(one for one in wording_of(workspace, "spring").open if one.about == "claim")
    accept(workspace=workspace, of="messages/spring.yaml", finding=finding, reason="It won the prize.", now=LATER, by="ada")
    save_draft(workspace=workspace, name="letter", source=DRAFT + "button: Go\n", now=LATER, by="ada")
    save_draft(workspace=workspace, name="fair", source="", now=LATER, by="ada")
    said = in_force(workspace)
    assert said["feeds.yaml"].splitlines() == [
        "# where it comes from",
        "shop: {address: https://tea.example/feed.xml, every: 90m}",
        "second:",
        "  address: https://tea.example/2",
        "  every: 2h",
    ]
    assert said["watch.yaml"] == "within: 2w # days\ndrop: 20%\nlittle: 2\n"
    assert "# a bird" in said["wording.yaml"]
    assert "It won the prize." in said["wording.yaml"]
    assert said["sites/letter.draft.yaml"] == DRAFT + "button: Go\n"
    assert "sites/fair.draft.yaml" not in said
    assert put(workspace, FOLDER, LATER).changes == []  # nothing that was changed elsewhere is set back by a folder that is as it was
    elsewhere = create_workspace(name="other", title="Other", clock_at=NOW.isoformat())
    put(elsewhere, said)
    assert of_(elsewhere) == of_(workspace)
    assert in_force(elsewhere) == said


def test_without_a_file_what_stands_is_written_and_what_is_as_usual_is_not(workspace):
    put(workspace, {"brand.yaml": BRAND})
    assert set(in_force(workspace)) == {"brand.yaml"}
    save_feed(workspace=workspace, name="shop", address="https://tea.example/f", every=timedelta(hours=6), now=NOW)
    keep_watch(workspace=workspace, looked_within=30, little_stock=5, least_drop=5)
    save_draft(workspace=workspace, name="fair", source="site: fair\n", now=NOW, by="ada")
    assert in_force(workspace) == {
        "brand.yaml": BRAND,
        "feeds.yaml": "shop:\n  address: https://tea.example/f\n  every: 6h\n",
        "sites/fair.draft.yaml": "site: fair\n",
    }


def test_a_feed_that_is_as_it_was_is_not_fetched_anew(workspace):
    put(workspace, FOLDER)
    Feed.within(workspace).update(etag="seen", next_at=LATER)
    put(workspace, FOLDER | {"feeds.yaml": FOLDER["feeds.yaml"].replace("old.example/", "old.example/new")}, LATER + timedelta(hours=1))
    assert dict(Feed.within(workspace).values_list("name", "etag")) == {"shop": "seen", "old": ""}


def test_who_accepted_words_stays_who_they_were_and_what_is_taken_back_goes(workspace):
    put(workspace, FOLDER)
    AcceptedWording.within(workspace).update(by="ada", at=NOW - timedelta(days=9))
    more = FOLDER | {"wording.yaml": FOLDER["wording.yaml"] + "- {about: claim, words: the finest, reason: It won the prize.}\n"}
    put(workspace, more, LATER)
    assert set(AcceptedWording.within(workspace).values_list("quote", "by")) == {("Cheap", "ada"), ("the finest", "command line")}
    assert wording_of(workspace, "spring").open == []
    for row in AcceptedWording.within(workspace):
        no_longer_accept(workspace=workspace, of=row.of, mark=row.mark, by="ada")
    assert in_force(workspace)["wording.yaml"].strip() in {"{}", "{}  # a bird"}
    assert [one.about for one in wording_of(workspace, "spring").open] == ["avoided word", "claim"]


def test_words_that_may_stay_stay_though_they_run_over_a_line(workspace):
    long = (
        "message: long\nemail:\n  subject: Hi\n  body: |\n    "
        + "We say and we say and we say it once more here,\n    " * 5
        + "and stop.\n"
    )
    put(workspace, {"brand.yaml": BRAND, "messages/long.yaml": long})
    (finding,) = (one for one in wording_of(workspace, "long").open if one.about == "hard to read" and "\n" in one.quote)
    accept(workspace=workspace, of="messages/long.yaml", finding=finding, reason="A poem.", now=NOW, by="ada")
    elsewhere = create_workspace(name="other", title="Other", clock_at=NOW.isoformat())
    put(elsewhere, in_force(workspace))
    assert [row.reason for _, row in wording_of(elsewhere, "long").accepted] == ["A poem."]


def test_a_draft_on_which_somebody_has_written_since_is_kept(workspace):
    put(workspace, FOLDER)
    save_draft(workspace=workspace, name="letter", source=DRAFT + "button: Go\n", now=LATER, by="ada")
    newer = FOLDER | {"sites/letter.draft.yaml": DRAFT + "button: Stop\n"}
    with pytest.raises(Mistakes, match=r"sites/letter\.draft\.yaml:1: The draft of letter was changed on screen since"):
        put(workspace, newer, LATER)
    assert sites.drafts(workspace)["letter"] == DRAFT + "button: Go\n"
    save_draft(workspace=workspace, name="letter", source="", now=LATER, by="ada")
    put(workspace, newer, LATER)
    assert sites.drafts(workspace)["letter"] == DRAFT + "button: Stop\n"


def test_a_draft_that_is_published_is_no_draft_any_more(workspace):
    put(workspace, FOLDER)
    save_site(workspace=workspace, source=DRAFT, now=LATER)
    assert (in_force(workspace)["sites/letter.yaml"], "sites/letter.draft.yaml" in in_force(workspace)) == (DRAFT, False)
    put(workspace, FOLDER | {"sites/letter.yaml": DRAFT, "sites/letter.draft.yaml": DRAFT + "\n"}, LATER)
    assert sites.drafts(workspace)["letter"] == DRAFT + "\n"
    put(workspace, FOLDER | {"sites/letter.yaml": DRAFT}, LATER)
    assert sites.current(workspace, "letter").site.title == "The new letter"


@pytest.mark.parametrize(
    ("path", "text", "says"),
    [
        ("feeds.yaml", "shop: {address: ftp://tea.example}", r"feeds\.yaml:1: The address of a feed begins with https://"),
        ("feeds.yaml", "Shop: {address: https://tea.example}", r"feeds\.yaml:1: 'Shop' is no name for a feed"),
        ("feeds.yaml", "# c\nshop: {adress: https://tea.example}", r"feeds\.yaml:2: A feed knows no 'adress'; did you mean 'address'"),
        ("feeds.yaml", "shop: {address: https://tea.example, every: often}", r"feeds\.yaml:1: `every`: 'often' is no duration"),
        ("feeds.yaml", "shop: {address: https://tea.example, every: 5m}", "every 15 minutes to 7 days"),
        ("feeds.yaml", "- shop", "This file is a map of names"),
        ("watch.yaml", "within: 36h", r"watch\.yaml:1: `within` is written as in within: 30d"),
        ("watch.yaml", "little: few", "`little` is written as in"),
        ("watch.yaml", "drop: 200%", "1 to 100 percent"),
        ("watch.yaml", "dorp: 5%", "did you mean 'drop'"),
        ("watch.yaml", "[5]", "This file is a map"),
        ("wording.yaml", "segments/a.yaml: []", r"'segments/a\.yaml' is no text that is read"),
        ("wording.yaml", "# odd\n'': []", r"wording\.yaml:2: '' is no text that is read"),
        ("wording.yaml", "5: []", r"wording\.yaml:1: '5' is no text that is read"),
        ("wording.yaml", '"messages/a\\0.yaml": []', "is no text that is read"),
        ("wording.yaml", "messages/a.yaml:\n- {about: clam, words: x, reason: yes it is}", r"wording\.yaml:2: `about` is one of .* did you mean 'claim'"),
        ("wording.yaml", "messages/a.yaml:\n- {about: claim, reason: yes it is}", "`words` are those that may stay"),
        ("wording.yaml", "messages/a.yaml: [{about: claim, words: x}]", "Say in a few words why it may stay"),
        ("wording.yaml", "messages/a.yaml:\n- {about: claim, words: x, reason: yes}\n- {about: claim, words: X, reason: yes}", r"wording\.yaml:3: The same words"),
        ("wording.yaml", "messages/a.yaml: spring", "What may stay is a list"),
        ("sites/letters.draft.yaml", "site: letters", "A site cannot be called 'letters'"),
        ("sites/A b.draft.yaml", "site: a", "A site cannot be called 'A b'"),
        ("sites/fair.draft.yaml", " \n", "A draft without words is none"),
        ("sites/fair.draft.yaml", "a\x00b", "without null characters"),
        ("sites/fair.draft.yaml", b"\xff\xfe", "no UTF-8 text"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_by_file_and_line_and_nothing_is_in_force(workspace, path, text, says):
    with pytest.raises(Mistakes, match=says):
        put(workspace, {"watch.yaml": "little: 1", "feeds.yaml": "ok: {address: https://tea.example/ok}"} | {path: text})
    assert not Feed.within(workspace).exists()
    assert not Watch.within(workspace).exists()
