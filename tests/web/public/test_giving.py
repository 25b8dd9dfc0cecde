"""A survey that asks for a photo, a quote and an address: what is kept, what may be shown, and what the timeline holds of it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from duologue.engage.contributions.actions import publish
from duologue.engage.contributions.models import Contribution, Photo
from duologue.engage.messages.models import Delivery
from duologue.engage.sites.actions import save_site
from duologue.kit.yaml import Mistakes
from duologue.people.consent.actions import NewStatement, save_purpose, state
from duologue.people.consent.models import ConsentStatement
from duologue.people.consent.queries import standing
from duologue.people.profiles.actions import NewFact, learn
from duologue.people.profiles.queries import people
from duologue.strategize.dialogues.rules.survey import read_survey
from duologue.strategize.dialogues.surveys import save_survey
from tests.engage.contributions.pictures import a_photo
from tests.web.public.conftest import NOW

SURVEY = """
survey: your-words
questions:
  stars: {ask: How many stars?, kind: scale}
  quote: {ask: What would you tell a friend?, kind: quote, fills: {consent: voices}}
  photo: {ask: A photo of it in use?, kind: photo, fills: {consent: voices}}
  where: {ask: Where shall we send a print?, kind: contact, needed: true}
"""
SITE = "site: said\ntitle: What they say\nlocale: de-AT\nasks: []\nblocks:\n"


@pytest.fixture
def link(workspace, deliver):
    save_purpose(workspace=workspace, name="voices", title="Showing", about="You may show this with my first name.", shows=True)
    token = deliver(survey=True)
    Delivery.within(workspace).update(survey_version=save_survey(workspace=workspace, survey=read_survey(SURVEY), now=NOW))
    return token


def upload(raw=None):
    return SimpleUploadedFile("holiday.heic", a_photo(300, 200, turned=True) if raw is None else raw, content_type="text/html")


def answers(workspace):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT properties->'answers' FROM people_event WHERE workspace_id = %s AND name = 'Survey Answered'", (workspace.pk,)
        )
        return [json.loads(row[0]) if isinstance(row[0], str) else row[0] for row in cursor.fetchall()]


def test_a_photo_and_words_are_given_with_the_permission_that_was_ticked(workspace, anna, link, client):
    page = client.get(f"/s/{link}").content.decode()
    assert "multipart/form-data" in page
    assert page.count("You may show this with my first name.") == 2
    assert "checked" not in page
    given = {
        "stars": "5",
        "quote": "Ask anna@people.example: lovely!",
        "quote-agree": "yes",
        "photo": upload(),
        "where": "Anna@Other.example",
    }
    assert client.post(f"/s/{link}", given).status_code == 200
    review, photo = Contribution.within(workspace).order_by("kind", "pk")[::-1]
    assert (review.kind, review.stars, review.purpose, photo.purpose) == ("review", 5, "voices", "")
    assert Photo.within(workspace).get().contribution_id == photo.pk
    said = ConsentStatement.within(workspace).get(purpose="voices")
    assert (said.channel, said.state, said.wording) == ("public", "granted", "You may show this with my first name.")
    assert said.proof["question"] == "quote"
    assert answers(workspace) == [{"stars": 5, "quote": "Ask … lovely!", "photo": True, "where": True}]
    assert people(workspace, [anna])[anna].facts["email_given"] == "anna@other.example"
    publish(workspace=workspace, contribution=review.pk, seen=review.came_at.isoformat(), shown_as="Anna", staff=None, now=NOW)
    assert "★★★★★" in client.get("/at/shop/voices/").content.decode()
    save_site(workspace=workspace, source=f"{SITE}  - {{voices: {{survey: your-words}}}}\n", now=NOW)
    assert ["★★★★★" in client.get("/at/shop/said?in=de-AT").content.decode() for _ in range(2)] == [True, True]
    assert client.get(f"/at/shop/voices/{photo.pk}.jpg").status_code == 404
    assert client.post(f"/s/{link}", {"stars": "4"}).status_code == 200  # the address is here already
    boxes = client.get(f"/p/{link}")
    assert "public:voices" in boxes.content.decode()
    client.post(f"/p/{link}", {"shown": ["public:voices"]})
    assert "★★★★★" not in client.get("/at/shop/voices/").content.decode()
    assert "★★★★★" not in client.get("/at/shop/said?in=de-AT").content.decode()
    for wrong in ("  - {voices: {most: 7}}\n", "  - {voices: {}, text: too}\n"):
        with pytest.raises(Mistakes):
            save_site(workspace=workspace, source=SITE + wrong, now=NOW)


def test_a_photo_that_was_chosen_is_not_lost_when_something_else_is_wrong(workspace, link, client):
    again = client.post(f"/s/{link}", {"photo": upload(), "photo-agree": "yes", "where": "nowhere"})
    page = again.content.decode()
    assert again.status_code == 422
    assert "neither an e-mail address nor a telephone number" in page
    kept = page.partition('name="photo-kept" value="')[2].partition('"')[0]
    assert 'name="photo-agree" value="yes" checked' in page
    assert Contribution.within(workspace).count() == 0
    assert client.post(f"/s/{link}", {"photo-kept": kept, "photo-agree": "yes", "where": "+49 30 1234567"}).status_code == 200
    assert (Photo.within(workspace).get().height, Contribution.within(workspace).get().purpose) == (300, "voices")


@pytest.mark.parametrize("raw", [b"MZ\x90", b"<svg/>"])
def test_what_is_no_photo_is_said_beside_its_field(workspace, link, client, raw):
    answer = client.post(f"/s/{link}", {"photo": upload(raw), "where": "a@b.example"})
    assert (answer.status_code, "This is no photo we can take" in answer.content.decode()) == (422, True)
    assert (Contribution.within(workspace).count(), answers(workspace)) == (0, [])


def test_a_box_ticked_after_a_form_spoke_of_an_age_takes_no_older_yes_s_place(workspace, anna, link, client):
    yes = NewStatement(anna, "public", "voices", "granted", NOW - timedelta(days=9), "consent page")
    state(workspace=workspace, statements=[yes], now=NOW)
    learn(workspace=workspace, facts=[NewFact(anna, "too_young_until", "2030-01-01", "site club", NOW)], now=NOW)
    client.post(f"/s/{link}", {"quote": "Lovely", "quote-agree": "yes", "where": "anna@other.example"})
    assert standing(workspace, [anna])[anna].may("public", "voices")
    assert ConsentStatement.within(workspace).filter(purpose="voices").count() == 1
