from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duologue.kit.predicate import Properties, dig, holds, matches, number


class Facts:
    now = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
    zone = "Europe/London"

    def __init__(self, **values):
        self.values = values

    def value(self, path):
        return dig(self.values, path)

    def segment(self, name):
        return name == "good"

    def did(self, what):
        return what["event"] == "Order Completed"

    def may(self, channel, purpose):
        return (channel, purpose) == ("email", "promotions")

    def item(self, item):
        return item if isinstance(item, dict) else {"value": item}


FACTS = Facts(
    person={"country": "GB", "age": 41, "born": "1984-05-01", "likes": ["tea", "paper"], "joined": "2026-01-03T10:00:00Z", "vip": True},
    start={"total": "60.10", "limit": 60, "sku": "B", "skus": ["C", "A"], "items": [{"sku": "A", "stock": 0}, {"sku": "B", "stock": 3}]},
)


@pytest.mark.parametrize(
    ("condition", "verdict"),
    [
        ({}, True),
        ({"person.country": "GB"}, True),
        ({"person.country": ["DE", "GB"]}, True),
        ({"person.country": {"not": "GB"}}, False),
        ({"person.country": {"not": ["DE", "AT"]}}, True),
        ({"person.missing": {"not": "GB"}}, True),
        ({"person.missing": "GB"}, False),
        ({"person.missing": {"known": False}}, True),
        ({"person.age": {"known": True, "over": 40, "at_most": 41}}, True),
        ({"person.age": {"under": 41}}, False),
        ({"person.missing": {"under": 41}}, False),
        ({"start.total": {"over": 60}}, True),
        ({"start.total": {"over": {"from": "start.limit"}}}, True),
        ({"person.age": {"from": "start.limit"}}, False),
        ({"start.sku": {"from": "start.items"}}, True),
        ({"start.skus": {"from": "start.items"}}, True),
        ({"start.limit": {"from": "start.items"}}, False),
        ({"person.likes": "tea"}, True),
        ({"person.likes": {"has": "paper"}}, True),
        ({"person.likes": {"has": "pens"}}, False),
        ({"person.country": {"has": "g"}}, True),
        ({"person.born": {"before": "1985-01-01"}}, True),
        ({"person.born": {"after": "1985-01-01"}}, False),
        ({"person.joined": {"within": "3d"}}, True),
        ({"person.joined": {"within": "1d"}}, False),
        ({"person.vip": True}, True),
        ({"person.vip": {"not": True}}, False),
        ({"all": [{"person.age": 41}, {"person.country": "GB"}]}, True),
        ({"any": [{"person.age": 40}, {"person.country": "GB"}]}, True),
        ({"not": {"person.age": 41}}, False),
        ({"in": "good", "not": {"in": "bad"}}, True),
        ({"did": {"event": "Order Completed"}}, True),
        ({"may": {"by": "email", "purpose": "promotions"}}, True),
        ({"may": {"by": "sms", "purpose": "promotions"}}, False),
        ({"items": {"of": "start.items", "some": {"item.stock": {"over": 0}}}}, True),
        ({"items": {"of": "start.items", "every": {"item.stock": {"over": 0}}}}, False),
        ({"items": {"of": "start.none", "some": {"item.stock": {"over": 0}}}}, False),
        ({"person.age": 41, "person.country": "DE"}, False),
    ],
)
def test_conditions(condition, verdict):
    assert holds(condition, FACTS) is verdict


def test_bare_paths_are_properties_of_the_event():
    event = Properties({"total": 5, "cart": {"id": 7}}, Facts(start={"cart_id": 7}))
    assert holds({"total": {"over": 4}, "cart.id": {"from": "start.cart_id"}}, event)
    assert not holds({"in": "bad"}, event)


@settings(deadline=None)
@given(st.integers(-1000, 1000), st.integers(-1000, 1000))
def test_comparisons_of_numbers_agree_with_python(value, other):
    for name, expected in [
        ("over", value > other),
        ("under", value < other),
        ("at_least", value >= other),
        ("at_most", value <= other),
    ]:
        assert matches(value, {name: other}, FACTS) is expected
        assert matches(str(value), {name: other}, FACTS) is expected
    assert matches(value, other, FACTS) is (value == other)


@pytest.mark.parametrize(
    ("value", "expected"), [("1e999999", None), ("nan", None), ("", None), (True, None), ("7.10", "7.10"), (None, None)]
)
def test_numbers(value, expected):
    found = number(value)
    assert (str(found) if found is not None and found.adjusted() < 100 else None) == expected
