"""Turns that try, tell, call and enter; letters that arrive; the best time and the best channel; items of a list."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.kit.yaml import Mistakes
from duologue.strategize.dialogues.rules.decide import begin, decide
from duologue.strategize.dialogues.rules.naming import named
from duologue.strategize.dialogues.rules.plan import from_json, to_json
from duologue.strategize.dialogues.rules.read import read_dialogue
from duologue.strategize.dialogues.rules.reads import reads
from duologue.strategize.dialogues.rules.state import Heard, Known

T0 = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PERSON = Known(person=1, profile=1, may=frozenset({("email", "promotions"), ("post", "promotions")}))
HEAD = "dialogue: small\npurpose: promotions\naudience: everyone\nturns:\n"


def plan_of(turns):
    return from_json(to_json(read_dialogue(HEAD + turns, "d.yaml")))


def decided(turns, person=PERSON, start=None, seed=0, at=T0, heard=()):
    plan = plan_of(turns)
    return decide(plan, begin(plan, run_key=1, at=at, start=start), person, heard, at, at, seed=seed)


TRIES = """\
  try: {experiment: {arms: [{share: 20%, then: a}, {share: 80%, then: b}]}}
  a: {say: a, then: end}
  b: {say: b, then: end}
"""


def test_an_experiment_leads_each_person_the_way_that_chance_draws_and_always_the_same():
    drawn = [decided(TRIES, Known(n, n, may=PERSON.may)).says[0].turn for n in range(300)]
    assert drawn == [decided(TRIES, Known(n, n, may=PERSON.may)).says[0].turn for n in range(300)]
    assert 35 < drawn.count("a") < 85
    other = [decided(TRIES, Known(n, n, may=PERSON.may), seed=1).says[0].turn for n in range(300)]
    assert drawn != other


def test_a_step_of_an_experiment_says_where_it_led():
    (step, _) = decided(TRIES).steps
    assert (step.turn, step.heard, step.then) == ("try", "experiment", decided(TRIES).says[0].turn)


def test_once_settled_everybody_goes_the_same_way():
    assert {decided(TRIES, Known(n, n, may=PERSON.may, settled={"small.try": "a"})).says[0].turn for n in range(50)} == {"a"}


def test_a_way_that_is_no_arm_of_this_version_is_not_gone():
    assert {decided(TRIES, Known(n, n, may=PERSON.may, settled={"small.try": "c"})).says[0].turn for n in range(50)} == {"a", "b"}


@given(st.lists(st.integers(1, 97), min_size=2, max_size=4), st.integers(0, 10**9))
def test_every_arm_is_one_of_those_written(parts, seed):
    arms = [*parts[:-1], 100 - sum(parts[:-1])]
    if arms[-1] < 1:
        return
    ways = ", ".join(f"{{share: {share}%, then: t{n}}}" for n, share in enumerate(arms))
    turns = f"  try: {{experiment: {{arms: [{ways}], settle: goal}}}}\n" + "".join(
        f"  t{n}: {{say: m, then: end}}\n" for n in range(len(arms))
    )
    assert decided(turns, seed=seed).says[0].turn in {f"t{n}" for n in range(len(arms))}


TELLS = """\
  tell: {tell: care, say: look-here, then: ask}
  ask: {say: hello, listen: [{silence: 1d, then: end}]}
"""


def test_a_team_is_told_and_the_run_goes_on():
    found = decided(TELLS)
    told, said = found.says
    assert (told.team, told.message, told.kind, told.window) == ("care", "look-here", "service", "always")
    assert (said.team, said.turn, found.state.turn) == (None, "ask", "ask")
    assert named(plan_of(TELLS)).teams == {"care"}


def test_nobody_who_cannot_be_written_to_keeps_a_team_from_being_told():
    assert [say.team for say in decided(TELLS, Known(1, 1, channels=frozenset())).says] == ["care"]


def test_another_dialogue_is_entered_with_what_this_one_began_with():
    found = decided("  on: {enter: win-back, then: end}\n", start={"order_id": "7"})
    assert [(one.dialogue, one.start) for one in found.enters] == [("win-back", {"order_id": "7"})]
    assert found.ended == "end"
    assert named(plan_of("  on: {enter: win-back, then: end}\n")).dialogues == {"win-back"}


CALLS = """\
  stock:
    call: stock
    with: {skus: {from: start.skus}, shop: main}
    listen:
      - {ok: any, where: {left: {over: 0}}, then: there}
      - {failed: any, then: end}
      - {silence: 20s, then: gone}
  there: {say: there, only_if: {call.stock.left: {over: 1}}, then: end}
  gone: {say: gone, then: end}
