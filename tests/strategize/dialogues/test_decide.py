from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from duologue.strategize.dialogues.rules.decide import begin, decide, moved
from duologue.strategize.dialogues.rules.plan import from_json, to_json
from duologue.strategize.dialogues.rules.read import read_dialogue
from duologue.strategize.dialogues.rules.state import Heard, Known

T0 = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PERSON = Known(person=1, profile=1, zone="Europe/London", may=frozenset({("email", "promotions")}))

WIN_BACK = """
dialogue: win-back
purpose: promotions
audience: lapsed
goal: {event: Order Completed, within: 30d, value: revenue}
anytime:
  - {left: lapsed, then: end}
  - {replied: complaint, then: care}
turns:
  invite:
    say: we-miss-you
    by: [email, sms]
    listen:
      - {clicked: any, then: gift}
      - {replied: yes, then: gift}
      - {silence: 3d, then: why}
  why:
    ask: why-quiet
    listen:
      - {answered: {reason: moved}, then: end}
      - {answered: any, then: gift}
      - {silence: 5d, then: gift}
  gift:
    give: ten-percent
    say: your-code
    listen:
      - {withheld: perk_gone, then: end}
      - {silence: {until: perk.ten-percent.expires_at, before: 3d, at: "10:00"}, then: last}
  last: {say: code-ends-soon, listen: [{silence: 3d, then: end}]}
  care: {hand_over: care, within: 4h, brief: "Hello {{ person.name }}", listen: [{closed: any, then: end}, {overdue: any, then: end}]}
"""


def plan_of(text):
    return from_json(to_json(read_dialogue(text)))


class Walk:
    """A run, handed what happens and the time, as the engine would."""

    def __init__(self, text=WIN_BACK, person=PERSON, start=None):
        self.plan, self.person = plan_of(text), person
        self.state, self.last = begin(self.plan, run_key=7, at=T0, start=start), None
        self.at(T0)

    def at(self, now, *responses, watermark=None):
        self.last = decide(self.plan, self.state, self.person, responses, now, watermark or now)
        self.state = self.last.state
        return self.last

    def accepted(self, now, **properties):
        return self.at(now, self.heard("accepted", None, now, **properties))

    def heard(self, kind, value, at, seq="now", **properties):
        seq = self.state.seq if seq == "now" else seq
        return Heard(kind, value, at, at, self.state.turn, seq, properties)


def test_a_run_says_its_first_turn_and_waits_for_the_carrier():
    walk = Walk()
    (say,) = walk.last.says
    assert (say.turn, say.seq, say.message, say.channels, say.purpose) == ("invite", 1, "we-miss-you", ("email",), "promotions")
    assert (walk.state.phase, walk.last.wake_at, walk.last.ended) == ("sending", None, None)
    assert say.too_late_at == T0 + 3 * DAY


def test_silence_counts_from_acceptance():
    walk = Walk()
    walk.accepted(T0 + 5 * HOUR)
    assert walk.last.wake_at == T0 + 5 * HOUR + 3 * DAY
    assert walk.at(T0 + 3 * DAY).steps == []
    walk.at(T0 + 3 * DAY + 5 * HOUR)
    assert [(step.turn, step.heard, step.then) for step in walk.last.steps] == [("invite", "silence: 3d", "why")]
    assert walk.last.says[0].survey == "why-quiet"
    assert walk.state.seq == 2


def test_silence_waits_for_all_that_was_received_before_its_deadline():
    walk = Walk()
    walk.accepted(T0)
    late = T0 + 3 * DAY + HOUR
    assert walk.at(late, watermark=T0 + 3 * DAY - HOUR).steps == []
    assert walk.last.wake_at == T0 + 3 * DAY
    in_time = walk.heard("clicked", "button", T0 + 3 * DAY - HOUR / 2)
    assert walk.at(late, in_time).steps[0].heard == "clicked: any"


def test_a_response_received_after_the_deadline_does_not_beat_silence():
    walk = Walk()
    walk.accepted(T0)
    click = walk.heard("clicked", "button", T0 + 3 * DAY + HOUR)
    walk.at(T0 + 4 * DAY, click)
    assert [step.heard for step in walk.last.steps] == ["silence: 3d"]
    assert walk.state.turn == "why"


