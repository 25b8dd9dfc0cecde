"""Two codes for one order: only where one of their offers names the other."""

from datetime import UTC, datetime

import pytest

from duologue.engage.perks.claims import Claim
from duologue.engage.perks.redeeming import redeem, redeem_all
from duologue.engage.perks.rules import stand_together
from duologue.engage.perks.together import ALONE
from tests.engage.runs.conftest import Shop, shop  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def codes(shop):  # noqa: F811
    """Three people's codes of three offers: the second may stand beside the first."""
    shop.add_people(1)
    shop.segment("everyone", shop.people)
    for name, more in (("first", {}), ("second", {"together_with": ["first"]}), ("third", {"together_with": "none"})):
        shop.offer(name, **more)
        text = f"dialogue: {name}\npurpose: promotions\naudience: everyone\nturns:\n  gift: {{give: {name}, say: gift, then: end}}\n"
        shop.dialogue(text)
    shop.turn()
    from duologue.engage.models import Perk

    return dict(Perk.within(shop.workspace).values_list("offer__name", "code"))


def used(shop, code, order):  # noqa: F811
    return redeem(workspace=shop.workspace, code=code, order=order, now=shop.now)


def test_codes_stand_beside_each_other_where_one_names_the_other(shop, codes):  # noqa: F811
    assert used(shop, codes["first"], "A").ok
    assert used(shop, codes["third"], "A").reason == ALONE
    assert used(shop, codes["second"], "A").ok
    assert used(shop, codes["first"], "A").ok  # the same order asks again
    assert used(shop, codes["third"], "B").ok


def test_of_two_brought_at_once_the_first_wins(shop, codes):  # noqa: F811
    claims = [Claim(codes["third"], "A"), Claim(codes["first"], "A"), Claim(codes["second"], "")]
    answers = redeem_all(workspace=shop.workspace, claims=claims, now=shop.now)
    assert [answer.ok for answer in answers] == [True, False, True]
    assert answers[1].reason == ALONE


def test_either_may_name_the_other():
    assert stand_together("a", ["b"], "b", [])
    assert stand_together("a", [], "b", ["a"])
    assert not stand_together("a", [], "b", ["c"])
