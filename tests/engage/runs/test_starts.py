"""What starts dialogues in the engine: consent, replies, placements, hands, and the calendar."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duologue.engage.messages.actions import save_message
from duologue.engage.models import Admission, Delivery, KeptMail, Perk, Run
from duologue.engage.runs import actions, queries
from duologue.engage.runs.timetable import keep
from duologue.people.models import Profile
from duologue.strategize.guardrails.actions import set_guardrails
from duologue.strategize.guardrails.rules import read_guardrails
from duologue.strategize.models import Dialogue

pytestmark = pytest.mark.django_db(transaction=True)

SAYS = """
dialogue: says
purpose: promotions
starts: STARTS
turns:
  hello: {say: hello, listen: [{silence: 6h, then: end}]}
"""


def starts(shop, written, head="", **more):
    return shop.dialogue(SAYS.replace("STARTS", written).replace("turns:", f"{head}\nturns:"), **more)


def began(shop):
    return sorted(Run.within(shop.workspace).values_list("profile_id", flat=True))


@pytest.mark.parametrize(
    ("written", "event", "properties", "others"),
    [
        (
            "{granted: newsletter}",
            "Consent Granted",
            {"channel": "email", "purpose": "newsletter"},
            {"channel": "email", "purpose": "other"},
        ),
        ("{replied: praise}", "Message Replied", {"intent": "praise", "words": []}, {"intent": "no", "words": []}),
        ("{placement: spring-radio}", "Code Scanned", {"code": "x", "placement": "spring-radio"}, {"code": "x", "placement": "poster"}),
        ("{event: Friend Ordered, where: {first: true}}", "Friend Ordered", {"first": True}, {"first": False}),
    ],
)
def test_what_happens_starts_those_it_happens_to(shop, written, event, properties, others):
    one, two = shop.add_people(2)
    starts(shop, written)
    shop.happen(event, [one], properties)
    shop.happen(event, [two], others)
    shop.turn()
    assert began(shop) == [one]
    assert shop.run(one).data["start"]["event"] == event
    shop.adds_up()


def test_a_start_counts_for_those_in_the_audience(shop):
    one, two = shop.add_people(2)
    shop.segment("regulars", [one])
    starts(shop, "{replied: any}", "audience: regulars")
    shop.happen("Message Replied", [one, two], {"intent": "joke", "words": []})
    shop.turn()
    assert began(shop) == [one]


def test_somebody_starts_people_by_hand(shop):
    one, two, stranger = shop.add_people(3)
    shop.segment("regulars", [one, two])
    starts(shop, "{by_hand: true}", "audience: regulars", start=False)
    with pytest.raises(actions.NotPossible, match="not live"):
        actions.start_by_hand(workspace=shop.workspace, name="says", persons=[one], now=shop.now)
    actions.start_dialogue(workspace=shop.workspace, name="says", now=shop.now)
    assert actions.start_by_hand(workspace=shop.workspace, name="says", persons=[one, stranger], now=shop.now) == 1
    assert actions.start_by_hand(workspace=shop.workspace, name="says", persons=[one], now=shop.now) == 0
    shop.turn()
    assert (began(shop), shop.states()) == ([one], {"accepted": 1})
    shop.adds_up()


def test_a_dialogue_that_does_not_start_by_hand_says_so(shop):
    starts(shop, "{replied: any}")
    with pytest.raises(actions.NotPossible, match="does not start by hand"):
        actions.start_by_hand(workspace=shop.workspace, name="says", persons=[], now=shop.now)


def zone(shop, profiles, name):
    Profile.within(shop.workspace).filter(pk__in=profiles).update(timezone=name)


def sent(shop):
    rows = (
        Delivery.within(shop.workspace)
        .filter(state="accepted")
        .order_by("accepted_at", "profile_id")
        .values_list("profile_id", "accepted_at")
    )
    return [(person, at.strftime("%m-%d %H:%M")) for person, at in rows]


def test_a_birthday_is_wished_on_each_persons_clock_every_year(shop):
    here, tokyo, leap, other = shop.add_people(4)
    zone(shop, [tokyo], "Asia/Tokyo")
    shop.know("birthday", [here, tokyo], "1990-01-10")
    shop.know("birthday", [leap], "1992-02-29")
    shop.know("birthday", [other], "soon")
    row = starts(shop, '{date: person.birthday, every: year, at: "09:00"}')
    shop.advance(days=60)
    assert sent(shop) == [(tokyo, "01-10 00:00"), (here, "01-10 09:00"), (leap, "02-28 09:00")]
    assert shop.run(here).data["start"]["date"] == "1990-01-10"
    shop.advance(days=330)
    assert sent(shop)[3:] == [(tokyo, "01-10 00:00"), (here, "01-10 09:00")]
    assert queries.people_of(shop.workspace, row.pk)["ended"] == {"end": 3}
    shop.adds_up()


def test_the_newest_word_about_a_date_counts_and_only_within_the_audience(shop):
    changed, outside = shop.add_people(2)
    shop.segment("regulars", [changed])
    shop.know("contract_ends", [changed, outside], "2026-01-20")
    starts(shop, "{date: person.contract_ends, before: 3d}", "audience: regulars")
    shop.advance(days=1)
    shop.know("contract_ends", [changed], "2026-01-25")
    shop.advance(days=30)
    assert sent(shop) == [(changed, "01-22 10:00")]


def test_a_broadcast_goes_to_the_whole_audience_once_at_the_hour_of_each_clock(shop):
    here, tokyo, _ = shop.add_people(3)
    zone(shop, [tokyo], "Asia/Tokyo")
    shop.segment("regulars", [here, tokyo])
    starts(shop, '{at: "2026-01-07 10:00"}', "audience: regulars")
    shop.advance(days=20)
    assert sent(shop) == [(tokyo, "01-07 01:00"), (here, "01-07 10:00")]


def test_the_calendar_is_told(shop):
    shop.add_people(1)
    shop.segment("regulars", shop.people)
    row = starts(shop, '{every: FREQ=WEEKLY;BYDAY=TU, at: "10:00"}', "audience: regulars")
    shop.turn()
    assert queries.status(shop.workspace, row.pk)["calendar"] == {"next_at": datetime(2026, 1, 6, 10, tzinfo=UTC), "settled": {}}
    actions.pause(workspace=shop.workspace, name="says", because="a test", now=shop.now)
    assert queries.status(shop.workspace, row.pk)["calendar"]["next_at"] is None


def test_a_newsletter_comes_every_tuesday_on_the_workspaces_clock(shop):
    here, tokyo = shop.add_people(2)
    zone(shop, [tokyo], "Asia/Tokyo")
    shop.segment("regulars", [here, tokyo])
    starts(shop, '{every: FREQ=WEEKLY;BYDAY=TU, at: "10:00"}', "audience: regulars\nclock: workspace")
    shop.advance(days=15)
    assert sent(shop) == [(n, f"01-{day} 10:00") for day in ("06", "13", "20") for n in (here, tokyo)]
    shop.adds_up()


def test_cut_in_the_middle_a_broadcast_goes_on_where_it_was(shop, monkeypatch):
    shop.add_people(5)
    shop.segment("regulars", shop.people)
    starts(shop, '{at: "2026-01-07 10:00"}', "audience: regulars")
    monkeypatch.setattr("duologue.engage.runs.timetable.AT_ONCE", 2)
    at = datetime(2026, 1, 7, 10, tzinfo=UTC)
    assert [keep(shop.workspace, at) > 0 for _ in range(2)] == [True, True]
    assert began(shop) == shop.people[:2]
    shop.turn()
    shop.advance(days=3)
    assert began(shop) == shop.people
    assert [person for person, _ in sent(shop)] == shop.people


def test_what_was_missed_by_more_than_a_day_is_not_made_up_for(shop):
    shop.add_people(1)
    shop.segment("regulars", shop.people)
    starts(shop, '{every: FREQ=DAILY, at: "10:00"}', "audience: regulars")
    shop.advance(days=2, hours=12)
    actions.pause(workspace=shop.workspace, name="says", because="a test", now=shop.now)
    shop.advance(days=5)
    actions.resume(workspace=shop.workspace, name="says", now=shop.now)
    shop.advance(days=1)
    assert [at for _, at in sent(shop)] == ["01-06 10:00", "01-07 10:00", "01-13 00:00", "01-13 10:00"]


@pytest.mark.parametrize(("days", "late"), [(0.5, 5), (5, 2)])
def test_a_broadcast_paused_half_way_is_not_gone_on_with_when_it_is_old(shop, monkeypatch, days, late):
    shop.add_people(5)
    shop.segment("regulars", shop.people)
    starts(shop, '{at: "2026-01-07 10:00"}', "audience: regulars")
    shop.advance(days=1)
    monkeypatch.setattr("duologue.engage.runs.timetable.AT_ONCE", 2)
    at = datetime(2026, 1, 7, 10, tzinfo=UTC)
    keep(shop.workspace, at)
    assert len(began(shop)) == 2
    actions.pause(workspace=shop.workspace, name="says", because="a test", now=at)
    later = at + timedelta(days=days)
    actions.resume(workspace=shop.workspace, name="says", now=later)
    while keep(shop.workspace, later):
        pass
    assert len(began(shop)) == late


def test_another_version_has_its_days_worked_out_anew(shop):
    shop.add_people(1)
    shop.segment("regulars", shop.people)
    starts(shop, '{at: "2026-02-07 10:00"}', "audience: regulars")
    shop.advance(days=1)
    starts(shop, '{at: "2026-01-08 10:00"}', "audience: regulars", start=False)
    shop.advance(days=5)
    assert [at for _, at in sent(shop)] == ["01-08 10:00"]


def test_the_number_of_queries_of_a_day_does_not_grow_with_people(shop):
    def queries_for(count, fact):
        people = shop.add_people(count)
        shop.know(fact, people, "1990-01-06")
        row = Dialogue.within(shop.workspace)
        row.update(state="ended")
        shop.dialogue(SAYS.replace("dialogue: says", f"dialogue: {fact}").replace("STARTS", f"{{date: person.{fact}, every: year}}"))
        keep(shop.workspace, shop.now)
        with CaptureQueriesContext(
            connection,
        ) as found:
            keep(shop.workspace, datetime(2026, 1, 6, 10, tzinfo=UTC))
        assert Run.within(shop.workspace).filter(dialogue__name=fact).count() == count
        return len(found)

    assert queries_for(1, "first") == queries_for(40, "second")


def test_runs_begin_only_on_the_days_it_runs(shop):
    early, later = shop.add_people(2)
    shop.segment("everyone", [early])
    text = "dialogue: all\npurpose: promotions\naudience: everyone\nruns: {from: 2026-01-08, to: 2026-01-12}\n"
    row = shop.dialogue(text + "turns:\n  hello: {say: hello, listen: [{silence: 1d, then: end}]}\n")
    shop.turn()
    assert began(shop) == []
    shop.advance(days=3)
    assert sent(shop) == [(early, "01-08 00:00")]
    shop.know("everyone", [later], value=True)
    shop.turn()
    assert began(shop) == [early, later]
    shop.advance(days=20)
    (last,) = shop.add_people(1)
    shop.know("everyone", [last], value=True)
    shop.turn()
    assert began(shop) == [early, later]
    assert queries.people_of(shop.workspace, row.pk)["considered"] == 2
    shop.adds_up()


def test_a_pace_lets_an_audience_in_bit_by_bit_and_later_ones_too(shop):
    shop.add_people(40)
    shop.segment("everyone", shop.people[:30])
    text = "dialogue: all\npurpose: promotions\naudience: everyone\npace: {from: 10/day, doubling: 1d, to: 15/day}\n"
    shop.dialogue(text + "turns:\n  hello: {say: hello, listen: [{silence: 1d, then: end}]}\n")
    assert len(began(shop)) == 1
    counts = []
    for _ in range(3):
        shop.advance(hours=23, minutes=59)
        counts.append(len(began(shop)))
        shop.advance(minutes=1)
    assert counts == [10, 25, 30]
    shop.know("everyone", shop.people[30:], value=True)
    shop.turn()
    assert len(began(shop)) == 31
    shop.advance(days=1)
    assert len(began(shop)) == 40
    shop.adds_up()


PACED = """
dialogue: all
purpose: promotions
audience: everyone
PACE
turns:
  hello: {say: hello, listen: [{silence: 1d, then: end}]}
