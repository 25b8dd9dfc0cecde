import random
from datetime import UTC, datetime, timedelta

from duologue.measure.growth.actions import keep
from duologue.measure.growth.models import GrowthDay
from duologue.measure.growth.queries import growth
from duologue.people.consent.actions import NewStatement, save_purpose, state, suppress
from duologue.people.consent.queries import standing, suppressed
from duologue.people.consent.rules import LONG_AGO
from duologue.people.identifiers.models import Identifier
from duologue.people.privacy.actions import erase
from duologue.people.profiles.actions import add

MONDAY = datetime(2026, 1, 5, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def people(workspace, number):
    for purpose in ("news", "offers"):
        save_purpose(workspace=workspace, name=purpose, title=purpose)
    made = add(workspace=workspace, seen_at=[MONDAY] * number)
    Identifier._rows.bulk_create(
        Identifier(workspace=workspace, profile_id=one, kind="email", value=f"p{one}@x.example", shown="", first_seen_at=MONDAY)
        for one in made
    )
    return made


def says(workspace, profile, what, days, purpose="news", source="form"):
    at = MONDAY + days * DAY
    state(workspace=workspace, statements=[NewStatement(profile, "email", purpose, what, at, source)], now=at)


def gone(workspace, profile, reason, days):
    suppress(workspace=workspace, channel="email", addresses=[f"p{profile}@x.example"], reason=reason, now=MONDAY + days * DAY)


def rows(workspace):
    return sorted(
        GrowthDay.within(workspace).values_list("purpose", "day", "joined", "back", "confirmed", "left", "bounced", "reported", "barred")
    )


def test_the_list_week_by_week(workspace):
    anna, ben, cara, dora, emil = people(workspace, 5)
    says(workspace, anna, "granted", 0)
    says(workspace, anna, "granted", 1, "offers")
    says(workspace, anna, "withdrawn", 2)  # she still hears of offers
    says(workspace, ben, "granted", 1, source="consent page")
    says(workspace, ben, "withdrawn", 8)
    says(workspace, ben, "granted", 15)
    says(workspace, cara, "granted", 2)
    gone(workspace, cara, "hard_bounce", 9)
    says(workspace, cara, "granted", 10)  # the address stays unusable
    says(workspace, dora, "refused", 2)
    says(workspace, dora, "granted", 3)
    gone(workspace, dora, "spam_report", 16)
    says(workspace, emil, "granted", 3)
    erase(workspace=workspace, person=emil, now=MONDAY + 17 * DAY)

    for days in range(0, 21, 3):  # as it is rolled up while time goes on …
        keep(workspace=workspace, now=MONDAY + days * DAY)
    keep(workspace=workspace, now=MONDAY + 20 * DAY)
    as_it_went = rows(workspace)
    GrowthDay.within(workspace).delete()
    keep(workspace=workspace, now=MONDAY + 20 * DAY)
    assert rows(workspace) == as_it_went  # … and anew, from the ledgers alone

    found = growth(workspace)
    nothing = dict.fromkeys(("joined", "back", "confirmed", "left", "bounced", "reported", "barred"), 0)
    assert found["list"]["weeks"] == {
        "2026-01-05": {**nothing, "joined": 5, "confirmed": 1, "may_contact": 5},
        "2026-01-12": {**nothing, "left": 1, "bounced": 1, "may_contact": 3},
        "2026-01-19": {**nothing, "back": 1, "reported": 1, "barred": 1, "may_contact": 2},
    }
    assert {name: one["may_contact"] for name, one in found["purposes"].items()} == {"news": 1, "offers": 1}
    assert growth(workspace, weeks=1)["list"]["weeks"] == {"2026-01-19": found["list"]["weeks"]["2026-01-19"]}


def test_who_said_yes_on_a_day_nobody_knows_is_there_before_all_weeks_and_joined_in_none(workspace):
    anna, ben = people(workspace, 2)
    undated = NewStatement(anna, "email", "news", "granted", LONG_AGO, "list", heard_at=MONDAY)
    state(workspace=workspace, statements=[undated], now=MONDAY)
    says(workspace, ben, "granted", 1)
    says(workspace, anna, "withdrawn", 7)
    keep(workspace=workspace, now=MONDAY + 8 * DAY)
    weeks = growth(workspace, weeks=3)["list"]["weeks"]
    assert [(one["joined"], one["left"], one["may_contact"]) for one in weeks.values()] == [(0, 0, 1), (1, 0, 2), (0, 1, 1)]


def test_days_are_those_of_the_workspaces_clock(workspace):
    workspace.timezone = "Pacific/Auckland"
    (anna,) = people(workspace, 1)
    says(workspace, anna, "granted", 0)  # noon in London is one in the morning there
    keep(workspace=workspace, now=MONDAY + DAY)
    assert {str(row.day) for row in GrowthDay.within(workspace)} == {"2026-01-06"}


def test_whatever_people_say_the_sums_are_whom_the_gate_would_let_hear(workspace):
    chance = random.Random(7)
    persons = people(workspace, 25)
    for days in sorted(chance.randrange(300) / 10 for _ in range(160)):
        profile = chance.choice(persons)
        if chance.random() < 0.05:
            gone(workspace, profile, chance.choice(["hard_bounce", "spam_report", "by_hand"]), days)
        else:
            says(workspace, profile, chance.choice(["granted", "granted", "withdrawn", "refused"]), days, chance.choice(["news", "offers"]))
    keep(workspace=workspace, now=MONDAY + 31 * DAY)
    stand = standing(workspace, persons)
    lost = suppressed(workspace, "email", [f"p{one}@x.example" for one in persons])
    may = {
        purpose: {one for one in persons if stand[one].may("email", purpose) and f"p{one}@x.example" not in lost}
        for purpose in ("news", "offers")
    }
    found = growth(workspace)
    assert {name: one["may_contact"] for name, one in found["purposes"].items()} == {name: len(those) for name, those in may.items()}
    assert found["list"]["may_contact"] == len(may["news"] | may["offers"])
