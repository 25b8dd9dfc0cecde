"""What of a goal is measured: what can be asked of the invited and of the control group alike."""

import pytest

from duologue.measure.reports.goals import goal_of, without_run


@pytest.mark.parametrize(
    ("where", "left"),
    [
        ({}, {}),
        ({"cart_id": {"from": "start.cart_id"}}, {}),
        ({"cart_id": {"from": "start.cart_id"}, "revenue": {"over": 0}}, {"revenue": {"over": 0}}),
        ({"any": [{"sku": {"from": "start.sku"}}, {"revenue": 5}], "country": "GB"}, {"country": "GB"}),
        ({"start.total": {"over": 3}}, {}),
        ({"revenue": {"over": {"from": "answer.price"}}}, {}),
        ({"sku": {"from": "person.favourite"}}, {"sku": {"from": "person.favourite"}}),
    ],
)
def test_what_asks_about_a_run_is_left_out(where, left):
    assert without_run(where) == left


def test_an_order_counts_whatever_basket_the_run_began_with():
    goal = goal_of({"goal": {"event": "Order Completed", "where": {"cart_id": {"from": "start.cart_id"}, "revenue": {"over": 0}}}})
    assert goal.accepts({"cart_id": "c", "revenue": 5})
    assert not goal.accepts({"cart_id": "c", "revenue": 0})
