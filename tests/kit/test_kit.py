from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.kit.ids import digest16, spread
from duologue.kit.money import Money, major, minor, read_money, unclear
from duologue.kit.pipeline import Passage, Refused, walk
from duologue.kit.text import folded, one_line, words


@pytest.mark.parametrize(
    ("text", "minor_units", "currency"),
    [
        ("3000 GBP", 300000, "GBP"),
        ("GBP 12.50", 1250, "GBP"),
        ("1.234,50 EUR", 123450, "EUR"),
        ("1,234 USD", 123400, "USD"),
        ("500 JPY", 500, "JPY"),
        ("1.234 KWD", 1234, "KWD"),
        ("-3 GBP", -300, "GBP"),
    ],
)
def test_money_as_written(text, minor_units, currency):
    assert read_money(text) == Money(minor_units, currency)


@pytest.mark.parametrize("text", ["", "GBP", "12", "lots of EUR", "1 pound"])
def test_what_is_no_money_is_refused(text):
    with pytest.raises(ValueError, match=r"money|currency"):
        read_money(text)


@pytest.mark.parametrize(
    ("text", "currency", "why"),
    [
        ("1.299", "EUR", "'1.299' may be 1299 or 1.299; write it with 2 digits after a point and no other mark, as in 1299.00"),
        (" 12,345 eur", "GBP", "'12,345' may be 12345 or 12.345; write it with 2 digits after a point and no other mark, as in 12345.00"),
        ("-1,250", "KWD", "'-1,250' may be -1250 or -1.250; write it with 3 digits after a point and no other mark, as in -1250.000"),
        ("1.200 JPY", "EUR", "'1.200' may be 1200 or 1.200; write it without a mark, as in 1200"),
    ],
)
def test_an_amount_that_may_be_a_thousand_times_another_is_told(text, currency, why):
    assert unclear(text, currency) == why


@pytest.mark.parametrize(
    "text",
    [
        "1,299.00",
        "1.299,00",
        "1299",
        "1.30",
        "1,3",
        "0.125",
        "0,125",
        "1234.567",
        "1.234.567",
        "12.3456",
        "1 234.500",
        "1.250 KWD",
        "1,200 JPY",
        "cheap",
        "",
    ],
)
def test_any_other_is_clear(text):
    assert unclear(text, "EUR") == ""


@given(st.integers(-(10**12), 10**12), st.sampled_from(["GBP", "JPY", "KWD"]))
def test_minor_and_major_units_are_each_others_way_back(amount, currency):
    assert minor(major(amount, currency), currency) == amount
    assert read_money(str(Money(amount, currency))) == Money(amount, currency)


def test_halves_go_to_the_even_neighbour_and_nonsense_is_refused():
    assert [minor(Decimal(text), "GBP") for text in ("0.005", "0.015")] == [0, 2]
    for wrong in ("", "x", "nan", "inf"):
        with pytest.raises(ValueError, match="amount"):
            minor(wrong, "GBP")


def test_words_are_folded_distinct_and_short():
    assert words("Zoë GRÖSSE, zoe o'Neil " + "x" * 50) == ["zoe", "grosse", "o", "neil", "x" * 40]
    assert folded("Straße") == "strasse"
    assert folded("\N{MATHEMATICAL DOUBLE-STRUCK CAPITAL S}tadt") == "stadt"
    assert one_line(" a\n\tb\0c ") == "a b c"


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert folded(folded(text)) == folded(text)


def test_digests_are_stable_and_know_the_borders_between_words():
    assert digest16("a", "b").hex() == "065ab5741cdfad44687cf119c1eb4ec9"
    assert digest16("a", "b") != digest16("ab")
    assert spread(1, 6) == 39


def test_a_passage_counts_what_each_step_stops():
    odd = Refused("odd", "It is odd.")
    passage = walk(
        Passage(list(range(5))), [lambda on: on.keep(lambda one: odd if one % 2 else None), lambda on: on.keep(lambda one: None)]
    )
    assert passage.items == [0, 2, 4]
    assert passage.counts == {"odd": 2}
    assert [one for one, _ in passage.stopped] == [1, 3]
