from django.urls import reverse

from duologue.brand.book.models import BookVersion
from duologue.brand.book.queries import current
from duologue.engage.channels.email.channel import dkim_key
from duologue.platform.audit.models import AuditEntry
from tests.engage.channels.domains.names import serving

BOOK = """name: Ribbon & Pine
promises: [{name: in-time, says: It arrives in time.}]
voice: {tone: Exact., never_says: {cheap: good value}}
never_about: [{politics: [election]}]
look: {colours: {ink: "#aaaaaa"}}
senders: {email: {name: Ada, address: ada@ribbon.shop}}
footer: 12 Lamb Street
"""


def put(owner, source):
    text = reverse("brand:book-text", args=["shop"])
    return owner.post(text, {"source": source, "known": owner.get(text).context["known"]})


def test_the_book_is_written_changed_and_brought_back_on_screen(workspace, owner):
    where = reverse("brand:book", args=["shop"])
    assert "The brand book is still empty." in owner.get(where).content.decode()
    assert "name: Shop" in owner.get(reverse("brand:book-text", args=["shop"])).content.decode()
    wrong = put(owner, BOOK.replace("#aaaaaa", "grey"))
    assert (wrong.status_code, "Line 5: &#x27;grey&#x27; is no colour" in wrong.content.decode()) == (422, True)
    put(owner, BOOK)
    put(owner, BOOK.replace("Exact.", "Warm."))
    shown = owner.get(where).content.decode()
    for piece in ("Warm.", "but good value", "Shown by: election", "No proof yet", "has a contrast of 2.3", "What version 2 changed"):
        assert piece in shown
    earlier = owner.get(reverse("brand:book-version", args=["shop", 1])).content.decode()
    assert "This is an earlier version." in earlier
    owner.post(reverse("brand:book-again", args=["shop", 1]))
    assert current(workspace).voice.tone == "Exact."
    assert [row.again for row in BookVersion.within(workspace).order_by("number")] == [None, None, 1]
    assert "brought back version 1" in owner.get(where).content.decode()
    assert owner.get(reverse("brand:book-version", args=["shop", 9])).status_code == 404
    assert owner.post(reverse("brand:book-again", args=["shop", 9])).status_code == 404
    done = AuditEntry.objects.filter(workspace=workspace).order_by("pk").values_list("action", "subject")
    assert [one for one in done if "brand book" in one[0]] == [
        ("save brand book", "brand.yaml"),
        ("save brand book", "brand.yaml"),
        ("bring back brand book", "1"),
    ]


def test_the_records_of_the_domain_are_shown_and_checked(workspace, owner, settings):
    where = reverse("brand:senders", args=["shop"])
    assert "Nobody writes yet." in owner.get(where).content.decode()
    put(owner, BOOK)
    assert "v=DMARC1; p=none; rua=mailto:dmarc@ribbon.shop" in owner.get(where).content.decode()
    owner.post(reverse("brand:make-key", args=["shop"]))
    key = dkim_key(workspace, "ribbon.shop")
    owner.post(reverse("brand:make-key", args=["shop"]))
    assert dkim_key(workspace, "ribbon.shop") == key
    zone = {"ribbon.shop TXT": ["v=spf1 mx ~all", "v=spf1 a ~all"], "ribbon.shop MX": ["FAILS"]}
    with serving(zone) as settings.DNS:
        answer = owner.get(reverse("brand:records", args=["shop"])).content.decode()
    for piece in (
        "There are two SPF records at ribbon.shop",
        "v=spf1 a mx ~all",
        "There is no DKIM key at duologue._domainkey.ribbon.shop",
        "their zone may be broken",
    ):
        assert piece in answer
    put(owner, BOOK.replace("ribbon.shop", "ribbon.example"))
    assert "a name for examples" in owner.get(where).content.decode()
