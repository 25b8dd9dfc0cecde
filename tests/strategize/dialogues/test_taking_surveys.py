"""What a survey fills has to be there: whoever says yes is asked for it by a letter, whose page needs the purpose."""

from datetime import UTC, datetime

import pytest

from duologue.kit.yaml import Mistakes
from duologue.people.consent.actions import save_purpose
from duologue.strategize.dialogues.surveys import take_survey
from duologue.strategize.models import SurveyVersion

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
SURVEY = "survey: more\nquestions:\n  news: {ask: May we write?, kind: KIND, OPTIONSfills: {consent: PURPOSE}}\n"


@pytest.fixture
def purposes(workspace):
    save_purpose(workspace=workspace, name="newsletter", title="The newsletter")
    save_purpose(workspace=workspace, name="bookings", title="Bookings", basis="contract")
    save_purpose(workspace=workspace, name="voices", title="Showing", shows=True)


def take(workspace, kind, purpose):
    options = "options: [gladly, never], " if kind == "one" else ""
    text = SURVEY.replace("KIND", kind).replace("OPTIONS", options).replace("PURPOSE", purpose)
    return take_survey(workspace=workspace, name="more", source=text, now=NOW, file="surveys/more.yaml")


@pytest.mark.parametrize(
    ("kind", "purpose", "says"),
    [
        ("one", "newsleter", "surveys/more.yaml:3: .*no purpose 'newsleter' by consent.*'newsletter'"),
        ("one", "bookings", "no purpose 'bookings' by consent; write it into purposes.yaml"),
        ("one", "voices", "'voices' is about showing what people give"),
        ("text", "voices", "'voices' is about showing what people give"),
        ("quote", "newsletter", "shown by a purpose of its own"),
    ],
)
def test_a_consent_that_cannot_be_given_is_refused_with_its_place(workspace, purposes, kind, purpose, says):
    with pytest.raises(Mistakes, match=says):
        take(workspace, kind, purpose)
    assert not SurveyVersion.within(workspace).exists()


@pytest.mark.parametrize(("kind", "purpose"), [("one", "newsletter"), ("quote", "voices"), ("photo", "voices")])
def test_one_that_can_be_given_is_kept(workspace, purposes, kind, purpose):
    assert take(workspace, kind, purpose).number == 1
