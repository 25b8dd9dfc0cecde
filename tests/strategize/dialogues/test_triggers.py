"""What starts a dialogue: how it is read, what is refused, and when the calendar fires."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.kit.yaml import Mistakes
from duologue.strategize.dialogues.rules import calendar
from duologue.strategize.dialogues.rules.context import Context
from duologue.strategize.dialogues.rules.plan import Trigger, from_json, to_json
from duologue.strategize.dialogues.rules.read import read_dialogue
from duologue.strategize.dialogues.rules.starting import occasion, starts
from duologue.strategize.dialogues.rules.state import Known

TEXT = """\
dialogue: small
purpose: promotions
audience: everyone
starts: STARTS
turns:
  hello: {say: hello, then: end}
"""
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def plan_of(written, **more):
    text = TEXT.replace("STARTS", written)
    for old, new in more.items():
        text = text.replace(old, new)
    return from_json(to_json(read_dialogue(text, "d.yaml")))


@pytest.mark.parametrize(
    ("written", "trigger"),
    [
        ("{event: Cart Updated, where: {total: {over: 0}}}", Trigger("event", "Cart Updated", {"total": {"over": 0}})),
        ("{joins: vips}", Trigger("joins", "vips")),
        ("{granted: newsletter}", Trigger("granted", "newsletter")),
        ("{replied: praise}", Trigger("replied", "praise")),
        ("{replied: any}", Trigger("replied", "any")),
        ("{placement: spring-radio}", Trigger("placement", "spring-radio")),
        ("{by_hand: true}", Trigger("by_hand")),
        (
            '{date: person.birthday, every: year, before: 3d, at: "09:00"}',
            Trigger("date", "person.birthday", every="year", before="3d", at="09:00"),
        ),
        ("{date: person.ends_on}", Trigger("date", "person.ends_on", at="10:00")),
        ('{at: "2027-03-01 09:30"}', Trigger("at", at="2027-03-01 09:30")),
        ('{every: FREQ=WEEKLY;BYDAY=TU, at: "10:00"}', Trigger("every", every="FREQ=WEEKLY;BYDAY=TU", at="10:00")),
    ],
)
def test_a_trigger_is_read(written, trigger):
    assert plan_of(written).starts == (trigger,)


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("{}", "names nothing that starts it"),
        ("[]", "`starts` names nothing"),
        ("{where: {a: 1}}", "names nothing that starts it"),
        ("{joins: vips, event: Order}", "make two of it"),
        ("{joins: vips, where: {a: 1}}", "`where` does not stand beside `joins`"),
        ("{by_hand: false}", "{by_hand: true}"),
        ("{replied: prase}", "did you mean 'praise'?"),
        ("{date: start.day}", "needs a fact of the person"),
        ("{date: person.birthday, every: week}", "`every` of a date is one of year, month"),
        ("{date: person.birthday, before: 3d, after: 3d}", "before or after its date, not both"),
        ("{date: person.birthday, before: 3h}", "whole days before or after"),
        ('{at: "2027-02-30 09:00"}', "is no day and time"),
        ("{at: 2027-03-01}", "is no day and time"),
        ("{every: FREQ=HOURLY}", "is no rule of days"),
        ("{every: weekly}", "is no rule of days"),
        ("{every: FREQ=WEEKLY;COUNT=3}", "takes no COUNT"),
        ("{every: FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30}", "names no day at all"),
    ],
)
def test_what_cannot_start_is_refused_with_a_sentence(written, sentence):
    with pytest.raises(Mistakes) as found:
        plan_of(written)
    assert [mistake.line for mistake in found.value.mistakes] == [4]
    assert sentence in str(found.value)


def test_a_start_at_a_moment_needs_an_audience():
    with pytest.raises(Mistakes, match="needs an `audience`"):
        plan_of('{every: FREQ=DAILY, at: "10:00"}', **{"audience: everyone\n": ""})


def test_what_comes_again_and_again_may_start_the_same_people_again():
    assert plan_of("{date: person.birthday, every: year}").again == "always"
    assert plan_of("{date: person.birthday}").again == "never"
    assert plan_of("{every: FREQ=DAILY}", **{"turns:": "again: never\nturns:"}).again == "never"


@pytest.mark.parametrize(
    ("written", "event", "properties", "does"),
    [
        ("{event: Cart Updated, where: {total: {over: 0}}}", "Cart Updated", {"total": 5}, True),
        ("{event: Cart Updated, where: {total: {over: 0}}}", "Cart Updated", {"total": 0}, False),
        ("{joins: vips}", "Segment Joined", {"segment": "vips"}, True),
        ("{leaves: vips}", "Segment Joined", {"segment": "vips"}, False),
        ("{granted: newsletter}", "Consent Granted", {"purpose": "newsletter"}, True),
        ("{granted: newsletter}", "Consent Granted", {"purpose": "promotions"}, False),
        ("{replied: praise}", "Message Replied", {"intent": "praise"}, True),
        ("{replied: any}", "Message Replied", {"intent": "joke"}, True),
        ("{replied: praise}", "Message Replied", {"intent": "joke"}, False),
        ("{placement: spring-radio}", "Page Viewed", {"placement": "spring-radio"}, True),
        ("{placement: spring-radio}", "Page Viewed", {"placement": "poster"}, False),
        ("{by_hand: true}", "Order Completed", {}, False),
        ("{every: FREQ=DAILY}", "Order Completed", {}, False),
    ],
)
def test_an_event_starts_what_waits_for_it(written, event, properties, does):
    (trigger,) = plan_of(written).starts
    assert starts(trigger, event, properties, Context(Known(1, 1), {}, NOON)) is does


def test_an_occasion_is_what_per_names():
    plan = plan_of("{event: Cart Updated}", **{"turns:": "per: start.cart.id\nturns:"})
    assert (occasion(plan, {"cart": {"id": 7}}), occasion(plan, {})) == ("7", "")


def fires(written, zone, after, days):
    (trigger,) = plan_of(written).starts
    return [(one.at.isoformat(timespec="minutes"), one.day.isoformat()) for one in calendar.coming(trigger, zone, after, after + days)]


def test_a_newsletter_comes_on_its_days_at_its_hour_on_the_clock():
    found = fires('{every: FREQ=WEEKLY;BYDAY=TU, at: "10:00"}', "Europe/Berlin", NOON, timedelta(days=30))
    assert found == [
        ("2026-03-03T09:00+00:00", "2026-03-03"),
        ("2026-03-10T09:00+00:00", "2026-03-10"),
        ("2026-03-17T09:00+00:00", "2026-03-17"),
        ("2026-03-24T09:00+00:00", "2026-03-24"),
        ("2026-03-31T08:00+00:00", "2026-03-31"),  # the clocks went forward
    ]


def test_a_broadcast_comes_once_and_on_each_clock_at_its_own_moment():
    assert fires('{at: "2026-03-05 09:00"}', "Asia/Tokyo", NOON, timedelta(days=30)) == [("2026-03-05T00:00+00:00", "2026-03-05")]
    assert fires('{at: "2026-03-01 09:00"}', "Asia/Tokyo", NOON, timedelta(days=30)) == []
    (trigger,) = plan_of('{at: "2026-03-05 09:00"}').starts
    assert calendar.next_moment([trigger], ["Asia/Tokyo", "UTC"], NOON) == datetime(2026, 3, 5, 0, tzinfo=UTC)
    assert calendar.next_moment([trigger], ["Asia/Tokyo", "UTC"], datetime(2026, 3, 5, 0, tzinfo=UTC)) == datetime(
        2026, 3, 5, 9, tzinfo=UTC
    )
    assert calendar.next_moment([trigger], ["UTC"], datetime(2026, 3, 6, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("written", "value", "day", "does"),
    [
        ("{date: person.b, every: year}", "1990-05-14", date(2026, 5, 14), True),
        ("{date: person.b, every: year}", "1990-05-14T08:00:00Z", date(2026, 5, 14), True),
        ("{date: person.b, every: year}", "1990-05-14", date(2026, 5, 15), False),
        ("{date: person.b, every: year}", "1992-02-29", date(2026, 2, 28), True),
        ("{date: person.b, every: year}", "1992-02-29", date(2028, 2, 28), False),
        ("{date: person.b, every: year}", "2030-05-14", date(2026, 5, 14), False),
        ("{date: person.b, every: month}", "2026-01-31", date(2026, 4, 30), True),
        ("{date: person.b, every: month}", "2026-01-30", date(2026, 3, 30), True),
        ("{date: person.b}", "2026-05-14", date(2026, 5, 14), True),
        ("{date: person.b}", "2025-05-14", date(2026, 5, 14), False),
        ("{date: person.b}", "soon", date(2026, 5, 14), False),
        ("{date: person.b}", None, date(2026, 5, 14), False),
    ],
)
def test_a_date_comes_round(written, value, day, does):
    (trigger,) = plan_of(written).starts
    assert calendar.comes_round(trigger, value, day) is does


def test_before_and_after_a_date():
    (before,) = plan_of("{date: person.b, before: 3d}").starts
    (after,) = plan_of("{date: person.b, after: 1w}").starts
    assert (calendar.meant(before, date(2026, 3, 1)), calendar.meant(after, date(2026, 3, 8))) == (date(2026, 3, 4), date(2026, 3, 1))


DATES = st.dates(date(1930, 1, 1), date(2040, 12, 31))


@given(DATES, DATES, st.sampled_from(["year", "month", ""]))
def test_what_the_table_is_searched_for_finds_every_date_that_comes_round(own, day, every):
    trigger = Trigger("date", "person.b", every=every, at="10:00")
    start, length, texts = calendar.fragments(trigger, day)
    if calendar.comes_round(trigger, own.isoformat(), day):
        assert own.isoformat()[start - 1 : start - 1 + length] in texts


@given(DATES, st.integers(0, 3))
def test_a_yearly_date_comes_round_once_in_every_year(own, later):
    trigger = Trigger("date", "person.b", every="year", at="10:00")
    year = own.year + later
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(366 if year % 4 == 0 else 365)]
    assert sum(calendar.comes_round(trigger, own.isoformat(), day) for day in days) == 1


ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/Los_Angeles", "Pacific/Kiritimati", "Asia/Kathmandu"])


@given(st.integers(0, 365 * 24 * 60), st.integers(1, 300), ZONES)
def test_cut_anywhere_no_moment_is_missed_and_none_comes_twice(minutes, hours, zone):
    trigger = Trigger("every", every="FREQ=DAILY", at="02:30")
    after, span = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes), timedelta(hours=hours)
    middle = after + span / 3
    whole = list(calendar.coming(trigger, zone, after, after + span))
    assert whole == [*calendar.coming(trigger, zone, after, middle), *calendar.coming(trigger, zone, middle, after + span)]
    assert calendar.next_moment([trigger], [zone], after) == (
        whole[0].at if whole else calendar.next_moment([trigger], [zone], after + span)
    )


def test_runs_begin_from_the_first_day_to_the_end_of_the_last():
    plan = plan_of("{joins: vips}", **{"turns:": "runs: {from: 2026-03-02, to: 2026-03-03}\nturns:"})
    zone = "Europe/Berlin"
    assert [
        calendar.is_open(plan, zone, datetime(2026, 3, day, hour, tzinfo=UTC)) for day, hour in [(1, 22), (1, 23), (3, 22), (3, 23)]
    ] == [False, True, True, False]


def test_the_clocks_that_starts_are_read_on():
    plan = plan_of("{every: FREQ=DAILY}")
    assert calendar.clocks(plan, ["Asia/Tokyo", ""], "UTC") == ["Asia/Tokyo", "UTC"]
    assert calendar.clocks(plan_of("{every: FREQ=DAILY}", **{"turns:": "clock: workspace\nturns:"}), ["Asia/Tokyo"], "UTC") == ["UTC"]
    named = plan_of("{every: FREQ=DAILY}", **{"turns:": "clock: Europe/London\nturns:"})
    assert calendar.clocks(named, ["Asia/Tokyo"], "UTC") == ["Europe/London"]
