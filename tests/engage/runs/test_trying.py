"""Care at the beginning: the first hundred, stopping when it is taken badly, warming up, and which variant did best."""

from collections import Counter
from datetime import date, timedelta

import pytest

from duologue.engage.channels.actions import save_relay
from duologue.engage.channels.models import Relay
from duologue.engage.conversations.origin import origin_of
from duologue.engage.conversations.replies import NewReply, take_in_reply
from duologue.engage.messages.actions import note_outcome
from duologue.engage.messages.claims import Claimed
from duologue.engage.messages.rules.trials import Tried, did_best
from duologue.engage.messages.rules.warming import Filling
from duologue.engage.messages.warming import Places
from duologue.engage.models import Delivery, KeptMail, Timetable, TrialResult, WarmingUp
from duologue.engage.runs import actions
from duologue.kit.yaml import Mistakes
from duologue.people.consent.queries import suppressed
from duologue.people.models import Identifier
from duologue.strategize.dialogues.rules.plan import StopIf, Trial, WarmUp
from duologue.strategize.dialogues.rules.read import read_dialogue
from duologue.strategize.dialogues.rules.trying import drawn, taken_badly
from duologue.strategize.models import Dialogue
from tests.engage.channels.conftest import server  # noqa: F401 - a fixture
from tests.engage.runs.conftest import NOON
from tests.engage.runs.saying import began, sent

SPRING = """dialogue: spring
purpose: promotions
audience: everyone
starts: {at: "2026-01-05 13:00"}
clock: workspace
HEAD
turns:
  news: {say: spring, TEST listen: [{silence: 3d, then: end}]}
"""


def text(head="", test=""):
    return SPRING.replace("HEAD\n", head + "\n" if head else "").replace("TEST", f"test: {test}," if test else "")


@pytest.mark.parametrize(
    ("head", "test", "says"),
    [
        ("first: 100", "", "`first` is a map"),
        ("first: {people: 0, for: 2h}", "", "a number from 1 up"),
        ("stop_if: {}", "", "names no limit"),
        ("stop_if: {bounced: 5%, least: 0}", "", "from which on shares say something"),
        ("warm_up: {from: 20/day, doubling: 1h, to: 90/day}", "", "a day or longer"),
        ("warm_up: {from: 200/day, doubling: 1d, to: 90/day}", "", "rises"),
        ("archive: public", "", "`archive` is true"),
        ("", "{of: [plain], share: 20%, for: 4h}", "two to 4 different variants"),
        ("", "{of: [plain, best], share: 20%, for: 4h}", "not `best`"),
        ("", "{of: [plain, short], share: 20%, for: 4h, by: goal}", "needs a `goal`"),
        ("", "{of: [plain, short], share: 20%, for: 4h, by: opens}", "`by` is one of"),
    ],
)
def test_what_is_wrong_is_said(head, test, says):
    with pytest.raises(Mistakes, match=says):
        read_dialogue(text(head, test))


def test_a_test_shares_people_out_and_leaves_the_others_for_the_best():
    tested = Trial(("plain", "short"), 0.2, "4h")
    assert Counter(drawn(tested, number / 1000, is_first=True) for number in range(1000)) == {"plain": 500, "short": 500}
    found = Counter(drawn(tested, number / 1000) for number in range(1000))
    assert found == {"plain": 100, "short": 100, "best": 800}


def test_the_best_is_the_one_with_the_greatest_share_and_one_lucky_letter_is_none():
    assert did_best(["plain", "short"], {"plain": Tried(100, 9), "short": Tried(100, 12)}) == "short"
    assert did_best(["plain", "short"], {"plain": Tried(100, 70), "short": Tried(1, 1)}) == "plain"
    assert did_best(["plain", "short"], {}) == "plain"


def test_reactions_are_bad_above_a_share_once_enough_letters_have_left():
    limits = StopIf(bounced=0.05, left=0.02, least=50)
    assert not taken_badly(limits, 49, {"bounced": 40})
    assert not taken_badly(limits, 100, {"bounced": 5, "left": 2, "reported": 50})
    said = taken_badly(limits, 100, {"bounced": 6})
    assert said == "6 of 100 letters bounced: 6.0%, more than the 5.00% allowed."


def test_a_warm_up_gives_places_day_by_day_and_goes_on_where_it_was():
    plan, filling = WarmUp(2, "1d", 6), Filling(date(2026, 1, 5))
    days = Counter(filling.take(plan, date(2026, 1, 5)).day for _ in range(16))
    assert days == {5: 2, 6: 4, 7: 6, 8: 4}
    assert Filling(filling.began, {date(2026, 1, 8): 4}).take(plan, date(2026, 1, 8)).day == 8


