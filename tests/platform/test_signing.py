"""Signed tokens, one by one and several at once."""

from hypothesis import given
from hypothesis import strategies as st

from duologue.platform.secrets.signing import numbers_of, read, sign, sign_each, signed

NUMBERS = st.integers(0, 2**63 - 1)


@given(st.tuples(NUMBERS, NUMBERS), st.lists(NUMBERS, max_size=5))
def test_tokens_made_at_once_are_those_made_one_by_one(numbers, lasts):
    made = sign_each("click", numbers, lasts)
    assert made == [sign("click", *numbers, last) for last in lasts]
    assert [read("click", token) for token in made] == [(*numbers, last) for last in lasts]
    assert [read("open", token) for token in made] == [None] * len(lasts)


@given(st.tuples(NUMBERS, NUMBERS), st.integers(0, 40), st.binary(max_size=3))
def test_no_signature_is_good_for_another_number(numbers, last, more):
    made = signed("click", *numbers, last)
    for other in range(41):
        changed = signed("click", *numbers, other)[:-10] + made[-10:]
        assert numbers_of("click", changed) == ((*numbers, last) if other == last else None)
    assert numbers_of("click", more + made) == (None if more else (*numbers, last))
    assert numbers_of("click", b"\x80\x00" + made) is None
    assert numbers_of("click", b"\xff" * 100_000) is None
