from django.urls import reverse

from duologue.brand.book.actions import save_book
from duologue.brand.book.rules import read_book
from duologue.brand.wording.models import AcceptedWording
from duologue.cli.plans.folder import PlanText
from duologue.cli.plans.wording import warnings
from duologue.engage.messages.actions import save_message
from duologue.engage.messages.words import wording_of
from duologue.engage.sites.actions import save_draft
from duologue.people.consent.actions import save_purpose
from duologue.platform.audit.models import AuditEntry
from duologue.platform.workspaces.queries import now
from duologue.strategize.dialogues.actions import save_draft as save_dialogue
from duologue.strategize.dialogues.rules.survey import read_survey
from duologue.strategize.dialogues.surveys import save_survey
from duologue.strategize.offers.actions import save_offer
from duologue.strategize.offers.rules import read_offer
from duologue.web.readings import reading_of

BOOK = read_book("name: R\nvoice: {never_says: {cheap: good value}}\nfooter: 12 Lamb Street\n")
DIALOGUE = """dialogue: hi
purpose: promotions
starts: {by_hand: true}
turns:
  hi: {say: hello, listen: [{silence: 3d, then: asked}]}
  asked: {ask: why, listen: [{silence: 3d, then: given}]}
  given: {give: ten, listen: [{silence: 3d, then: end}]}
"""
TEXT = "message: hello\nemail:\n  subject: So cheap\n  body: |\n    Hi,\n\n    [Look](https://shop.example/new)\n"


def accepts(path, owner):
    """Have a finding in a text accepted, as the form beside it does."""

    def accept(mark, reason="", **more):
        given = {"path": path, "mark": mark, "reason": reason, **more}
        return owner.post(reverse("engage:accept-wording", args=["shop"]), given)

    return accept


def test_a_letter_is_read_as_it_is_written(workspace, owner):
    save_book(workspace=workspace, book=BOOK, now=now(workspace))
    where = reverse("engage:wording", args=["shop"])
    draft = {"about": "Spring", "subject": "It is cheap", "body": "Dear {{ person.first_name }},\n\nthe finest <b>ribbon</b>.\n"}
    said = owner.post(where, draft).content.decode()
    for piece in (
        "It is <mark>cheap</mark>",
        "Say “good value” instead.",
        "<mark>the finest</mark>",
        'data-selects="email.body"',
        "person.called",
    ):
        assert piece in said
    assert "It may stay" not in said  # nothing is kept yet
    assert "It keeps to our voice" in owner.post(where, {"subject": "Spring", "body": "Come and see."}).content.decode()
    assert "as you write it" in owner.post(where, {}).content.decode()


def test_a_finding_may_stay_for_a_reason(workspace, owner):
    save_book(workspace=workspace, book=BOOK, now=now(workspace))
    save_message(workspace=workspace, name="hello", source=TEXT, now=now(workspace))
    page, accept = reverse("engage:message", args=["shop", "hello"]), accepts("messages/hello.yaml", owner)
    (one,) = wording_of(workspace, "hello").open
    assert "So <mark>cheap</mark>" in owner.get(page).content.decode()
    accept(one.mark, " ")
    accept("f" * 32, "Because.")
    assert not AcceptedWording.within(workspace).exists()
    assert accept(one.mark, "It is the name of our bird.", back=page)["location"] == page
    shown = owner.get(page).content.decode()
    assert "1 accepted" in shown
    assert "It is the name of our bird." in shown
    entry = AuditEntry.objects.get(workspace=workspace, action="accept wording")
    assert (entry.subject, entry.detail["words"]) == ("messages/hello.yaml", "cheap")
    assert [accept(one.mark, again="yes", back=back)["location"] for back in ("//evil.example/shop/", "/other/")] == ["/shop/"] * 2
    assert [found.mark for found in wording_of(workspace, "hello").open] == [one.mark]
    for nowhere in ("messages/nothing.yaml", "moons/hello.yaml", "hello", ""):
        assert accepts(nowhere, owner)(one.mark).status_code == 404


def test_a_draft_of_a_site_is_read_too(workspace, owner):
    save_book(workspace=workspace, book=BOOK, now=now(workspace))
    text = "site: tea\ntitle: Cheap tea\nblocks: [{text: The finest tea., }, {quote: So cheap!, by: Ann}]\nlocales: {de: {text: Das beste Band.}}\n"
    save_draft(workspace=workspace, name="tea", source=text, now=now(workspace), by="ada")
    said = owner.get(reverse("engage:site-draft", args=["shop", "tea"])).content.decode()
    for piece in ("<mark>Cheap</mark> tea", "<mark>The finest</mark>", "So <mark>cheap</mark>!", "<mark>Das beste</mark>"):
        assert piece in said
    (first, *_) = reading_of(workspace, "sites/tea.yaml").open
    accepts("sites/tea.yaml", owner)(first.mark, "That is what it is called.")
    said = owner.get(reverse("engage:site-draft", args=["shop", "tea"])).content.decode()
    assert "That is what it is called." in said
    assert AcceptedWording.within(workspace).get().of == "sites/tea.yaml"


def test_what_a_dialogue_says_asks_and_gives_is_read_on_one_page_and_accepted_there(workspace, owner):
    at = now(workspace)
    save_book(workspace=workspace, book=BOOK, now=at)
    save_purpose(workspace=workspace, name="promotions", title="Offers", basis="consent")
    save_message(workspace=workspace, name="hello", source=TEXT, now=at)
    save_offer(workspace=workspace, offer=read_offer("offer: ten\nworth: 10 GBP\nlasts: 14d\nsays: A cheap cup.\n"), now=at)
    save_survey(workspace=workspace, survey=read_survey("survey: why\nquestions: {how: {ask: Too cheap?, kind: text}}\n"), now=at)
    save_dialogue(workspace=workspace, name="hi", source=DIALOGUE)
    page = reverse("strategize:worded", args=["shop", "hi"])
    assert owner.get(page).content.decode().count("<mark>cheap</mark>") == 3
    for path in ("surveys/why.yaml", "offers/ten.yaml"):
        (one,) = reading_of(workspace, path).open
        assert accepts(path, owner)(one.mark, "We mean it.", back=page)["location"] == page
    shown = owner.get(page).content.decode()
    assert (shown.count("We mean it."), shown.count("<summary>It may stay")) == (2, 1)
    assert "We mean it." in owner.get(reverse("strategize:offer", args=["shop", "ten"])).content.decode()
    rows = AcceptedWording.within(workspace).order_by("of").values_list("of", "by", "quote")
    assert list(rows) == [(path, "Imogen Hart", "cheap") for path in ("offers/ten.yaml", "surveys/why.yaml")]
    file = PlanText("offers/ten.yaml", "offer", "ten", b"offer: ten\nworth: 10 GBP\nlasts: 14d\nsays: A cheap cup, so cheap. Hurry\n")
    assert warnings(workspace, [file]) == []
    other = PlanText("offers/two.yaml", "offer", "two", b"offer: two\nworth: 10 GBP\nlasts: 14d\nsays: A cheap cup.\n")
    assert [one.partition(": ")[0] for one in warnings(workspace, [other])] == ["offers/two.yaml:4"]