@pytest.mark.django_db(transaction=True)
def test_the_first_begin_and_the_others_after_them(shop):
    shop.add_people(40)
    shop.segment("everyone", shop.people)
    shop.dialogue(text("first: {people: 10, for: 2h}"))
    counts = []
    for hours in (1.1, 1.8, 0.2):
        shop.advance(hours=hours)
        counts.append(len(began(shop)))
    assert counts == [10, 10, 40]
    shop.adds_up()


@pytest.mark.django_db(transaction=True)
def test_a_broadcast_taken_badly_stops_itself_and_goes_on_where_it_was_when_told_to(shop):
    shop.add_people(40)
    shop.segment("everyone", shop.people)
    row = shop.dialogue(text("first: {people: 20, for: 2h}\nstop_if: {bounced: 10%, least: 10}"))
    shop.advance(hours=1.5)
    bounced = list(Delivery.within(shop.workspace).values_list("pk", flat=True)[:3])
    note_outcome(workspace=shop.workspace, deliveries=bounced, kind="bounced", at=shop.now)
    shop.advance(days=3)
    row.refresh_from_db()
    assert (row.state, row.paused_because) == ("paused", "3 of 20 letters bounced: 15.0%, more than the 10.00% allowed.")
    assert len(began(shop)) == 20
    assert Timetable.within(shop.workspace).get().stopped_at
    actions.resume(workspace=shop.workspace, name="spring", now=shop.now)
    shop.turn()
    assert len(began(shop)) == 40
    row.refresh_from_db()
    assert row.state == "live"
    shop.adds_up()


@pytest.mark.django_db(transaction=True)
def test_who_is_refused_at_once_counts_as_bounced_stays_failed_and_is_written_to_no_more(shop, server):  # noqa: F811
    shop.add_people(20)
    for number in shop.people[2:]:
        Identifier._rows.filter(profile_id=number).update(value=f"never-{number}@other.example", shown=f"never-{number}@other.example")
    shop.segment("everyone", shop.people)
    Relay.within(shop.workspace).delete()
    way = {"host": "127.0.0.1", "port": server.port, "security": "none"}
    save_relay(workspace=shop.workspace, name="main", kind="smtp", is_test=True, settings=way)
    row = shop.dialogue(text("first: {people: 10, for: 2h}\nstop_if: {bounced: 10%, least: 10}"))
    shop.advance(days=3)
    refused = Delivery.within(shop.workspace).filter(state="failed", reason="5.1.1", bounced_at=None)
    assert refused.count() >= 8
    row.refresh_from_db()
    assert row.paused_because.startswith(f"{refused.count()} of 10 letters bounced: ")
    addresses = Identifier.within(shop.workspace).values_list("value", flat=True)
    assert suppressed(shop.workspace, "email", addresses) == set(refused.values_list("address", flat=True))
    shop.adds_up()


@pytest.mark.django_db(transaction=True)
def test_the_first_of_a_test_all_get_a_variant_and_each_issue_is_cared_for_and_tested_by_itself(shop):
    shop.add_people(30)
    shop.segment("everyone", shop.people)
    weekly = text("first: {people: 12, for: 2h}\nstop_if: {bounced: 50%, least: 12}", "{of: [plain, short], share: 20%, for: 6h}")
    weekly = weekly.replace('{at: "2026-01-05 13:00"}', "{every: FREQ=DAILY, at: '13:00'}").replace(
        "clock:", "if_underway: restart\nclock:"
    )
    row = shop.dialogue(weekly)
    drawn_on = []
    for _ in range(2):
        shop.advance(hours=2)
        letters = Delivery.within(shop.workspace).filter(state="accepted", planned_at__gte=shop.now - timedelta(hours=1))
        assert letters.count() == 12
        assert not Delivery.within(shop.workspace).filter(state="queued").exists()
        shop.advance(hours=22)
        assert letters.count() == 30
        drawn_on.append(dict(letters.exclude(body__has_key="chosen").values_list("profile_id", "body__variant")))
    assert drawn_on[0] != drawn_on[1]
    results = TrialResult.within(shop.workspace).order_by("issue")
    assert [one.issue for one in results] == ["2026-01-05", "2026-01-06"]
    assert [sum(one["sent"] for one in result.figures.values()) for result in results] == [len(one) for one in drawn_on]
    shop.advance(hours=2)
    bounced = Delivery.within(shop.workspace).filter(state="accepted").order_by("-pk").values_list("pk", flat=True)[:7]
    note_outcome(workspace=shop.workspace, deliveries=list(bounced), kind="bounced", at=shop.now)
    shop.advance(hours=2)
    row.refresh_from_db()
    assert row.paused_because == "7 of 12 letters bounced: 58.3%, more than the 50.00% allowed."


