"""Finding people by the beginnings of words: the quick ways give what the plain way gives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from django.db import connection

from duologue.people.intake.actions import take_in
from duologue.people.intake.rules import understand
from duologue.people.models import SearchWord
from duologue.people.profiles import actions, finding
from duologue.platform.workspaces.actions import create_workspace

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def crowd(workspace):
    """Thirty people: everybody an Ada, every third a Lovelace, every tenth a Quill; the first was seen last."""
    everyone = actions.add(workspace=workspace, seen_at=[NOW - timedelta(minutes=place) for place in range(30)])
    texts = [(one, "Ada") for one in everyone] + [(one, "Lovelace") for one in everyone[::3]] + [(one, "Quill") for one in everyone[::10]]
    actions.make_findable(workspace=workspace, texts=texts)
    return everyone


def test_search_finds_by_the_beginnings_of_words_and_never_next_door(workspace):
    ann, ben = actions.add(workspace=workspace, seen_at=[NOW, NOW])
    texts = [(ann, "Anna Größe"), (ann, "anna.g@shop.example"), (ben, "Ben Grossman")]
    actions.make_findable(workspace=workspace, texts=texts)
    found = lambda text: {one.person for one in finding.search(workspace, text, 10)}  # noqa: E731
    assert found("gross") == {ann, ben}
    assert found("an GROSSE") == {ann}
    assert found("anna.g@shop") == {ann}
    assert found("nobody") == set()
    assert found("") == {ann, ben}
    other = create_workspace(name="other", clock_at=NOW)
    assert finding.search(other, "anna", 10) == []


@pytest.mark.parametrize(
    ("text", "every"), [("", 1), ("a", 1), ("a ada", 1), ("lov", 3), ("ada love", 3), ("q", 10), ("a q", 10), ("z a", 99)]
)
@pytest.mark.parametrize(("common", "looked_at"), [(1_000, 1_000), (25, 30), (8, 4), (2, 12), (1, 1)])
@pytest.mark.parametrize("limit", [2, 50])
def test_however_common_the_words_the_last_seen_who_match_are_found(workspace, crowd, monkeypatch, text, every, common, looked_at, limit):
    monkeypatch.setattr(finding, "COMMON", common)
    monkeypatch.setattr(finding, "LOOKED_AT", looked_at)
    expected = [] if every == 99 else [*crowd[::every]][:limit]
    assert [one.person for one in finding.search(workspace, text, limit)] == expected


def test_the_words_of_one_person_are_found_by_an_index(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'people_searchword'")
        assert any("(profile_id" in definition for (definition,) in cursor.fetchall())


def test_identifiers_are_found_by_their_own_index_and_keep_only_their_other_words(workspace):
    ann, ben = intake(
        workspace,
        {"userId": "C-17", "traits": {"email": "Ada.Quill@Shop.example", "phone": "+49 151 1234567", "name": "Ann"}},
        {"userId": "18", "traits": {"email": "ada.b@gmail.com", "phone": "030 901820", "name": "Ben"}},
    )
    found = lambda text: {one.person for one in finding.search(workspace, text, 10)}  # noqa: E731
    expected = {
        "ada": {ann, ben}, "quill": {ann}, "ada.q": {ann}, "ada.quill@shop": {ann}, "+49 151": {ann}, "+49151123": {ann},
        "4915": {ann}, "49": {ann, ben}, "1234567": {ann}, "c": {ann}, "17": {ann}, "18": {ben}, "ada.b@gmail.com": {ben}, "+4930": {ben},
        "030": {ben}, "901820": {ben}, "ann 4915": {ann}, "ann 18": set(), "ben ada": {ben},
    }  # fmt: skip
    assert {text: found(text) for text in expected} == expected
    assert set(SearchWord.within(workspace).filter(profile=ann).values_list("word", flat=True)) == {
        "ann", "quill", "c", "17", "151", "1234567",
    }  # fmt: skip


def intake(workspace, *people):
    events = [
        understand(msgspec.json.encode({"type": "identify", **person}), source="shop", received_at=NOW, country="DE") for person in people
    ]
    take_in(workspace=workspace, events=events, now=NOW)
    return [event.profile_id for event in events]
