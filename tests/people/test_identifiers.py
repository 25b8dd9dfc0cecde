import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.kit.pipeline import Refused
from duologue.people.identifiers.rules import KINDS, normalise


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [
        ("email", " Ann.Smith@Shop.Example ", "ann.smith@shop.example"),
        ("email", "Ann.Smith+news@googlemail.com", "annsmith@gmail.com"),
        ("email", "ann+news@shop.example", "ann+news@shop.example"),
        ("email", "ann+a@outlook.com", "ann@outlook.com"),
        ("email", "jürgen@bücher.example", "jürgen@bücher.example"),
        ("email", "o'brien@shop.example", "o'brien@shop.example"),
        ("phone", "020 7946 0018", "+442079460018"),
        ("phone", "+1 (201) 555-0123", "+12015550123"),
        ("external", "17850", "17850"),
        ("handle", "@Ann", "@ann"),
        ("card", "12 34-ab", "1234AB"),
        ("postal", "1 High St,  London", "1 high st london"),
    ],
)
def test_each_kind_is_kept_in_one_way(kind, value, kept):
    assert normalise(kind, value, "GB") == kept


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("email", "ann"), ("email", "ann@"), ("email", "a..b@x.example"), ("email", ".a@x.example"), ("email", "a@b"),
        ("email", "x" * 70 + "@shop.example"), ("phone", "12"), ("phone", "hello"), ("external", "null"), ("external", " "),
        ("device", "undefined"), ("external", "x" * 321), ("shoe size", "42"),
    ],
)  # fmt: skip
def test_what_is_no_identifier_is_refused_with_a_sentence(kind, value):
    with pytest.raises(Refused) as refused:
        normalise(kind, value, "GB")
    assert refused.value.sentence.endswith(".")


@given(st.sampled_from(KINDS), st.text(max_size=60) | st.emails())
def test_normalising_twice_changes_nothing(kind, value):
    try:
        once = normalise(kind, value, "GB")
    except Refused:
        return
    assert normalise(kind, once, "GB") == once