"""


def test_what_a_pace_did_not_use_is_not_let_in_at_once(shop):
    shop.add_people(200)
    shop.segment("everyone", shop.people[:1])
    shop.dialogue(PACED.replace("PACE", "pace: 48/day"))
    shop.advance(days=5)
    shop.know("everyone", shop.people, value=True)
    shop.turn()
    assert len(began(shop)) == 3
    shop.advance(hours=2)
    assert len(began(shop)) == 7
    actions.pause(workspace=shop.workspace, name="all", because="a test", now=shop.now)
    shop.advance(days=3)
    actions.resume(workspace=shop.workspace, name="all", now=shop.now)
    shop.turn()
    assert len(began(shop)) == 9
    shop.advance(hours=1)
    assert len(began(shop)) == 11


def test_a_pace_does_not_rise_while_nobody_begins(shop):
    shop.add_people(60)
    shop.segment("everyone", shop.people[:1])
    shop.dialogue(PACED.replace("PACE", "pace: {from: 24/day, doubling: 1d, to: 2400/day}"))
    shop.advance(days=8)
    shop.know("everyone", shop.people, value=True)
    shop.turn()
    assert len(began(shop)) == 3


def test_a_version_that_adds_a_pace_counts_from_then_on(shop):
    shop.add_people(60)
    shop.segment("everyone", shop.people[:40])
    shop.dialogue(PACED.replace("PACE\n", ""))
    shop.advance(days=2)
    shop.dialogue(PACED.replace("PACE", "pace: 24/day"), start=False)
    shop.know("everyone", shop.people, value=True)
    shop.turn()
    assert len(began(shop)) == 41
    shop.advance(hours=3)
    assert len(began(shop)) == 44
    shop.dialogue(PACED.replace("PACE", "pace: 24/day").replace("silence: 1d", "silence: 2d"), start=False)
    shop.turn()
    assert len(began(shop)) == 44
    shop.advance(hours=2)
    assert len(began(shop)) == 46


def test_a_broadcast_may_keep_a_pace(shop):
    shop.add_people(30)
    shop.segment("everyone", shop.people)
    starts(shop, '{at: "2026-01-06 00:00"}', "audience: everyone\npace: 24/day")
    shop.advance(hours=12)
    assert len(began(shop)) == 1
    shop.advance(hours=23)
    assert len(began(shop)) == 24
    shop.advance(hours=24)
    assert len(began(shop)) == 30
    shop.adds_up()


def test_members_of_an_excepted_segment_are_left_out_until_they_leave_it(shop):
    one, staff = shop.add_people(2)
    shop.segment("everyone", [one, staff])
    shop.segment("staff", [staff])
    text = "dialogue: all\npurpose: promotions\naudience: everyone\nexcept: [staff]\n"
    row = shop.dialogue(text + "turns:\n  hello: {say: hello, listen: [{silence: 1d, then: end}]}\n")
    shop.turn()
    assert began(shop) == [one]
    assert queries.people_of(shop.workspace, row.pk)["not_started"] == {"excepted": 1}
    shop.know("staff", [staff], value=False)
    shop.turn()
    assert began(shop) == [one, staff]
    assert Admission.within(shop.workspace).filter(verdict="admitted").count() == 2
    shop.adds_up()


def test_a_dialogue_lets_people_into_another_with_what_it_began_with(shop):
    (one,) = shop.add_people(1)
    shop.dialogue("dialogue: second\npurpose: promotions\nstarts: {by_hand: true}\nturns:\n  hello: {say: hello, then: end}\n")
    shop.dialogue("dialogue: first\npurpose: promotions\nstarts: {event: Sold}\nagain: always\nturns:\n  on: {enter: second, then: end}\n")
    shop.happen("Sold", [one], {"order_id": "7"})
    shop.turn()
    assert shop.states() == {"accepted": 1}
    run = Run.within(shop.workspace).get(dialogue__name="second")
    assert (run.data["start"]["order_id"], run.data["start"]["way"]) == ("7", ["first"])
    shop.adds_up()


def test_dialogues_that_lead_to_each_other_come_to_rest(shop):
    (one,) = shop.add_people(1)
    for name, other in (("a", "b"), ("b", "a")):
        shop.dialogue(
            f"dialogue: {name}\npurpose: promotions\nstarts: {{event: {name}}}\nagain: always\nturns:\n  on: {{enter: {other}, then: end}}\n"
        )
    shop.happen("a", [one])
    shop.turn()
    assert sorted(Run.within(shop.workspace).values_list("dialogue__name", flat=True)) == ["a", "b"]
    shop.advance(hours=1)
    assert Run.within(shop.workspace).count() == 2


TRIES = """
dialogue: tries
purpose: promotions
audience: everyone
goal: {event: Order Completed, within: 30d}
turns:
  try: {experiment: {arms: [{share: 50%, then: left}, {share: 50%, then: right}], settle: goal}}
  left: {say: hello, listen: [{silence: 20d, then: end}]}
  right: {say: again, listen: [{silence: 20d, then: end}]}
