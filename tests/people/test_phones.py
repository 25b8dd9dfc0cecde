import phonenumbers
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from duologue.kit.pipeline import Refused
from duologue.people.identifiers.phones import international
from tests.drawn import drawn

CODES = sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)
COUNTRIES = ["DE", "GB", "US", "IT", "BR", "", "XX"]
BETWEEN = st.text(" -().", max_size=2)


def by_the_library(value, country):
    try:
        number = phonenumbers.parse(value, country or None)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if phonenumbers.is_possible_number(number) else None


def by_us(value, country):
    try:
        return international(value, country)
    except Refused:
        return None


@st.composite
def given_with_a_country(draw):
    digits = f"{draw(st.sampled_from(CODES))}{draw(st.text('0123456789', min_size=3, max_size=13))}"
    return "+" + "".join(digit + draw(BETWEEN) for digit in digits)


@settings(max_examples=drawn(1500))
@given(given_with_a_country(), st.sampled_from(COUNTRIES))
@example("+49 (0)151 10000001", "DE")
@example("+1 (201) 555-0123", "GB")
@example("+39 06 1234567", "IT")
@example("+800 1234 5678", "DE")
@example("+5215512345678", "US")
@example("+4915110000001.", "DE")
@example("+ 49 151 10000001", "DE")
@example("+(49)15110000001", "DE")
def test_the_short_way_says_what_the_library_says(value, country):
    assert by_us(value, country) == by_the_library(value, country)


@settings(max_examples=drawn(300))
@given(st.text("+0123456789 -()/.x#;ext=a", max_size=20), st.sampled_from(COUNTRIES))
def test_whatever_is_written_the_library_agrees(value, country):
    assert by_us(value, country) == by_the_library(value, country)


@pytest.mark.parametrize("code", CODES)
def test_every_country_is_read_alike(code):
    for length in range(4, 14):
        value = f"+{code}{'987654321098765'[:length]}"
        assert by_us(value, "DE") == by_the_library(value, "DE")
