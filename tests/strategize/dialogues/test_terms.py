"""Whom a dialogue leaves out, from when until when it runs, at which pace; and its choices."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.kit.yaml import Mistakes
from duologue.strategize.dialogues.rules.naming import named
from duologue.strategize.dialogues.rules.pacing import allowed, forgone, moved_on, next_step, rate
from duologue.strategize.dialogues.rules.plan import Pace, from_json, to_json
from duologue.strategize.dialogues.rules.read import read_dialogue

TEXT = """\
dialogue: small
purpose: promotions
audience: everyone
HEAD
turns:
  hello: {say: hello, listen: [{clicked: any, then: end}, {silence: 3d, then: end}]}
"""
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def plan_of(head, text=TEXT):
    return from_json(to_json(read_dialogue(text.replace("HEAD", head), "d.yaml")))


def test_terms_are_read():
    plan = plan_of(
        "except: [staff, open-return]\nruns: {from: 2027-03-01, to: 2027-05-31}\npace: {from: 200/day, doubling: 2d, to: 5000/day}"
    )
    assert (plan.excepts, plan.opens, plan.closes) == (("staff", "open-return"), "2027-03-01", "2027-05-31")
    assert plan.pace == Pace(200, "2d", 5000)
    assert named(plan).segments == {"everyone", "staff", "open-return"}
    assert plan_of("except: staff\npace: 50/day\nruns: {from: 2027-03-01}").pace == Pace(50)


@pytest.mark.parametrize(
    ("head", "sentence"),
    [
        ("except: []", "`except` names the segments"),
        ("except: [Staff Only]", "A segment needs a name"),
        ("runs: forever", "`runs` says from which day"),
        ("runs: {from: spring}", "'spring' is no day"),
        ("runs: {from: 2027-03-02, to: 2027-03-01}", "ends before it begins"),
        ("runs: {til: 2027-03-01}", "knows no 'til'"),
        ("pace: fast", "is a number of people a day"),
        ("pace: {from: 200/day}", "`pace` is 200/day, or"),
        ("pace: {from: 200/day, doubling: 2d, to: 100/day}", "`pace` rises"),
        ("starts: {joins: vips}\npace: 5/day", "cannot wait"),
    ],
)
def test_terms_that_make_no_sense_are_refused(head, sentence):
    with pytest.raises(Mistakes) as found:
        plan_of(head)
    assert sentence in str(found.value)
    assert {mistake.line for mistake in found.value.mistakes} <= {4, 5}


def test_a_pace_spreads_a_day_over_its_hours():
    pace = Pace(240)
    assert [allowed(pace, NOON, NOON + timedelta(hours=hours)) for hours in (-1, 0, 1, 23, 24, 48)] == [0, 10, 20, 240, 250, 490]


def test_a_pace_doubles_up_to_its_most():
    pace = Pace(200, "2d", 1000)
    assert [rate(pace, NOON, NOON + timedelta(days=days)) for days in (0, 1, 2, 3, 4, 6, 100)] == [200, 200, 400, 400, 800, 1000, 1000]
    assert allowed(pace, NOON, NOON + timedelta(days=4) - timedelta(seconds=1)) == 2 * 200 + 2 * 400


@given(st.integers(1, 5000), st.integers(1, 10), st.integers(1, 20), st.integers(0, 24 * 40))
def test_a_pace_never_falls_and_keeps_to_each_day(first, doubling, times, hours):
    pace = Pace(first, f"{doubling}d", first * times)
    here = NOON + timedelta(hours=hours)
    after = next_step(NOON, here)
    assert here < after <= here + timedelta(hours=1)
    assert allowed(pace, NOON, here) <= allowed(pace, NOON, after)
    day = timedelta(hours=hours) // timedelta(days=1)
    begun = [allowed(pace, NOON, NOON + timedelta(days=n) - timedelta(seconds=1)) for n in (day, day + 1)]
    assert begun[1] - begun[0] == rate(pace, NOON, NOON + timedelta(days=day))


def test_of_what_was_not_used_all_but_the_share_of_an_hour_is_forgone():
    pace = Pace(240)
    assert [forgone(pace, NOON, 5, NOON + timedelta(hours=hours)) for hours in (0, 1, 47)] == [5, 10, 470]


def test_a_spell_without_anyone_counts_as_a_day_at_most():
    days = [timedelta(days=days) for days in (0.5, 1, 9)]
    assert [moved_on(NOON, NOON + timedelta(hours=1), NOON + timedelta(hours=1) + ahead) - NOON for ahead in days] == [
        timedelta(),
        timedelta(),
        timedelta(days=8),
    ]
    assert moved_on(NOON, NOON - timedelta(days=30), NOON) == NOON


CHOICES = """\
dialogue: small
choices: {gift: ten-percent, days: 3, channels: [email, sms], hour: "10:00"}
purpose: promotions
audience: everyone
again: after ${days}d
turns:
  hello:
    give: $gift
    say: hello
    by: $channels
    listen:
      - {silence: {until: perk.$gift.expires_at, before: $days_d, at: $hour}, then: end}
"""


def test_what_was_chosen_stands_wherever_it_is_named():
    text = CHOICES.replace("${days}d", "30d").replace("days: 3", "ahead: 3d").replace("$days_d", "$ahead")
    plan = plan_of("", text)
    turn = plan.turns["hello"]
    assert (turn.gives, turn.by) == (("ten-percent",), ("email", "sms"))
    moment = turn.listen[0].moment
    assert (moment.until, moment.before, moment.at) == ("perk.ten-percent.expires_at", "3d", "10:00")


@pytest.mark.parametrize(
    ("old", "new", "line", "sentence"),
    [
        ("gift: ten-percent", "gift: null", 2, "Choose what 'gift' is to be"),
        ("give: $gift", "give: $gifts", 8, "$gifts stands for a choice, but `choices` has none of that name; did you mean 'gift'?"),
        ("by: $channels", "by: email", 2, "Nothing in this dialogue uses $channels"),
        ("gift: ten-percent", "Gift: ten-percent, gift: ten-percent", 2, "A choice has a name of lower-case letters"),
        ("{gift: ten-percent", "{other: {a: 1}, gift: ten-percent", 2, "A choice is a value or a list"),
        ("give: $gift", "give: $hour", 8, "An offer needs a name"),
        ("choices: {", "choices: [{", 2, ""),
    ],
)
def test_a_choice_that_is_wrong_is_refused_where_it_stands(old, new, line, sentence):
    text = CHOICES.replace("${days}d", "30d").replace("days: 3", "ahead: 3d").replace("$days_d", "$ahead").replace(old, new)
    if "[{" in new:
        text = text.replace('"10:00"}', '"10:00"}]')
    with pytest.raises(Mistakes) as found:
        plan_of("", text)
    assert any(mistake.line == line and sentence in mistake.sentence for mistake in found.value.mistakes), found.value
