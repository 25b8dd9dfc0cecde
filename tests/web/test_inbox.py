"""The inbox as staff use it: nothing that was written is lost, and everything is said in sentences."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from duologue.engage.care.actions import save_care
from duologue.engage.care.queries import current, source
from duologue.engage.conversations.actions import answer
from duologue.engage.conversations.models import Conversation, Entry, GoodwillGift
from duologue.engage.messages.models import Delivery
from duologue.engage.messages.tasks import send_due
from duologue.engage.perks.models import Perk
from duologue.people.consent.actions import suppress
from duologue.people.models import Identifier
from duologue.platform.audit.models import AuditEntry
from duologue.platform.secrets.signing import sign
from duologue.platform.workspaces.queries import now
from tests.web import seed

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def of(workspace, name, one):
    return reverse(f"engage:{name}", args=[workspace.name, one.pk])


def test_a_ready_answer_goes_below_what_was_written_and_is_not_sent(workspace, filled, owner):
    one = Conversation.within(workspace).order_by("pk").first()
    before = Delivery.within(workspace).count()
    shown = owner.post(of(workspace, "insert", one), {"text": "Dear Ruth,", "ready": "looking"})
    assert shown.context["text"].startswith("Dear Ruth,\n\nDear Ruth,\n\nthank you for telling us.")
    assert shown.context["text"].endswith("Imogen Hart")
    kept = owner.post(of(workspace, "insert", one), {"text": "Dear Ruth,", "ready": ""})
    assert (kept.status_code, kept.context["text"], kept.context["trouble"]) == (422, "Dear Ruth,", "Choose a ready answer first.")
    assert Delivery.within(workspace).count() == before


def test_two_who_answer_at_once_lose_nothing(workspace, filled, owner):
    one = Conversation.within(workspace).order_by("pk").first()
    seen = owner.get(of(workspace, "conversation", one)).context["seen"]
    ben = seed.staff_for(workspace, "care", "ben@shop.example")
    answer(workspace=workspace, conversation=one.pk, text="I am on it.", staff=ben, now=now(workspace))
    mine = {"text": "A new jug is on its way.", "seen": seen}
    late = owner.post(of(workspace, "answer", one), mine)
    assert (late.status_code, late.context["text"]) == (409, mine["text"])
    assert "answered while this was written" in late.content.decode()
    assert owner.post(of(workspace, "answer", one), mine, headers={"HX-Request": "true"}).status_code == 200
    again = owner.post(of(workspace, "answer", one), {**mine, "seen": late.context["seen"]})
    assert again.status_code == 302
    assert Entry.within(workspace).filter(direction="out").count() == 2


def test_an_answer_and_a_note_stand_in_the_log_without_their_words(workspace, filled, owner):
    one = Conversation.within(workspace).order_by("pk").first()
    last = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    seen = owner.get(of(workspace, "conversation", one)).context["seen"]
    for what in ("note", "answer"):
        owner.post(of(workspace, what, one), {"text": "It is broken", "seen": seen})
    kept = AuditEntry.objects.filter(workspace=workspace, pk__gt=last).order_by("pk")
    assert [(row.action, row.subject, row.detail) for row in kept] == [
        ("note conversation", str(one.pk), {}),
        ("answer conversation", str(one.pk), {}),
    ]


def test_taking_assigning_and_filtering(workspace, filled, owner):
    first, second = Conversation.within(workspace).order_by("pk")[:2]
    ben = seed.staff_for(workspace, "care", "ben@shop.example")
    guest = seed.staff_for(workspace, "guest", "guest@shop.example")
    owner.post(of(workspace, "assign", first), {"to": ben.pk, "was": ""})
    owner.post(of(workspace, "assign", second), {"to": guest.pk, "was": second.assigned_id or ""})
    first.refresh_from_db()
    assert first.assigned == ben
    assert not Conversation.within(workspace).filter(assigned=guest).exists()
    assert AuditEntry.objects.filter(action="assign conversation", subject=str(first.pk)).count() == 1
    listed = owner.get(reverse("engage:inbox", args=[workspace.name]), {"whose": "nobody"}).context["rows"]
    assert first.pk not in {row.id for row in listed}
    late = owner.get(reverse("home:home", args=[workspace.name])).content.decode()
    assert "Ruth Pemberton, late by 20 minutes" in late


def test_care_is_changed_as_text_or_its_mistakes_are_said(workspace, filled, owner):
    place = reverse("engage:care", args=[workspace.name])
    before = source(workspace)
    wrong = owner.post(place, {"text": "targets: {complaint: soon}\n"})
    assert (wrong.status_code, wrong.context["text"]) == (422, "targets: {complaint: soon}\n")
    assert "care.yaml:1: " in wrong.content.decode()
    assert source(workspace) == before
    assert owner.post(place, {"text": "targets: {complaint: 2h}\r\n"}).status_code == 302
    assert (source(workspace), current(workspace).targets) == ("targets: {complaint: 2h}\n", {"complaint": "2h"})
    owner.force_login(seed.staff_for(workspace, "care", "ben@shop.example"), backend="allauth.account.auth_backends.AuthenticationBackend")
    assert (owner.get(place).status_code, owner.post(place, {"text": ""}).status_code) == (200, 403)


def test_a_gift_of_an_answer_that_is_withheld_goes_back_and_the_conversation_says_so(workspace, filled, owner):
    one = Conversation.within(workspace).order_by("pk").first()
    save_care(workspace=workspace, source="goodwill: {offers: [ten-percent], limits: {owner: {at_most: 1}}}\n", now=now(workspace))
    assert owner.post(of(workspace, "answer", one), {"text": "I am sorry.", "gift": "ten-percent"}).status_code == 302
    gift = GoodwillGift.within(workspace).get()
    sent = Delivery.within(workspace).get(pk=Entry.within(workspace).get(direction="out").delivery_id)
    assert (gift.perk.state, sent.state) == ("reserved", "queued")
    held = Identifier.within(workspace).filter(profile=one.profile_id, kind="email").values_list("value", flat=True)
    suppress(workspace=workspace, channel="email", addresses=list(held), reason="hard_bounce", now=now(workspace))
    send_due(workspace, now(workspace))
    shown = owner.get(of(workspace, "conversation", one)).content.decode()
    assert "not sent (suppressed)" in shown
    assert "You have 1 of 1 perks left in 30 days." in shown
    assert Perk.within(workspace).get(pk=gift.perk_id).state == "released"
    again = owner.post(of(workspace, "answer", one), {"text": "I am sorry.", "gift": "ten-percent"})
    assert (again.status_code, again.context["text"], again.context["gift"]) == (422, "I am sorry.", "ten-percent")
    assert "not to be used any more" in again.content.decode()
    assert GoodwillGift.within(workspace).count() == 1


def test_a_gift_goes_with_the_answer_or_neither_goes(workspace, filled, owner):
    one = Conversation.within(workspace).order_by("pk").first()
    save_care(workspace=workspace, source="goodwill: {offers: [ten-percent], limits: {owner: {at_most: 1}}}\n", now=now(workspace))
    written = {"text": "I am sorry, Ruth.", "gift": "ten-percent"}
    assert "You have 1 of 1 perks left in 30 days." in owner.get(of(workspace, "conversation", one)).content.decode()
    assert owner.post(of(workspace, "answer", one), written).status_code == 302
    sent = Entry.within(workspace).get(direction="out").text
    gift = GoodwillGift.within(workspace).get()
    assert sent.startswith("I am sorry, Ruth.\n\n")
    assert f"Your code is {Perk.within(workspace).get(pk=gift.perk_id).code}" in sent
    send_due(workspace, now(workspace))
    assert Perk.within(workspace).get(pk=gift.perk_id).state == "issued"
    again = owner.post(of(workspace, "answer", one), written)
    assert (again.status_code, again.context["text"], again.context["gift"]) == (422, "I am sorry, Ruth.", "ten-percent")
    assert "you have 0 of 1 perks left" in again.content.decode()
    overtaken = owner.post(of(workspace, "answer", one), {**written, "seen": 0})
    assert overtaken.status_code in {409, 422}
    assert (GoodwillGift.within(workspace).count(), Entry.within(workspace).filter(direction="out").count()) == (1, 1)
    assert AuditEntry.objects.filter(action="give goodwill").count() == 1


def test_a_note_is_kept_beside_the_conversation_and_seen_by_members_alone(workspace, filled, owner, client):
    one = Conversation.within(workspace).order_by("pk").first()
    before = Delivery.within(workspace).count(), Entry.within(workspace).exclude(direction="note").count()
    empty = owner.post(of(workspace, "note", one), {"text": "  "})
    assert (empty.status_code, "Write something first; nothing was noted." in empty.content.decode()) == (422, True)
    assert owner.post(of(workspace, "note", one), {"text": "Her jug came <broken> twice."}).status_code == 302
    kept = Entry.within(workspace).get(direction="note", text__startswith="Her jug")
    assert (kept.conversation, kept.profile_id, kept.staff.email, kept.channel) == (one, one.profile_id, "imogen@shop.example", "")
    assert (Delivery.within(workspace).count(), Entry.within(workspace).exclude(direction="note").count()) == before  # nothing is sent
    shown = owner.get(of(workspace, "conversation", one)).content.decode()
    assert "Her jug came &lt;broken&gt; twice." in shown
    ben = Client()
    ben.force_login(seed.staff_for(workspace, "care", "ben@shop.example"), backend=BACKEND)
    assert "Her jug came" in ben.get(of(workspace, "conversation", one)).content.decode()
    guest = Client()
    guest.force_login(seed.staff_for(workspace, "guest", "guest@shop.example"), backend=BACKEND)
    assert guest.get(of(workspace, "conversation", one)).status_code == 403
    assert guest.post(of(workspace, "note", one), {"text": "Me too"}).status_code == 403
    assert client.get(of(workspace, "conversation", one)).status_code == 302  # to where one signs in
    letter = Delivery.within(workspace).filter(profile_id=one.profile_id, state="accepted").first()
    for page in ("preferences", "why_me", "web") if letter else ():
        public = client.get(reverse(f"public:{page}", args=[sign("page", workspace.pk, letter.pk)]))
        assert "Her jug came" not in public.content.decode()
    assert not Entry.within(workspace).filter(text="Me too").exists()
