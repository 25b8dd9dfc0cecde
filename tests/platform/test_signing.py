"""Signed tokens, one by one and several at once."""

from hypothesis import given
from hypothesis import strategies as st

from duologue.platform.secrets.signing import read, sign, sign_each

NUMBERS = st.integers(0, 2**63 - 1)


@given(st.tuples(NUMBERS, NUMBERS), st.lists(NUMBERS, max_size=5))
def test_tokens_made_at_once_are_those_made_one_by_one(numbers, lasts):
    made = sign_each("click", numbers, lasts)
    assert made == [sign("click", *numbers, last) for last in lasts]
    assert [read("click", token) for token in made] == [(*numbers, last) for last in lasts]
    assert [read("open", token) for token in made] == [None] * len(lasts)