@pytest.mark.django_db(transaction=True)
def test_the_others_wait_as_long_as_too_few_of_the_first_letters_have_left(shop):
    shop.add_people(20)
    shop.segment("everyone", shop.people)
    head = "window: '18:00-20:00'\nfirst: {people: 10, for: 2h}\nstop_if: {bounced: 10%, least: 10}"
    shop.dialogue(text(head))
    shop.advance(hours=5)
    assert len(began(shop)) == 10
    shop.advance(hours=2)
    assert len(began(shop)) == 20


@pytest.mark.django_db(transaction=True)
def test_some_get_a_variant_each_and_the_others_the_one_that_did_best(shop):
    shop.add_people(60)
    shop.segment("everyone", shop.people)
    shop.dialogue(text(test="{of: [plain, short], share: 50%, for: 4h}"))
    shop.advance(hours=2)
    subjects = Counter(KeptMail.within(shop.workspace).values_list("subject", flat=True))
    assert set(subjects) == {"Spring is here", "spring"}
    tried = sum(subjects.values())
    assert 18 <= tried <= 42
    short = Delivery.within(shop.workspace).filter(state="accepted", body__variant="short")
    note_outcome(workspace=shop.workspace, deliveries=list(short.values_list("pk", flat=True)), kind="responded", at=shop.now)
    for number, one in enumerate(Delivery.within(shop.workspace).filter(state="accepted", body__variant="plain")):
        intent = ("opt_out", "complaint", "wrong_person")[number % 3]
        reply = NewReply(one.person, one.profile_id, "email", "Stop writing to me.", intent)
        take_in_reply(workspace=shop.workspace, reply=reply, origin=origin_of(shop.workspace, one.pk), now=shop.now)
    assert not Delivery.within(shop.workspace).filter(state="accepted", responded_at=None).exists()
    shop.advance(hours=4)
    late = Counter(KeptMail.within(shop.workspace).order_by("at", "pk").values_list("subject", flat=True)[tried:])
    assert late == {"spring": 60 - tried}
    result = TrialResult.within(shop.workspace).get()
    assert result.variant == "short"
    assert result.figures == {
        "short": {"sent": subjects["spring"], "good": subjects["spring"]},
        "plain": {"sent": subjects["Spring is here"], "good": 0},
    }


@pytest.mark.django_db(transaction=True)
def test_places_are_read_and_written_of_the_domains_of_a_batch_alone(shop):
    dialogue = shop.dialogue(text("warm_up: {from: 1/day, doubling: 1d, to: 100/day}"), start=False).pk

    def claimed(number):
        return Claimed(number, None, dialogue, 1, 1, "news", 1, 1, None, {}, "email", "", "promotion", "consent", 0, None, "", "")

    def filled(day, *domains):
        batch = [claimed(number) for number in range(len(domains))]
        addresses = {number: f"ann@{domain}" for number, domain in enumerate(domains)}
        places = Places(shop.workspace, "may@shop.example", batch, addresses, NOON + timedelta(days=day))
        later = [places.take(one, addresses[one.id]) for one in batch]
        places.write_down()
        return [at is not None for at in later]

    assert filled(0, "a.example", "a.example", "b.example") == [False, True, False]
    assert filled(3, "a.example", "a.example", "a.example") == [False, False, False]
    rows = WarmingUp.within(shop.workspace).values_list("receiving", "began", "day__day", "taken")
    assert set(rows) == {
        ("a.example", date(2026, 1, 5), 8, 3),
        ("b.example", date(2026, 1, 5), 5, 1),
    }


@pytest.mark.django_db(transaction=True)
def test_a_warm_up_spreads_letters_over_days_for_each_receiving_domain(shop):
    shop.add_people(20)
    for number in shop.people[:3]:
        Identifier._rows.filter(profile_id=number).update(value=f"few{number}@other.example", shown=f"few{number}@other.example")
    shop.segment("everyone", shop.people)
    shop.dialogue(text("warm_up: {from: 4/day, doubling: 1d, to: 100/day}"))
    shop.advance(days=4)
    assert Counter(day.split()[0] for _, day in sent(shop)) == {"01-05": 4 + 3, "01-06": 8, "01-07": 5}
    assert set(WarmingUp.within(shop.workspace).values_list("receiving", "taken")) == {
        ("example.com", 4),
        ("example.com", 8),
        ("example.com", 5),
        ("other.example", 3),
    }
    assert not Delivery.within(shop.workspace).exclude(state="accepted").exists()
    assert Dialogue.within(shop.workspace).get(name="spring").state == "live"
    assert timedelta(days=2) < max(d.too_late_at - d.planned_at for d in Delivery.within(shop.workspace)) - timedelta(days=1)
