from datetime import UTC, datetime

import pytest

from duologue.kit.yaml import Mistakes
from duologue.strategize.dialogues import queries, surveys
from duologue.strategize.dialogues.actions import DialogueRefused, publish, save_draft, set_state
from duologue.strategize.dialogues.models import Dialogue, DialogueVersion
from duologue.strategize.dialogues.rules.survey import read_survey

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
SMALL = "dialogue: small\nabout: A small one\npurpose: promotions\naudience: all\nturns:\n  hello: {say: hello, then: end}\n"
PINS = {"messages": {"hello": 1}, "surveys": {}, "offers": {}}

SURVEY = """
survey: taste
questions:
  taste: {ask: What do you like?, kind: one, options: [tea, paper], fills: {fact: taste, purposes: [promotions]}}
  words: {ask: Anything else?, kind: text}
"""


def drafted(workspace, text=SMALL):
    save_draft(workspace=workspace, name="small", source=text)


def test_a_draft_may_be_unfinished_and_is_not_in_force(workspace):
    drafted(workspace, "dialogue: sma")
    assert queries.current(workspace, "small") is None
    with pytest.raises(Mistakes, match=r"dialogues/small\.yaml:1"):
        publish(workspace=workspace, name="small", pins=PINS, now=NOW)


def test_publishing_makes_a_version_that_later_drafts_do_not_change(workspace):
    drafted(workspace)
    first = publish(workspace=workspace, name="small", pins=PINS, now=NOW)
    drafted(workspace, SMALL.replace("A small one", "Another"))
    assert queries.plan_of(queries.current(workspace, "small")).about == "A small one"
    second = publish(workspace=workspace, name="small", pins=PINS, now=NOW)
    assert (first.number, second.number) == (1, 2)
    assert queries.plan_of(DialogueVersion.within(workspace).get(number=1)).about == "A small one"


def test_the_same_again_is_the_version_in_force_and_other_pins_are_another(workspace):
    drafted(workspace)
    first = publish(workspace=workspace, name="small", pins=PINS, now=NOW)
    assert publish(workspace=workspace, name="small", pins=PINS, now=NOW) == first
    assert publish(workspace=workspace, name="small", pins={**PINS, "messages": {"hello": 2}}, now=NOW).number == 2


def test_a_dialogue_goes_through_its_states(workspace):
    drafted(workspace)
    with pytest.raises(DialogueRefused, match="has not been published"):
        set_state(workspace=workspace, name="small", state="live", now=NOW)
    publish(workspace=workspace, name="small", pins=PINS, now=NOW)
    assert set_state(workspace=workspace, name="small", state="live", now=NOW).started_at == NOW
    assert set_state(workspace=workspace, name="small", state="paused", now=NOW, because="too many replies").paused_because
    set_state(workspace=workspace, name="small", state="ended", now=NOW)
    with pytest.raises(DialogueRefused, match="it cannot become paused"):
        set_state(workspace=workspace, name="small", state="paused", now=NOW)
    with pytest.raises(DialogueRefused, match="There is no dialogue"):
        set_state(workspace=workspace, name="other", state="live", now=NOW)
    assert Dialogue.within(workspace).get().state == "ended"


def test_a_name_that_does_not_agree_is_refused(workspace):
    save_draft(workspace=workspace, name="other", source=SMALL)
    with pytest.raises(DialogueRefused, match="calls itself 'small'"):
        publish(workspace=workspace, name="other", pins=PINS, now=NOW)


def test_surveys_are_kept_in_versions(workspace):
    survey = read_survey(SURVEY)
    assert survey.questions["taste"].choices == {"tea": "tea", "paper": "paper"}
    first = surveys.save_survey(workspace=workspace, survey=survey, now=NOW)
    assert surveys.save_survey(workspace=workspace, survey=survey, now=NOW) == first
    second = surveys.save_survey(workspace=workspace, survey=read_survey(SURVEY.replace("tea", "coffee")), now=NOW)
    assert (second.number, surveys.numbers(workspace, ["taste", "none"])) == (2, {"taste": 2})
    assert surveys.survey_of(first) == survey


def test_questions_options_and_turns_keep_their_order_in_the_database(workspace):
    options = "options: {zebra: Zebra, a: A, mid: Mid}"
    survey = read_survey(SURVEY.replace("options: [tea, paper]", options).replace("  words:", "  a: {ask: And?, kind: text}\n  words:"))
    version = surveys.save_survey(workspace=workspace, survey=survey, now=NOW)
    version.refresh_from_db()
    kept = surveys.survey_of(version)
    assert (list(kept.questions), list(kept.questions["taste"].choices)) == (["taste", "a", "words"], ["zebra", "a", "mid"])
    drafted(workspace, SMALL.replace("then: end}", "then: b}\n  b: {say: hello, then: end}"))
    version = publish(workspace=workspace, name="small", pins=PINS, now=NOW)
    version.refresh_from_db()
    assert list(queries.plan_of(version).turns) == ["hello", "b"]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("kind: one", "kind: oen", ":4: `kind` is one of"),
        ("kind: text", "kind: video", ":5: `kind` is one of one, many, text, quote, photo"),
        ("options: [tea, paper], ", "", ":4: A question of the kind one needs at least two"),
        ("fills: {fact: taste, purposes: [promotions]}", "fills: {}", ":4: `fills` names"),
        ("kind: text", "kind: text, when: {answer.later: x}", "no question before this one has that name"),
        ("kind: text", "kind: text, when: {start.total: 3}", "`when` of a question asks about person. and answer."),
        ("kind: text", "kind: text, when: {answer.taste: {ovr: 3}}", "did you mean 'over'?"),
        (
            "  words:",
            "".join(f"  p{n}: {{ask: Show, kind: photo}}\n" for n in range(5)) + "  words:",
            "A survey asks for 4 photos at most",
        ),
        ("survey: taste", "survy: taste", ":2: A survey knows no 'survy'; did you mean 'survey'?"),
    ],
)
def test_mistakes_in_surveys(old, new, sentence):
    with pytest.raises(Mistakes) as found:
        read_survey(SURVEY.replace(old, new), "s.yaml")
    assert sentence in str(found.value)
