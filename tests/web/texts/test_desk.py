"""Writing texts: what is refused, to whom, and that a refusal keeps nothing."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from duologue.engage.messages.models import MessageVersion
from duologue.strategize.dialogues.models import Dialogue, DialogueVersion
from tests.web import seed

BROKEN = "message: we-miss-you\nsubject: Hello\nbody: '{{ person.nobody_told }}'\n"


def test_a_mistake_keeps_nothing_and_gives_back_what_was_written(owner, workspace, filled):
    where = reverse("texts:change", args=[workspace.name, "message", "we-miss-you"])
    known = owner.get(where).context["known"]
    before = MessageVersion.within(workspace).count()
    answer = owner.post(where, {"source": BROKEN, "known": known})
    assert answer.status_code == 422
    assert "Line 3: " in answer.content.decode()
    assert "nobody_told" in answer.context["source"]
    assert MessageVersion.within(workspace).count() == before


def test_what_says_it_fails_and_so_the_words_are_not_kept_either(owner, workspace, filled):
    where = reverse("texts:change", args=[workspace.name, "message", "we-miss-you"])
    written = owner.get(where).context
    Dialogue.within(workspace).filter(name="win-back").update(draft="dialogue: win-back\nturns: {}\n")
    DialogueVersion.within(workspace).filter(dialogue__name="win-back").update(source="dialogue: win-back\nturns: {}\n")
    before = MessageVersion.within(workspace).count()
    changed = written["source"].replace("subject: ", "subject: Oh. ", 1)
    answer = owner.post(where, {"source": changed, "known": written["known"], "with": ["win-back"]})
    assert answer.status_code == 422
    assert MessageVersion.within(workspace).count() == before


@pytest.mark.parametrize(("role", "draft", "force"), [("guest", 403, 403), ("analyst", 403, 403), ("editor", 302, 302)])
def test_who_may_write(workspace, filled, role, draft, force):
    client = Client()
    client.force_login(
        seed.staff_for(workspace, role, f"{role}@shop.example"), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    where = reverse("texts:change", args=[workspace.name, "dialogue", "win-back"])
    source = Dialogue.within(workspace).values_list("draft", flat=True).get(name="win-back")
    known = client.get(where).context["known"] if role == "editor" else ""
    assert client.post(where, {"source": source, "known": known}).status_code == draft
    assert client.post(where, {"source": source, "known": known, "publish": "yes"}).status_code == force


def test_a_name_is_needed_and_must_be_free(owner, workspace, filled):
    where = reverse("texts:new", args=[workspace.name, "offer"])
    for source, sentence in (
        ("worth: 10%\n", "Its name stands on a line `offer: NAME`"),
        ("offer: Ten Percent\nworth: 10%\n", "Its name stands on a line `offer: NAME`"),
        ("- offer\n", "Its name stands on a line `offer: NAME`"),
        ("offer: ten-percent\nworth: 10%\n", "There is an offer ten-percent already"),
        ("offer: [\n", "Line 2"),
    ):
        answer = owner.post(where, {"source": source})
        assert answer.status_code == 422
        assert sentence in answer.content.decode()


def test_a_broadcast_is_changed_on_its_own_screen(owner, workspace, filled):
    answer = owner.get(reverse("texts:change", args=[workspace.name, "dialogue", "spring-letter"]))
    assert answer.headers["Location"] == reverse("engage:broadcast", args=[workspace.name, "spring-letter"])


def test_what_is_not_there_cannot_be_changed(owner, workspace, filled):
    assert owner.get(reverse("texts:change", args=[workspace.name, "survey", "of-nobody"])).status_code == 404
    assert owner.post(reverse("texts:look", args=[workspace.name, "survey"]), {"source": "survey: x\n"}).status_code == 404
    assert owner.get(reverse("texts:new", args=[workspace.name, "poem"])).status_code == 404


def test_the_example_to_write_over_can_be_put_in_force(owner, workspace, filled):
    source = owner.get(reverse("texts:new", args=[workspace.name, "dialogue"])).context["source"]
    assert owner.post(reverse("texts:new", args=[workspace.name, "dialogue"]), {"source": source, "publish": "yes"}).status_code == 302
    assert DialogueVersion.within(workspace).filter(dialogue__name="thank-you").exists()


def test_what_was_not_ticked_stays_so_after_a_mistake(owner, workspace, filled):
    where = reverse("texts:change", args=[workspace.name, "message", "we-miss-you"])
    opened = owner.get(where)
    assert opened.content.count(b' name="with" value="win-back" checked') == 1
    known = opened.context["known"]
    assert b' name="with" value="win-back" checked' not in owner.post(where, {"source": BROKEN, "known": known}).content
    assert b' name="with" value="win-back" checked' in owner.post(where, {"source": BROKEN, "known": known, "with": ["win-back"]}).content


def test_a_dialogue_that_was_left_out_follows_later(owner, workspace, filled):
    where = reverse("texts:change", args=[workspace.name, "message", "we-miss-you"])
    opened = owner.get(where).context
    source, before = opened["source"].replace("subject: ", "subject: Oh. ", 1), Dialogue.within(workspace).get(name="win-back").current
    owner.post(where, {"source": source, "known": opened["known"]})
    assert Dialogue.within(workspace).get(name="win-back").current == before
    owner.post(where, {"source": source, "known": owner.get(where).context["known"], "with": ["win-back"]})
    assert Dialogue.within(workspace).get(name="win-back").current == before + 1
