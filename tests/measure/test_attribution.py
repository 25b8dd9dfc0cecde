from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from duologue.measure.attribution import rules
from duologue.measure.attribution.rules import Conversion


def test_last_touch_gives_all_to_the_last_and_linear_shares_to_the_penny():
    conversions = [Conversion(1000, ["invite", "gift", "last"]), Conversion(500, []), Conversion(101, ["invite", "gift"])]
    last = rules.last_touch(conversions)
    assert {touch: (credit.conversions, credit.revenue) for touch, credit in last.items()} == {
        "last": (1, 1000),
        rules.UNTOUCHED: (1, 500),
        "gift": (1, 101),
    }
    shared = rules.linear(conversions)
    assert shared["invite"].revenue == 334 + 51
    assert shared["gift"].revenue == 333 + 50
    assert shared["gift"].conversions == Fraction(5, 6)


conversions = st.lists(st.builds(Conversion, st.integers(-10_000, 100_000), st.lists(st.sampled_from("abcd"), max_size=5)), max_size=30)


@given(conversions)
def test_credit_sums_to_what_was_there(found):
    for shares in (rules.last_touch(found), rules.linear(found)):
        assert sum(credit.revenue for credit in shares.values()) == sum(conversion.revenue for conversion in found)
        assert sum(credit.conversions for credit in shares.values()) == len(found)
