"""How long codes last, what is owed, and what may be abuse."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duologue.engage.models import CodeTry, Perk, PoolCode
from duologue.engage.perks import lives, tries
from duologue.engage.perks.liability import as_csv, liability, total
from duologue.engage.perks.pools import supplies
from duologue.engage.perks.rules import lasting
from duologue.engage.perks.suspicions import suspicions
from duologue.engage.perks.tries import Trier
from duologue.people.models import Identifier, SharedDevice
from duologue.people.profiles.actions import add
from tests.engage.perks.test_perks import NOW, ask, offer

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(workspace):
    return add(workspace=workspace, seen_at=[NOW] * 5)


def pool(workspace, name, *, left, taken=0, days=6, **code):
    made = offer(workspace, name, code={"pool": f"{name}.txt", **code})
    at = [NOW - timedelta(days=days) * (n + 1) / max(taken, 1) for n in range(taken)] + [None] * left
    PoolCode._rows.bulk_create(PoolCode(workspace=workspace, offer=made, code=f"{name}{n}", taken_at=when) for n, when in enumerate(at))


def test_codes_left_are_told_with_how_long_they_last(workspace):
    pool(workspace, "brisk", left=212, taken=424)
    pool(workspace, "idle", left=40)
    pool(workspace, "long-ago", left=40, taken=3, days=90)
    pool(workspace, "warned", left=40, warn_at=50)
    pool(workspace, "none", left=0, taken=7)
    offer(workspace, "of-another-kind")
    assert {one.name: (one.sentence, one.runs_out) for one in supplies(workspace, NOW)} == {
        "brisk": ("212 codes left, about three days", True),
        "idle": ("40 codes left; none was taken in the last seven days", False),
        "long-ago": ("40 codes left; none was taken in the last seven days", False),
        "none": ("no code left", True),
        "warned": ("40 codes left; none was taken in the last seven days", True),
    }
    with CaptureQueriesContext(connection) as seen:
        supplies(workspace, NOW)
    assert len(seen) == 1


def test_a_length_of_time_is_told_no_finer_than_it_is_known():
    assert [lasting(days) for days in (0.4, 1, 3.4, 13, 14, 59, 61)] == [
        "less than a day",
        "about one day",
        "about three days",
        "about 13 days",
        "about two weeks",
        "about eight weeks",
        "more than two months",
    ]


def test_what_is_owed_adds_up_by_offer_and_by_when_it_ends(workspace, people):
    offer(workspace, "five", worth=500, lasts="5d")
    offer(workspace, "tenth", worth="10%", cost=300)
    offer(workspace, "points", kind="points", code="none", worth=50, lasts="365d", cost=20)
    offer(workspace, "credit", kind="credit", worth=1000, lasts="60d")
    for name in ("five", "tenth", "points", "credit"):
        lives.issue(workspace=workspace, perks=[one.perk for one in ask(workspace, people[:3], name)], now=NOW)
    Perk.within(workspace).filter(offer__name="credit", person=people[0]).update(remaining=400)
    lives.withdraw(workspace=workspace, perks=[Perk.within(workspace).filter(offer__name="five").first().pk], reason="late", now=NOW)
    owed = {one.offer: one for one in liability(workspace, NOW)}
    assert list(owed) == ["credit", "five", "tenth", "points"]
    shown = {n: (o.perks, o.worth, o.cost, o.points, o.week, o.month, o.quarter, o.later, o.never) for n, o in owed.items()}
    assert shown == {
        "credit": (3, 2400, 3000, 0, 0, 0, 3, 0, 0),
        "five": (2, 1000, 1000, 0, 2, 0, 0, 0, 0),
        "tenth": (3, 900, 900, 0, 0, 0, 0, 0, 3),
        "points": (3, 0, 60, 150, 0, 0, 0, 3, 0),
    }
    assert total(list(owed.values())) == {
        "perks": 11, "worth": 4300, "cost": 4960, "points": 150, "week": 2, "month": 0, "quarter": 3, "later": 3, "never": 3,
    }  # fmt: skip
    assert as_csv([owed["credit"]], "GBP").splitlines()[1] == "credit,credit,3,24.00,30.00,0,0,0,3,0,0"


def address(workspace, person, value):
    Identifier(workspace=workspace, profile_id=person, kind="email", value=value, shown=value, first_seen_at=NOW).save()


def test_many_at_like_addresses_or_on_one_device_are_shown_and_nobody_is_refused(workspace, people):
    offer(workspace, limits={"each": 1})
    offer(workspace, "for-all")
    for person, local in zip(people, ("ann.1", "ann22", "ann+x", "a-nn3", "ben"), strict=True):
        address(workspace, person, f"{local}@x.example")
    Identifier(workspace=workspace, profile_id=people[0], kind="device", value="kiosk", shown="kiosk", first_seen_at=NOW).save()
    for person in people[1:3]:
        SharedDevice(workspace=workspace, device="kiosk", profile_id=person, first_seen_at=NOW).save()
    ask(workspace, people, "for-all")
    assert suspicions(workspace, NOW) == []
    given = ask(workspace, people)
    assert all(one.perk for one in given)
    assert [(one.kind, one.what, one.offer, one.persons) for one in suspicions(workspace, NOW)] == [
        ("device", "kiosk", "ten-percent", people[:3]),
        ("address", "ann@x.example", "ten-percent", people[:4]),
    ]
    assert suspicions(workspace, NOW + timedelta(days=31)) == []
    lives.withdraw(workspace=workspace, perks=[given[0].perk], reason="the same person", now=NOW)
    assert suspicions(workspace, NOW) == []


def test_who_tries_unknown_codes_in_a_row_waits_and_whoever_mistypes_does_not(workspace):
    guesser, customer = Trier("key shop", "session 1"), Trier("key shop", "session 2")

    def attempt(who, *, at=NOW, is_unknown=True):
        if is_unknown:
            tries.remember(workspace=workspace, trier=who, now=at)
        else:
            tries.succeed(workspace=workspace, triers=[who])
        return tries.waits_until(workspace, who, at)

    assert [attempt(customer, is_unknown=n % 19 < 18) for n in range(40)] == [None] * 40
    waits = [attempt(guesser) for _ in range(20)]
    assert waits == [None] * 19 + [NOW + tries.WAIT]
    assert tries.waits_until(workspace, customer, NOW) is None
    assert tries.sentence(guesser, waits[-1], NOW).startswith("20 unknown codes were tried in a row. Please wait 10 minutes;")
    later = NOW + timedelta(minutes=10)
    assert tries.waits_until(workspace, guesser, later) is None
    assert attempt(guesser, at=later) is None
    assert [(one.way, one.stopped_at) for one in tries.stopped(workspace, NOW)] == [("key shop", NOW)]
    assert "session" not in " ".join(CodeTry.within(workspace).values_list("who", flat=True))
    assert tries.forget(workspace, later + timedelta(days=30)) == 2
