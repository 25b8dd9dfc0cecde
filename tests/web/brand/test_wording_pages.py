from django.urls import reverse

from duologue.brand.book.actions import save_book
from duologue.brand.book.rules import read_book
from duologue.brand.wording.models import AcceptedWording
from duologue.engage.messages.actions import save_message
from duologue.engage.messages.words import wording_of
from duologue.engage.sites.actions import save_draft
from duologue.platform.audit.models import AuditEntry
from duologue.platform.workspaces.queries import now

BOOK = read_book("name: R\nvoice: {never_says: {cheap: good value}}\nfooter: 12 Lamb Street\n")
TEXT = "message: hello\nemail:\n  subject: So cheap\n  body: |\n    Hi,\n\n    [Look](https://shop.example/new)\n"


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
    page, accept = reverse("engage:message", args=["shop", "hello"]), reverse("engage:accept-wording", args=["shop", "hello"])
    (one,) = wording_of(workspace, "hello").open
    assert "So <mark>cheap</mark>" in owner.get(page).content.decode()
    owner.post(accept, {"mark": one.mark, "reason": " "})
    owner.post(accept, {"mark": "f" * 32, "reason": "Because."})
    assert not AcceptedWording.within(workspace).exists()
    owner.post(accept, {"mark": one.mark, "reason": "It is the name of our bird."})
    shown = owner.get(page).content.decode()
    assert "1 accepted" in shown
    assert "It is the name of our bird." in shown
    entry = AuditEntry.objects.get(workspace=workspace, action="accept wording")
    assert (entry.subject, entry.detail["words"]) == ("messages/hello.yaml", "cheap")
    owner.post(accept, {"mark": one.mark, "again": "yes"})
    assert [found.mark for found in wording_of(workspace, "hello").open] == [one.mark]
    assert owner.post(reverse("engage:accept-wording", args=["shop", "nothing"]), {"mark": one.mark}).status_code == 404


def test_a_draft_of_a_site_is_read_too(workspace, owner):
    save_book(workspace=workspace, book=BOOK, now=now(workspace))
    text = "site: tea\ntitle: Cheap tea\nblocks: [{text: The finest tea., }, {quote: So cheap!, by: Ann}]\nlocales: {de: {text: Das beste Band.}}\n"
    save_draft(workspace=workspace, name="tea", source=text, now=now(workspace), by="ada")
    said = owner.get(reverse("engage:site-draft", args=["shop", "tea"])).content.decode()
    for piece in ("<mark>Cheap</mark> tea", "<mark>The finest</mark>", "So <mark>cheap</mark>!", "<mark>Das beste</mark>"):
        assert piece in said