def test_a_late_response_is_kept_until_silence_may_be_concluded():
    walk = Walk()
    walk.accepted(T0)
    reply = walk.heard("replied", "complaint", T0 + 3 * DAY + HOUR)
    walk.at(T0 + 4 * DAY, reply, watermark=T0 + 2 * DAY)
    assert walk.state.turn == "invite"
    walk.at(T0 + 4 * DAY)
    assert [step.heard for step in walk.last.steps] == ["silence: 3d", "replied: complaint"]
    assert walk.state.turn == "care"
    assert "pending" not in walk.state.data


def test_the_goal_comes_before_any_line():
    walk = Walk()
    walk.accepted(T0)
    walk.at(T0 + DAY, walk.heard("event", "Order Completed", T0 + DAY, None, revenue=40), walk.heard("left", "lapsed", T0 + DAY, None))
    assert walk.last.ended == "goal"


@pytest.mark.parametrize(("days", "ended"), [(29, "goal"), (31, None)])
def test_the_goal_counts_within_its_time(days, ended):
    text = WIN_BACK.replace("silence: 3d, then: why", "silence: 60d, then: why")
    walk = Walk(text)
    walk.accepted(T0)
    at = T0 + days * DAY
    assert walk.at(at, walk.heard("event", "Order Completed", at, None)).ended == ended


def test_a_response_to_an_earlier_turn_counts():
    walk = Walk(WIN_BACK.replace("{answered: any, then: gift}", "{clicked: any, then: gift}"))
    walk.accepted(T0)
    walk.at(T0 + 3 * DAY)
    walk.at(T0 + 3 * DAY + HOUR, Heard("clicked", "1", T0 + 3 * DAY + HOUR, T0 + 3 * DAY, "invite", 1))
    assert walk.state.turn == "gift"


@pytest.mark.parametrize(
    ("answers", "turn", "ended"), [({"reason": "moved"}, "why", "end"), ({"reason": "price"}, "gift", None), ({}, "gift", None)]
)
def test_answers_choose_the_way(answers, turn, ended):
    walk = Walk()
    walk.accepted(T0)
    walk.at(T0 + 3 * DAY)
    walk.accepted(T0 + 3 * DAY)
    walk.at(T0 + 4 * DAY, walk.heard("answered", "why-quiet", T0 + 4 * DAY, answers=answers))
    assert (walk.state.turn, walk.last.ended) == (turn, ended)


def at_gift():
    walk = Walk()
    walk.at(T0 + HOUR, walk.heard("clicked", "1", T0 + HOUR))
    return walk


def test_a_click_that_comes_before_the_carriers_word_counts():
    decision = at_gift().last
    assert decision.says[0].gives == ("ten-percent",)
    assert decision.gives == []  # given by the message alone, never twice


def test_silence_in_relation_to_the_end_of_a_perk():
    walk = at_gift()
    walk.accepted(T0 + HOUR, perks={"ten-percent": {"expires_at": "2026-01-20T15:00:00+00:00"}})
    assert walk.last.wake_at == datetime(2026, 1, 17, 10, 0, tzinfo=UTC)
    walk.at(datetime(2026, 1, 17, 10, 0, tzinfo=UTC))
    assert walk.state.turn == "last"


def test_withheld_takes_its_line_or_ends_with_the_reason_and_never_on_silence():
    walk = at_gift()
    walk.at(T0 + HOUR, walk.heard("withheld", "perk_gone", T0 + HOUR))
    assert (walk.last.ended, walk.last.steps[0].heard) == ("end", "withheld: perk_gone")
    walk = at_gift()
    walk.at(T0 + HOUR, walk.heard("withheld", "no_consent", T0 + HOUR))
    assert (walk.last.ended, walk.last.steps[0].then) == ("withheld: no_consent", "end")


def test_an_uncertain_delivery_counts_from_its_hand_over():
    walk = Walk()
    walk.at(T0 + HOUR, walk.heard("uncertain", None, T0 + HOUR / 2))
    assert walk.last.wake_at == T0 + HOUR / 2 + 3 * DAY


