"""The launch sheet says beforehand what the engine then does."""

from collections import Counter
from datetime import timedelta

import pytest

from duologue.engage.models import Admission, Delivery, Run
from duologue.engage.runs import actions
from duologue.engage.runs.launch import launch_sheet
from duologue.engage.runs.moving import NotPossible
from duologue.people.consent.actions import pause, suppress
from duologue.people.models import Identifier, Profile
from duologue.people.profiles.actions import merge
from duologue.strategize.guardrails.actions import set_guardrails
from duologue.strategize.guardrails.rules import read_guardrails

pytestmark = pytest.mark.django_db(transaction=True)

SAYS = """
dialogue: NAME
purpose: promotions
audience: tea
except: [staff]
turns:
  hello: {say: hello, listen: [{silence: 3d, then: end}]}
"""


def sheet(shop, name="spring"):
    return launch_sheet(workspace=shop.workspace, name=name, now=shop.now)


@pytest.fixture
def audience(shop):
    """Eleven people in the audience, each with a lot of their own."""
    free = shop.add_people(3)
    silent = shop.add_people(2, consent=False)
    unknown = shop.add_people(1, email=False)
    barred, staff, complaining, snoozing, capped = (shop.add_people(1)[0] for _ in range(5))
    everyone = [*free, *silent, *unknown, barred, staff, complaining, snoozing, capped]
    shop.segment("tea", everyone)
    shop.segment("staff", [staff])
    suppress(workspace=shop.workspace, channel="email", addresses=[f"p{barred}@example.com"], reason="hard_bounce", now=shop.now)
    pause(workspace=shop.workspace, profile_id=complaining, because="complaint", since=shop.now)
    pause(workspace=shop.workspace, profile_id=snoozing, because="snoozed", since=shop.now, until=shop.now + timedelta(days=30))
    set_guardrails(workspace=shop.workspace, guardrails=read_guardrails("caps: [{at_most: 1, within: 7d}]\n"), now=shop.now)
    shop.segment("heard", [capped])
    shop.dialogue(SAYS.replace("NAME", "autumn").replace("audience: tea", "audience: heard"))
    shop.turn()
    shop.dialogue(SAYS.replace("NAME", "spring"), start=False)
    return everyone


def test_each_person_is_counted_once_with_what_stands_in_the_way(shop, audience):
    found = sheet(shop)
    assert found.people == len(audience) == found.now + sum(found.later.values()) + sum(found.never.values())
    assert found.now == 3
    assert found.never == {"no_consent": 2, "no_address": 1, "suppressed": 1, "excepted": 1}
    assert found.later == {"complaint": 1, "snoozed": 1, "cap": 1}
    assert not Admission.within(shop.workspace).filter(dialogue__name="spring").exists()


def test_counting_all_at_once_says_what_weighing_one_by_one_says(shop, audience):
    """A plan that may speak by two channels is weighed by the rules, person by person; here is but one of them."""
    twice, left, lost, kept, young = shop.add_people(5)
    shop.segment("tea", [*audience, twice, left, lost, kept, young])
    Identifier(workspace=shop.workspace, profile_id=twice, kind="email", value="t@x.org", shown="t@x.org", first_seen_at=shop.now).save()
    shop.state([left], "withdrawn")
    shop.know("birthday", [young], value="2020-05-01")
    merge(workspace=shop.workspace, keep=kept, lose=lost, because="for a test", now=shop.now)
    shop.turn()
    for holdout in (1, 40):
        text = SAYS.replace("NAME", "spring").replace("turns:", f"holdout: {holdout}%\nturns:")
        shop.dialogue(text, start=False)
        at_once = sheet(shop)
        shop.dialogue(text.replace("say: hello", "say: hello, by: [email, sms]"), start=False)
        assert sheet(shop) == at_once
        assert at_once.people == len(audience) + 4
    assert at_once.never["needs_parent"] == 1


def test_what_it_says_is_what_happens(shop, audience):
    said = sheet(shop)
    actions.start_dialogue(workspace=shop.workspace, name="spring", now=shop.now)
    shop.turn()
    began = Run.within(shop.workspace).filter(dialogue__name="spring").count()
    assert began == said.now + sum(said.later.values())
    assert Delivery.within(shop.workspace).filter(dialogue__name="spring", state="accepted").count() == said.now
    after = sheet(shop)
    assert (after.now, after.never["had_it"]) == (0, began)