"""


def test_an_experiment_settles_on_what_reaches_the_goal_more_often(shop):
    shop.add_people(120)
    shop.segment("everyone", shop.people[:100])
    shop.dialogue(TRIES)
    shop.turn()
    at = dict(Run.within(shop.workspace).values_list("profile_id", "turn"))
    left = [person for person, turn in at.items() if turn == "left"]
    assert 30 < len(left) < 70
    shop.happen("Order Completed", left[: len(left) * 9 // 10], {"order_id": "1"})
    shop.advance(days=2)
    shop.know("everyone", shop.people[100:], value=True)
    shop.turn()
    late = Run.within(shop.workspace).filter(profile_id__in=shop.people[100:])
    assert set(late.values_list("turn", flat=True)) == {"left"}
    shop.adds_up()


def test_what_an_experiment_settled_on_ends_with_its_arms(shop):
    shop.add_people(140)
    shop.segment("everyone", shop.people[:100])
    row = shop.dialogue(TRIES)
    shop.turn()
    left = [person for person, turn in Run.within(shop.workspace).values_list("profile_id", "turn") if turn == "left"]
    shop.happen("Order Completed", left[: len(left) * 9 // 10], {"order_id": "1"})
    shop.advance(days=2)
    shop.dialogue(TRIES.replace("turns:", "rank: 3\nturns:"), start=False)
    shop.turn()
    assert queries.status(shop.workspace, row.pk)["calendar"]["settled"] == {"try": "left"}
    shop.dialogue(TRIES.replace("say: hello", "say: plain"), start=False)
    shop.turn()
    assert queries.status(shop.workspace, row.pk)["calendar"]["settled"] == {}
    shop.know("everyone", shop.people[100:], value=True)
    shop.advance(days=2)
    late = Run.within(shop.workspace).filter(profile_id__in=shop.people[100:])
    assert set(late.values_list("turn", flat=True)) == {"left", "right"}
    assert queries.status(shop.workspace, row.pk)["calendar"]["settled"] == {}
    shop.adds_up()


def test_looking_at_experiments_takes_nothing_from_a_pace(shop):
    shop.add_people(80)
    shop.segment("everyone", shop.people[:60])
    shop.dialogue(TRIES.replace("turns:", "pace: 24/day\nturns:"))
    shop.advance(days=20)
    assert len(began(shop)) == 60
    shop.know("everyone", shop.people[60:], value=True)
    shop.turn()
    assert len(began(shop)) == 61
    shop.advance(hours=10)
    assert len(began(shop)) == 71


def test_experiments_are_counted_once_a_day_also_while_a_broadcast_is_in_hand(shop, monkeypatch):
    counted = []
    monkeypatch.setattr("duologue.engage.runs.experiments.tried_in", lambda *of: counted.append(of[-1]) or {})
    shop.add_people(10)
    shop.segment("everyone", shop.people)
    shop.dialogue(TRIES.replace("turns:", 'pace: 24/day\nstarts: {every: FREQ=DAILY, at: "09:30"}\nagain: always\nturns:'))
    shop.advance(days=5)
    assert [round((after - before) / timedelta(days=1)) for before, after in pairwise(counted)] == [1, 1, 1, 1]


def test_nobody_begins_any_more_once_the_money_is_spent(shop):
    first, later = shop.add_people(2)
    shop.segment("everyone", [first])
    shop.offer("ten", cost=500)
    text = "dialogue: gives\npurpose: promotions\naudience: everyone\nspend: 5 GBP\n"
    row = shop.dialogue(text + "turns:\n  gift: {give: ten, say: gift, listen: [{silence: 5d, then: end}]}\n")
    shop.turn()
    shop.know("everyone", [later], value=True)
    shop.turn()
    assert began(shop) == [first]
    assert queries.people_of(shop.workspace, row.pk)["not_started"] == {"spent": 1}
    shop.adds_up()


GIVES = """
dialogue: gives
purpose: promotions
audience: everyone
spend: 10 GBP
turns:
  gift: {give: ten, say: gift, listen: [{silence: 5d, then: end}]}