def test_an_outcome_of_an_earlier_turn_moves_nothing():
    walk = at_gift()
    walk.at(T0 + 2 * HOUR, Heard("withheld", "too_late", T0 + 2 * HOUR, T0 + 2 * HOUR, "invite", 1))
    assert (walk.state.turn, walk.last.ended, walk.state.phase) == ("gift", None, "sending")


def test_a_complaint_is_handed_over_and_its_closing_ends_the_run():
    walk = Walk(person=replace(PERSON, facts={"name": "Ada"}))
    walk.accepted(T0)
    walk.at(T0 + HOUR, walk.heard("replied", "complaint", T0 + HOUR))
    handed = walk.last.hand_over
    assert (handed.team, handed.brief, handed.due_at, handed.pause) == ("care", "Hello Ada", T0 + 5 * HOUR, "promotion")
    assert (walk.state.phase, walk.last.wake_at) == ("held", None)
    assert walk.at(T0 + DAY, walk.heard("closed", "solved", T0 + DAY)).ended == "end"


CONFIRM = """
dialogue: welcome
purpose: newsletter
starts: {event: Consent Requested, where: {purpose: newsletter}}
turns:
  confirm: {ask: {consent: newsletter}, say: please-confirm,
    listen: [{granted: newsletter, learn: {welcomed: true, asked_for: {from: start.purpose}}, then: hello},
             {silence: 2d, then: repeat, at_most: 1}, {silence: 5d, then: end}]}
  hello: {say: hello, then: choose}
  choose: {branch: [{when: {person.country: [DE, AT], not: {in: staff}}, then: german}, {otherwise: rest}]}
  german: {say: hallo, then: rest}
  rest: {wait: {for: 3d, at: "10:00", on: Mo-Fr}, then: more}
  more: {say: more, only_if: {did: {event: Product Viewed, times: {at_least: 2}, within: 7d}}, otherwise: fact, then: end}
  fact: {learn: {quiet: true}, then: end}
"""


def test_repeat_says_it_again_as_often_as_allowed():
    walk = Walk(CONFIRM, replace(PERSON, may=frozenset()), start={"purpose": "newsletter"})
    assert (walk.last.says[0].consent, walk.last.says[0].channels) == ("newsletter", ("email",))
    walk.accepted(T0)
    walk.at(T0 + 2 * DAY)
    assert (walk.state.turn, walk.state.seq, walk.last.says[0].seq) == ("confirm", 2, 2)
    walk.accepted(T0 + 2 * DAY)
    assert walk.last.wake_at == T0 + 7 * DAY
    assert walk.at(T0 + 7 * DAY).ended == "end"


def granted(person):
    walk = Walk(CONFIRM, person, start={"purpose": "newsletter"})
    walk.accepted(T0)
    walk.at(T0 + HOUR, walk.heard("granted", "newsletter", T0 + HOUR))
    return walk


def test_a_run_goes_on_at_once_until_it_waits():
    walk = granted(replace(PERSON, facts={"country": "DE"}))
    assert [say.message for say in walk.last.says] == ["hello", "hallo"]
    assert walk.last.learns == [("welcomed", True), ("asked_for", "newsletter")]
    assert [step.then for step in walk.last.steps] == ["hello", "choose", "german", "rest"]
    assert walk.last.wake_at == datetime(2026, 1, 9, 10, 0, tzinfo=UTC)


def test_a_branch_takes_the_first_way_that_holds():
    walk = granted(replace(PERSON, facts={"country": "DE"}, segments=frozenset({"staff"})))
    assert [say.message for say in walk.last.says] == ["hello"]


@pytest.mark.parametrize(("views", "said", "learned"), [(2, ["more"], []), (1, [], [("quiet", True)])])
def test_only_if_is_asked_on_arrival(views, said, learned):
    seen = [(T0 + DAY, {})] * views + [(T0 - 30 * DAY, {})]
    walk = granted(replace(PERSON, events={"Product Viewed": seen}))
    walk.at(datetime(2026, 1, 9, 10, 0, tzinfo=UTC))
    assert ([say.message for say in walk.last.says], walk.last.learns, walk.last.ended) == (said, learned, "end")