def test_the_control_group_is_said_and_kept(shop):
    people = shop.add_people(200)
    shop.segment("tea", people)
    shop.segment("staff", [])
    shop.dialogue(SAYS.replace("NAME", "spring").replace("turns:", "holdout: 25%\nturns:"), start=False)
    said = sheet(shop)
    assert 20 < said.never["held_out"] < 90
    actions.start_dialogue(workspace=shop.workspace, name="spring", now=shop.now)
    assert Admission.within(shop.workspace).filter(verdict="held_out").count() == said.never["held_out"]


def test_who_also_hears_from_another_dialogue_soon_is_said(shop):
    people = shop.add_people(3)
    shop.segment("tea", people)
    shop.segment("staff", [])
    shop.segment("some", people[:2])
    later = (
        SAYS.replace("NAME", "autumn")
        .replace("audience: tea", "audience: some")
        .replace("{say: hello,", '{say: hello, window: "13:00-14:00",')
    )
    shop.dialogue(later)
    shop.turn()
    shop.dialogue(SAYS.replace("NAME", "spring"), start=False)
    assert sheet(shop).also == {"autumn": 2}


def test_a_dialogue_without_an_audience_has_nobody_to_count(shop):
    shop.dialogue(SAYS.replace("NAME", "spring").replace("audience: tea\nexcept: [staff]", "starts: {by_hand: true}"), start=False)
    with pytest.raises(NotPossible, match="names no audience"):
        sheet(shop)


def test_whose_own_date_comes_within_a_day_also_hears_from_the_other(shop):
    """Birthdays, the days before a date, on each person's clock; who is left out, silent or somewhere else on the calendar is not told of."""
    people = shop.add_people(9)
    silent = shop.add_people(1, consent=False)
    shop.segment("tea", [*people, *silent])
    shop.segment("staff", [people[7]])
    tomorrow, then = shop.now + timedelta(days=1), shop.now + timedelta(days=4)
    born = f"1980{tomorrow:-%m-%d}"
    shop.know("birthday", [*people[:2], people[7], *silent], value=born)
    shop.know("birthday", people[2:4], value=f"1980{then:-%m-%d}")
    shop.know("insured_until", people[4:5], value=f"{then:%Y-%m-%d}")
    shop.know("birthday", people[8:], value=born)
    Profile.within(shop.workspace).filter(pk=people[8]).update(timezone="Pacific/Honolulu")
    start = 'starts: {date: person.birthday, every: year, at: "07:00"}\nclock: person\nturns:'
    shop.dialogue(SAYS.replace("NAME", "birthday").replace("turns:", start))
    due = 'starts: {date: person.insured_until, before: 3d, at: "07:00"}\nturns:'
    shop.dialogue(SAYS.replace("NAME", "cover").replace("audience: tea\n", "").replace("turns:", due))
    shop.turn()
    plain = SAYS.replace("NAME", "spring")
    for text in (plain, plain.replace("say: hello", "say: hello, by: [email, sms]")):
        shop.dialogue(text, start=False)
        assert sheet(shop).also == {"birthday": 2, "cover": 1}
    before = sheet(shop)
    shop.advance(days=1)
    began = Run.within(shop.workspace).exclude(dialogue__name="spring").values_list("dialogue__name", flat=True)
    assert before.also == Counter(began)


def test_whose_moment_or_wait_comes_within_a_day_also_hears_from_the_other(shop):
    people = shop.add_people(6)
    shop.segment("tea", people)
    shop.segment("staff", [])
    for name, members in (("few", people[:3]), ("spared", people[:1]), ("waiting", people[3:5])):
        shop.segment(name, members)
    tomorrow, then = shop.now + timedelta(hours=20), shop.now + timedelta(days=3)
    other = SAYS.replace("audience: tea", "audience: few").replace("[staff]", "[spared]")
    for name, at in (("autumn", tomorrow), ("winter", then)):
        shop.dialogue(other.replace("NAME", name).replace("turns:", f'starts: {{at: "{at:%Y-%m-%d %H:%M}"}}\nturns:'))
    shop.dialogue(other.replace("NAME", "paced").replace("turns:", f'starts: {{at: "{tomorrow:%Y-%m-%d %H:%M}"}}\npace: 6/day\nturns:'))
    waits = "  rest: {wait: 20h, then: hello}\n  hello:"
    shop.dialogue(SAYS.replace("NAME", "asleep").replace("audience: tea", "audience: waiting").replace("  hello:", waits))
    shop.turn()
    plain = SAYS.replace("NAME", "spring")
    for text in (plain, plain, plain.replace("say: hello", "say: hello, by: [email, sms]")):
        shop.dialogue(text, start=False)
        found = sheet(shop)
        assert (found.now, found.also) == (6, {"autumn": 2, "asleep": 2, "paced": 1})
        suppress(workspace=shop.workspace, channel="email", addresses=["other@example.com"], reason="hard_bounce", now=shop.now)