"""


def test_a_webhook_is_called_and_its_answer_is_heard():
    found = decided(CALLS, start={"skus": ["a", "b"]})
    (call,) = found.calls
    assert (call.webhook, call.payload) == ("stock", {"skus": ["a", "b"], "shop": "main"})
    assert found.wake_at == T0 + timedelta(seconds=20)
    plan = plan_of(CALLS)
    answer = Heard("ok", "stock", T0, T0, "stock", 1, {"webhook": "stock", "answer": {"left": 2}, "left": 2})
    after = decide(plan, found.state, PERSON, [answer], T0, T0)
    assert [say.turn for say in after.says] == ["there"]
    broken = Heard("failed", "timeout", T0, T0, "stock", 1, {"webhook": "stock"})
    assert decide(plan, found.state, PERSON, [broken], T0, T0).ended == "end"
    late = T0 + timedelta(seconds=20)
    assert [say.turn for say in decide(plan, found.state, PERSON, [], late, late).says] == ["gone"]


LETTER = """\
  letter: {say: letter, by: [post, email], arrives: {until: start.ends_at, before: 1d, late: mail}, listen: [{silence: 14d, then: end}]}
  mail: {say: mail, then: end}
"""
WITH_POST = Known(1, 1, may=PERSON.may, channels=frozenset({"post", "email"}), reachable=frozenset({"post", "email"}))


def test_a_letter_is_posted_in_time_and_silence_counts_from_when_it_is_there():
    ends = T0 + 20 * DAY
    found = decided(LETTER, WITH_POST, start={"ends_at": ends.isoformat()})
    (say,) = found.says
    assert (say.channels[0], say.arrives_at, say.due_at) == ("post", ends - DAY, ends - 4 * DAY)
    assert say.too_late_at == say.due_at + 3 * DAY
    plan = plan_of(LETTER)
    posted = Heard("accepted", None, say.due_at, say.due_at, "letter", 1, {"channel": "post"})
    after = decide(plan, found.state, WITH_POST, [posted], say.due_at, say.due_at)
    assert after.wake_at == ends - DAY + 14 * DAY


def test_a_letter_that_would_be_late_is_not_posted_and_by_other_channels_nothing_waits():
    late = decided(LETTER, WITH_POST, start={"ends_at": T0.isoformat()})
    assert [say.turn for say in late.says] == ["mail"]
    (say,) = decided(LETTER, start={"ends_at": (T0 + 20 * DAY).isoformat()}).says
    assert (say.channels, say.due_at, say.arrives_at) == (("email",), T0, None)


def wait_of(moment, person=PERSON, start=None):
    return decided(f"  pause: {{wait: {moment}, then: end}}\n", person, start).wake_at


@pytest.mark.parametrize(
    ("minutes", "hours"),
    [(60, 1.5), ("60", 1.5), (1, 0.75), (10_000, 8), (None, 0.75), ("soon", 0.75), (-5, 0.75)],
)
def test_a_wait_fits_the_person(minutes, hours):
    person = Known(1, 1, facts={"minutes_to_decide": minutes})
    assert wait_of("{for: person.minutes_to_decide, unit: m, times: 1.5, least: 45m, most: 8h}", person) == T0 + hours * HOUR


def test_the_best_time_is_the_persons_and_ten_where_nothing_is_known():
    assert wait_of("best") == datetime(2026, 1, 6, 10, tzinfo=UTC)
    assert wait_of("best", Known(1, 1, facts={"best_time": "19:00"})) == datetime(2026, 1, 5, 19, tzinfo=UTC)
    assert wait_of("{for: 3d, at: best}") == datetime(2026, 1, 9, 10, tzinfo=UTC)
    assert reads(plan_of("  pause: {wait: best, then: end}\n")).best


def test_the_best_channel_is_the_one_answered_most():
    turns = "  hello: {say: hello, by: best, then: end}\n"
    channels = frozenset({"sms", "email", "post"})
    may = frozenset((channel, "promotions") for channel in channels)
    known = Known(1, 1, channels=channels, reachable=channels, may=may)
    assert decided(turns, known).says[0].channels == ("email", "post", "sms")
    assert decided(turns, Known(1, 1, channels=channels, reachable=channels, may=may, responds={"sms": 2})).says[0].channels[0] == "sms"
    assert reads(plan_of(turns)).best


def test_items_are_asked_with_what_the_catalogue_says_now():
    turns = "  remind: {say: remind, only_if: {items: {of: start.products, some: {item.stock: {over: 0}}}}, otherwise: gone, then: end}\n"
    turns += "  gone: {say: gone, then: end}\n"
    start = {"products": [{"product_id": "a", "stock": 5}, {"sku": "b"}, "c"]}

    def says(**stock):
        person = Known(1, 1, may=PERSON.may, products={key: {"stock": left} for key, left in stock.items()})
        return decided(turns, person, start).says[0].turn

    assert says(a=0, b=0, c=0) == "gone"
    assert says(a=0, b=3) == "remind"
    assert says(a=0, c=1) == "remind"
    assert says() == "remind"
    assert reads(plan_of(turns)).items


def test_paths_of_the_occasion_and_the_placement():
    turns = "  pause: {wait: {until: occasion.starts_at, before: 1d}, then: end}\n"
    at = (T0 + 5 * DAY).isoformat()
    assert decided(turns, start={"occasion": {"name": "tasting", "starts_at": at}}).wake_at == T0 + 4 * DAY
    assert decided(turns, start={"occasion": "tasting", "starts_at": at}).wake_at == T0 + 4 * DAY
    branch = "  where: {branch: [{when: {placement.name: radio, placement.outlet: fm4}, then: end}, {otherwise: other}]}\n"
    branch += "  other: {say: other, then: end}\n"
    assert decided(branch, start={"placement": "radio", "outlet": "fm4"}).ended == "end"
    assert decided(branch, start={"placement": "poster", "outlet": "fm4"}).says


@pytest.mark.parametrize("hears", ["scanned", "called", "attended", "visited", "snoozed"])
def test_what_people_do_elsewhere_is_heard(hears):
    what = "any" if hears == "snoozed" else "spring"
    turns = (
        f"  ask: {{say: hello, listen: [{{{hears}: {what}, then: more}}, {{silence: 3d, then: end}}]}}\n  more: {{say: more, then: end}}\n"
    )
    found = decided(turns)
    plan = plan_of(turns)
    at = T0 + HOUR
    assert [say.turn for say in decide(plan, found.state, PERSON, [Heard(hears, "spring", at, at)], at, at).says] == ["more"]
    assert not decide(plan, found.state, PERSON, [Heard(hears, "autumn", at, at)], at, at).says or what == "any"


@pytest.mark.parametrize(
    ("turns", "sentence"),
    [
        ("  t: {experiment: {arms: [{share: 50%, then: end}]}}\n", "needs two arms or more"),
        ("  t: {experiment: {arms: [{share: 50%, then: end}, {share: 40%, then: end}]}}\n", "make 90%, not 100%"),
        ("  t: {experiment: {arms: [{share: half, then: end}, {share: 50%, then: end}]}}\n", "The `share` of an arm is a share below 100%"),
        ("  t: {experiment: {arms: [{share: 50%}, {share: 50%, then: end}]}}\n", "An arm is {share: 50%, then: T}"),
        ("  t: {experiment: {arms: [{share: 50%, then: end}, {share: 50%, then: end}], settle: soon}}\n", "`settle` is one of goal, never"),
        ("  t: {experiment: {arms: [{share: 50%, then: end}, {share: 50%, then: end}]}, then: end}\n", "no `listen` and no `then`"),
        ("  t: {tell: care, then: end}\n", "tells a team nothing"),
        ("  t: {tell: care, say: hello}\n", "is a dead end"),
        ("  t: {tell: care, say: hello, listen: [{silence: 1d, then: end}]}\n", "goes on at once; it has no `listen`"),
        ("  t: {enter: other}\n", "is a dead end"),
        ("  t: {call: stock}\n", "is a dead end"),
        ("  t: {call: stock, listen: [{ok: any, then: end}]}\n", "may wait for ever"),
        ("  t: {call: stock, listen: [{ok: any, then: end, at_most: 1}, {failed: any, then: end}]}\n", "may wait for ever"),
        ("  t: {say: hello, with: {a: 1}, then: end}\n", "`with` stands only beside `call`"),
        ("  t: {wait: 3d, arrives: 3d, then: end}\n", "sends nothing that arrives"),
        ("  t: {wait: {for: 3d, unit: m}, then: end}\n", "`unit` stands only beside a `for` that names a path"),
        ("  t: {wait: {for: person.a, times: 0}, then: end}\n", "`times` is a number above 0"),
        ("  t: {wait: {for: person.a, least: 2d, most: 1d}, then: end}\n", "`most` is at least as long as `least`"),
        ("  t: {wait: {for: person.a, late: t}, then: end}\n", "`late` stands only beside `until`"),
        ("  t: {say: a, only_if: {call.stock.left: 1}, then: end}\n", "no turn calls 'stock'"),
        ("  t: {say: a, listen: [{ok: stock, then: end}, {silence: 1d, then: end}]}\n", "`ok` is written `ok: any`"),
        (
            "  t: {hand_over: care, listen: [{overdue: any, then: u}]}\n  u: {tell: care, say: a, then: t}\n",
            "can come round again without limit",
        ),
        ("  t: {experiment: {arms: [{share: 50%, then: t}, {share: 50%, then: end}]}}\n", "goes round without ever waiting"),
    ],
)
def test_turns_that_make_no_sense_are_refused_with_a_sentence(turns, sentence):
    with pytest.raises(Mistakes) as found:
        plan_of(turns)
    assert sentence in str(found.value)
    assert all(mistake.line >= 5 for mistake in found.value.mistakes)


def test_a_call_may_be_heard_whatever_comes_of_it():
    assert plan_of("  t: {call: stock, listen: [{ok: any, then: end}, {failed: any, then: end}]}\n").turns["t"].listen
    assert plan_of("  t: {call: stock, then: end}\n").turns["t"].then == "end"