"""


def test_what_messages_still_to_leave_will_bring_is_spent_too(shop, monkeypatch):
    shop.add_people(9)
    shop.segment("everyone", shop.people)
    shop.offer("ten", cost=500)
    monkeypatch.setattr("duologue.engage.runs.spending.FEW", 1)
    monkeypatch.setattr("duologue.engage.runs.timetable.AT_ONCE", 4)
    row = shop.dialogue(GIVES)
    assert began(shop) == shop.people[:2]
    assert Perk.within(shop.workspace).count() == 0
    shop.turn()
    shop.advance(days=1)
    assert queries.people_of(shop.workspace, row.pk)["not_started"] == {"spent": 7}
    assert Perk.within(shop.workspace).count() == 2
    shop.adds_up()


def test_the_number_of_queries_does_not_grow_with_people_where_the_money_suffices(shop):
    def queries_for(count, name):
        shop.segment(name, shop.add_people(count))
        shop.dialogue(GIVES.replace("dialogue: gives", f"dialogue: {name}").replace("everyone", name), start=False)
        with CaptureQueriesContext(connection) as found:
            assert actions.start_dialogue(workspace=shop.workspace, name=name, now=shop.now) == count
        return len(found)

    shop.offer("ten", cost=10)
    queries_for(1, "none")
    assert queries_for(1, "first") == queries_for(70, "second")


def test_where_there_is_room_for_one_the_dialogue_of_the_first_rank_has_it(shop):
    (one,) = shop.add_people(1)
    shop.segment("everyone", [one])
    set_guardrails(
        workspace=shop.workspace, guardrails=read_guardrails("caps: [{at_most: 1, within: 7d}]\n", "guardrails.yaml"), now=shop.now
    )
    text = "dialogue: {}\npurpose: promotions\naudience: everyone\nrank: {}\nturns:\n  hello: {{say: hello, listen: [{{silence: 1d, then: end}}]}}\n"
    for name, rank in (("minor", 7), ("plain", 5), ("major", 1)):
        shop.dialogue(text.format(name, rank))
    shop.turn()
    assert list(Delivery.within(shop.workspace).filter(state="accepted").values_list("dialogue__name", flat=True)) == ["major"]


def test_where_none_of_an_offer_is_left_another_is_given_in_its_place(shop):
    one, two, three = shop.add_people(3)
    shop.segment("everyone", shop.people)
    shop.offer("large", limits={"all": 1}, instead="small")
    shop.offer("small", limits={"all": 1}, instead="large")
    text = "dialogue: gives\npurpose: promotions\naudience: everyone\nturns:\n"
    shop.dialogue(text + "  gift: {give: large, say: gift, listen: [{withheld: perk_gone, then: end}, {silence: 5d, then: end}]}\n")
    shop.turn()
    perks = Perk.within(shop.workspace).order_by("profile_id").values_list("profile_id", "offer__name", "state")
    assert list(perks) == [(one, "large", "issued"), (two, "small", "issued")]
    assert [shop.where(person) for person in (one, two, three)] == ["gift", "gift", "ended: end"]
    assert set(shop.run(two).data["perk"]) == {"large", "small"}
    shop.adds_up()


def test_a_message_may_name_the_occasion_and_what_a_program_answered(shop):
    (one,) = shop.add_people(1)
    body = "See you at {{ occasion.name }} in {{ occasion.place }}."
    source = {
        "message": "seat",
        "fallback": {"occasion.name": "ours", "occasion.place": "town"},
        "email": {"subject": "Hello", "body": body},
    }
    save_message(workspace=shop.workspace, name="seat", source=source, now=shop.now)
    shop.dialogue(SAYS.replace("STARTS", "{event: Place Booked}").replace("say: hello", "say: seat"))
    shop.happen("Place Booked", [one], {"occasion": "tasting", "place": "Graz"})
    shop.turn()
    said = message_from_bytes(bytes(KeptMail.within(shop.workspace).get().content), policy=default)
    assert "See you at tasting in Graz." in said.get_body(("plain",)).get_content()
