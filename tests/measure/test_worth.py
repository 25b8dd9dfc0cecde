"""What an order is worth, as DuckDB tells it by itself and as Python does: the same, and Python is asked only about what is less plain."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.measure.funnels import worth
from duologue.measure.funnels.rules import MOST, Goal, order_of
from duologue.strategize.segments import engine
from duologue.strategize.segments.engine import Function

DAY = timedelta(days=1)
numbers = st.one_of(
    st.integers(-(10**16), 10**16),
    st.floats(),
    st.decimals(-(10**14), 10**14, places=3).map(str),
    st.sampled_from(
        ["7", "-0.5", "1.005", "0.125", " 8", "9\n", "1e3", "٣", "", "true", "1,5", ".5", "5.", "+4", "999999999999.99", "NaN"]
    ),
)
values = st.one_of(numbers, st.booleans(), st.none(), st.lists(numbers, max_size=2), st.dictionaries(st.sampled_from("ab"), numbers))
orders = st.dictionaries(
    st.sampled_from(["revenue", "sum", "total", "order_id"]), values | st.fixed_dictionaries({"net": values}) | st.text()
)
goals = st.builds(
    Goal,
    st.sampled_from(["Order Completed", "It's so", "Order Refunded"]),
    st.just(DAY),
    st.sampled_from(["revenue", "sum.net", "sum", "", "a'b", 'a"b', "order_id"]),
    st.sampled_from([{}, {"total": {"over": 3}}]),
)


@pytest.fixture(scope="module")
def duck():
    duck = engine.new_connection()
    yield duck
    duck.close()


def told(duck, function, rows, arity):
    """Return what DuckDB says of each row, once it has learned the function under a new name."""
    name = f"told_{next(NUMBERS)}"
    function.teach(duck, name)
    given = ", ".join(f"unnest(?::VARCHAR[]) AS a{at}" for at in range(arity))
    said = duck.execute(f"SELECT {name}({', '.join(f'a{at}' for at in range(arity))}) FROM (SELECT {given})", list(zip(*rows, strict=True)))
    return [row[0] for row in said.fetchall()]


NUMBERS = iter(range(10**9))


@given(goals, st.sampled_from(["GBP", "JPY", "KWD", "XXX"]), st.lists(orders, min_size=1, max_size=6))
def test_duckdb_and_python_say_the_same(duck, goal, currency, properties):
    written = [json.dumps(one, allow_nan=False) for one in properties if _can_be_kept(one)]
    measure = goal.measure("Order Refunded", currency)
    rows = [(name, one) for one in written for name in (goal.event, "Order Refunded", "Other")]
    if rows:
        function = Function(measure, 2, "BIGINT", worth.told(goal, currency))
        assert told(duck, function, rows, 2) == [measure(*row) for row in rows]
        assert told(duck, Function(order_of, 1, "VARCHAR", worth.ORDER), [row[1:] for row in rows], 1) == [order_of(row[1]) for row in rows]


def _can_be_kept(properties):
    """Say whether PostgreSQL could hold them."""
    try:
        written = json.dumps(properties, allow_nan=False)
        written.encode()
    except ValueError:
        return False
    return "\\u0000" not in written and not any(f"\\ud{one}" in written for one in "89abcdef")


@pytest.mark.parametrize(
    ("currency", "amount", "plain"),
    [
        ("GBP", 20, 2_000),
        ("GBP", "7.5", 750),
        ("GBP", -4.25, -425),
        ("GBP", "999999999999.99", 99_999_999_999_999),
        ("KWD", 1.125, 1_125),
        ("KWD", "999999999999.999", MOST - 1),
        ("JPY", 300, 300),
        ("JPY", 300.5, None),
        ("GBP", 1.005, None),
        ("GBP", "1e3", None),
        ("GBP", True, None),
        ("GBP", None, None),
    ],
)
def test_what_is_plain_never_comes_to_python(duck, currency, amount, plain):
    asked = []
    function = Function(lambda *row: asked.append(row), 2, "BIGINT", worth.told(Goal("Bought", DAY, "sum.net"), currency))
    row = ("Bought", json.dumps({"sum": {"net": amount}}))
    assert told(duck, function, [row], 2) == [plain]
    assert asked == ([] if plain is not None else [row])


@pytest.mark.parametrize("goal", [Goal("A", DAY, "revenue", {"shop": "a"}), Goal("A", DAY, "a'b"), Goal("A", DAY, "a..b"), Goal("A", DAY)])
def test_a_goal_with_a_condition_or_an_odd_path_is_pythons_alone(goal):
    assert not worth.told(goal, "GBP")
