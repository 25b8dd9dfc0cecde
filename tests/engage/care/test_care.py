from __future__ import annotations

import pytest

from duologue.engage.care.actions import save_care
from duologue.engage.care.queries import current, source
from duologue.engage.care.rules import Care, answer_by
from duologue.engage.care.saying import ready_answer
from duologue.kit.yaml import Mistakes
from duologue.people.profiles.queries import KnownPerson
from duologue.platform.staff.models import Staff

LOOKING = """\
answers:
  looking:
    title: Looking
    text: 'Dear {{ person.first_name | default: "customer" }}, {{ brand.name }} is looking. {{ member.name }}'
    locales: {de: 'Guten Tag {{ person.first_name | default: "" }}, wir sehen nach. {{ member.name }}'}
"""


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("targets: {complaint: 4d}", "care.yaml:1: '4d' is no working time"),
        ("targets: {complaints: 4h}", "did you mean 'complaint'?"),
        ("hours: 9 to 5", "is no window"),
        ("closed: [tomorrow]", "'tomorrow' is no day"),
        ("answers:\n  hi:\n    text: Dear {{ person.first_name }}", "care.yaml:3: Not everybody has person.first_name"),
        ("answers: {hi: {text: '{{ perk.ten.code }}'}}", "knows no 'perk.ten.code'"),
        ("answers: {hi: {text: '{% include x %}'}}", "cannot be filled in"),
        ("answers: {hi: {text: '{{ person.a | defult: 1 }}'}}", "There is no filter 'defult'"),
        ("goodwill: {offers: [sorry]}", "There is no offer 'sorry'"),
        ("goodwill: {limits: {guest: {at_most: 1}}}", "A limit is for owner, editor, care"),
        ("goodwill: {limits: {care: {}}}", "A limit says how many perks"),
        ("goodwill: {limits: {care: {worth: 5 EUR}}}", "Perks are reckoned in GBP"),
    ],
)
def test_what_cannot_hold_is_refused_at_its_line(workspace, now, text, sentence):
    workspace.currency = "GBP"
    with pytest.raises(Mistakes) as found:
        save_care(workspace=workspace, source=text, now=now)
    assert sentence in str(found.value)
    assert source(workspace) == ""


def test_ready_answers_are_said_in_the_persons_language_with_what_stands_in(workspace, now):
    save_care(workspace=workspace, source=LOOKING, now=now)
    imogen = Staff(email="imogen@shop.example", name="Imogen")
    anna, somebody = KnownPerson(1, locale="de-AT", facts={"first_name": "Anna"}), KnownPerson(2)
    assert ready_answer(workspace, "looking", anna, imogen) == "Guten Tag Anna, wir sehen nach. Imogen"
    assert ready_answer(workspace, "looking", somebody, imogen).startswith("Dear customer, ")
    assert ready_answer(workspace, "other", anna, imogen) is None


def test_before_anything_is_written_nobody_is_promised_a_time(workspace, now):
    assert current(workspace) == Care()
    assert answer_by(Care(), "complaint", "UTC", now) is None
    named = Care(targets={"any": "2h"})
    assert answer_by(named, "thanks", "UTC", now) is None
    assert answer_by(named, "question", "UTC", now) is not None