def test_a_channel_without_an_adapter_is_passed_over_and_none_left_is_silence_at_once():
    walk = Walk(person=replace(PERSON, channels=frozenset({"sms"}), reachable=frozenset({"sms"})))
    assert walk.last.says[0].channels == ("sms",)
    walk = Walk(person=replace(PERSON, channels=frozenset()))
    assert [step.then for step in walk.last.steps] == ["why", "gift", "last", "end"]
    assert walk.last.ended == "end"


def test_the_first_permitted_channel_is_in_front():
    person = replace(PERSON, channels=frozenset({"email", "sms"}), reachable=frozenset({"email", "sms"}))
    assert Walk(person=replace(person, may=frozenset({("sms", "promotions")}))).last.says[0].channels == ("sms", "email")


def test_a_run_moves_to_another_version_by_name_or_by_was():
    walk = Walk()
    old = walk.plan
    assert moved(walk.state, old, old) == walk.state
    renamed = plan_of(WIN_BACK.replace("  invite:\n    say", "  greet:\n    was: invite\n    say"))
    assert moved(walk.state, old, renamed).turn == "greet"
    gone = plan_of(WIN_BACK.replace("  invite:\n    say", "  greet:\n    say"))
    assert moved(walk.state, old, gone) is None


READ = plan_of(WIN_BACK)
KINDS = st.sampled_from(
    [("clicked", "1"), ("replied", "yes"), ("replied", "complaint"), ("accepted", None), ("withheld", "perk_gone"), ("withheld", "cap"),
     ("answered", "why-quiet"), ("left", "lapsed"), ("event", "Order Completed"), ("event", "Product Viewed"), ("closed", "solved")]
)  # fmt: skip
RESPONSES = st.lists(st.tuples(KINDS, st.integers(0, 14 * 24), st.integers(1, 5)), max_size=12)


def response(kind, hours, seq):
    at = T0 + hours * HOUR
    tied = kind[0] in {"accepted", "withheld", "closed"}
    properties = {"answers": {"reason": "price"}} if kind[0] == "answered" else {}
    return Heard(*kind, at, at, None, seq if tied else None, properties)


def walked(responses, cuts, plan=plan_of(WIN_BACK)):  # noqa: B008 - read once
    """Hand responses in, in batches cut at some hours, all at one late moment, and return how the run went."""
    now, state, heard = T0 + 20 * DAY, begin(plan, run_key=7, at=T0), []
    edges = [T0 - HOUR, *(T0 + cut * HOUR for cut in sorted(cuts)), now]
    for start, end in pairwise(edges):
        batch = [one for one in responses if start < one.at <= end]
        decision = decide(plan, state, PERSON, batch, now, end)
        state = decision.state
        heard += [(step.turn, step.heard, step.then) for step in decision.steps]
        if decision.ended:
            return heard, decision.ended
    return heard, state.turn


@settings(deadline=None)
@given(RESPONSES, st.lists(st.integers(0, 14 * 24), max_size=4))
def test_how_responses_are_cut_into_batches_changes_nothing(given, cuts):
    unique = {hours: response(kind, hours, seq) for kind, hours, seq in given}
    assert walked(list(unique.values()), cuts) == walked(list(unique.values()), [])


@settings(deadline=None)
@given(RESPONSES, st.randoms())
def test_neither_does_their_order_nor_is_the_state_handed_in_changed(given, chance):
    unique = list({hours: response(kind, hours, seq) for kind, hours, seq in given}.values())
    plan, now = READ, T0 + 20 * DAY
    state = begin(plan, run_key=7, at=T0)
    first = decide(plan, state, PERSON, unique, now, now)
    chance.shuffle(unique)
    assert decide(plan, state, PERSON, unique, now, now) == first
    assert state == begin(plan, run_key=7, at=T0)
    assert first.ended is None or first.steps[-1].then == "end"
    assert [step.seq for step in first.steps] == list(range(1, len(first.steps) + 1))
