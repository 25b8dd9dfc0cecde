"""What members may give from the inbox: each within their own limit, however many at once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection

from duologue.engage.care.actions import save_care
from duologue.engage.conversations.actions import Refused, hand_over
from duologue.engage.conversations.goodwill import give, left_of
from duologue.engage.conversations.models import GoodwillGift
from duologue.engage.perks.models import Perk
from duologue.people.profiles.actions import add
from duologue.platform.staff.actions import add_member
from duologue.platform.staff.models import Staff
from duologue.strategize.offers.actions import save_offer
from duologue.strategize.offers.rules import read_offer

CARE = """\
goodwill:
  offers: [sorry, sorry-much]
  limits:
    care: {at_most: 2, worth: 15 GBP, within: 30d}
    imogen@shop.example: {at_most: 9, within: 30d}
"""


@pytest.fixture
def staff(workspace, now):
    workspace.currency = "GBP"
    workspace.save()
    for name, worth in (("sorry", "5 GBP"), ("sorry-much", "12 GBP")):
        save_offer(workspace=workspace, offer=read_offer(f"offer: {name}\nkind: apology\nworth: {worth}\n"), now=now)
    save_care(workspace=workspace, source=CARE, now=now)
    made = {name: Staff.objects.create_user(f"{name}@shop.example", name=name.capitalize()) for name in ("ben", "imogen", "guest")}
    for name, role in (("ben", "care"), ("imogen", "owner"), ("guest", "guest")):
        add_member(workspace, staff=made[name], role=role, now=now)
    return made


@pytest.fixture
def one(workspace, now):
    (person,) = add(workspace=workspace, seen_at=[now])
    return hand_over(workspace=workspace, person=person, profile=person, team="care", now=now)


def test_a_member_gives_within_a_limit_and_is_told_what_is_left_and_who_has_more(workspace, staff, one, now):
    to = {"workspace": workspace, "conversation": one}
    perk = give(**to, offer="sorry", staff=staff["ben"], now=now)
    assert (Perk.within(workspace).get(pk=perk.perk).state, perk.cost, bool(perk.code)) == ("reserved", 500, True)
    too_much = r"you have 1 of 2 perks and 10\.00 GBP of 15\.00 GBP left in 30 days, and this costs 12\.00 GBP\. Imogen can still give it\."
    with pytest.raises(Refused, match=too_much):
        give(**to, offer="sorry-much", staff=staff["ben"], now=now)
    give(**to, offer="sorry", staff=staff["ben"], now=now)
    with pytest.raises(Refused, match="you have 0 of 2 perks"):
        give(**to, offer="sorry", staff=staff["ben"], now=now + timedelta(days=29))
    give(**to, offer="sorry", staff=staff["ben"], now=now + timedelta(days=31))
    with pytest.raises(Refused, match="no limit of goodwill is set for you"):
        give(**to, offer="sorry", staff=staff["guest"], now=now)
    with pytest.raises(Refused, match="not among those"):
        give(**to, offer="other", staff=staff["ben"], now=now)
    assert Perk.within(workspace).count() == GoodwillGift.within(workspace).count() == 3


def test_what_costs_nobody_knows_what_is_not_given_by_a_limit_of_worth(workspace, staff, one, now):
    save_offer(workspace=workspace, offer=read_offer("offer: sorry\nkind: apology\nworth: 20%\n"), now=now)
    save_care(workspace=workspace, source="goodwill:\n  offers: [sorry]\n  limits: {care: {worth: 15 GBP, within: 30d}}\n", now=now)
    with pytest.raises(Refused, match="does not say what it costs"):
        give(workspace=workspace, conversation=one, offer="sorry", staff=staff["ben"], now=now)
    assert not Perk.within(workspace).exists()


def test_what_is_left_is_asked_for_all_members_in_as_many_queries_as_for_one(workspace, staff, now, django_assert_num_queries):
    for some in ([staff["ben"].pk], None):
        with django_assert_num_queries(3):
            left = left_of(workspace, now, some)
    assert {one.name: (one.perks, one.minor) for one in left.values()} == {"Ben": (2, 1500), "Imogen": (9, None)}


@pytest.mark.django_db(transaction=True)
def test_gifts_at_once_do_not_pass_the_limit(workspace, staff, now):
    people = add(workspace=workspace, seen_at=[now] * 4)
    talks = [hand_over(workspace=workspace, person=one, profile=one, team="care", now=now) for one in people]
    ready, told = threading.Barrier(len(talks)), []

    def gives(talk):
        ready.wait()
        try:
            told.append(give(workspace=workspace, conversation=talk, offer="sorry", staff=staff["ben"], now=now).reason)
        except Refused as refused:
            told.append(refused.reason)
        finally:
            connection.close()

    threads = [threading.Thread(target=gives, args=(talk,)) for talk in talks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["", "", "limit", "limit"]
    assert GoodwillGift.within(workspace).count() == 2
