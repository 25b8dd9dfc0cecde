"""Phone numbers as E.164 writes them, by Google's library; numbers already given with their country take a short way."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

from duologue.kit.pipeline import Refused

_INTERNATIONAL = re.compile(r"\+([1-9][0-9]{6,14})")
_BETWEEN = str.maketrans("", "", " -().")
_GIVEN = re.compile(r"\+[0-9 ().-]{6,30}[0-9]")


class Plan(NamedTuple):
    """How the numbers of a country code look: how long they are, and what before them is no part of them."""

    code: str
    lengths: frozenset[int]
    prefix: re.Pattern[str] | None


def international(value: str, country: str) -> str:
    """Return a phone number in E.164; `country` reads one without a prefix. Raises Refused where it is none."""
    return _already(value) or _parsed(value, country)


def _already(value: str) -> str:
    """Return a number given with its country code and without anything to strip; nothing where the library must look."""
    if not _GIVEN.fullmatch(value):
        return ""
    number = value.translate(_BETWEEN)
    found = _INTERNATIONAL.fullmatch(number)
    plan = _plan(found[1][:3]) if found else None
    if plan is None:
        return ""
    national = number[1 + len(plan.code) :]
    if len(national) not in plan.lengths or national[0] == "0" or (plan.prefix and plan.prefix.match(national)):
        return ""
    return number


@lru_cache(maxsize=1024)
def _plan(start: str) -> Plan | None:
    """Return the plan of the country code with which these digits begin."""
    code = next((start[:length] for length in (1, 2, 3) if int(start[:length]) in COUNTRY_CODE_TO_REGION_CODE), None)
    if code is None:
        return None
    region = COUNTRY_CODE_TO_REGION_CODE[int(code)][0]
    about = PhoneMetadata.metadata_for_region_or_calling_code(int(code), region)
    if about is None or about.general_desc is None:
        return None
    prefix = about.national_prefix_for_parsing
    return Plan(code, frozenset(about.general_desc.possible_length), re.compile(prefix) if prefix else None)


@lru_cache(maxsize=16384)
def _parsed(value: str, country: str) -> str:
    try:
        number = phonenumbers.parse(value, country or None)
    except phonenumbers.NumberParseException as mistake:
        raise Refused("not a phone number", f"This is not a phone number: {mistake}") from mistake
    if not phonenumbers.is_possible_number(number):
        raise Refused("not a phone number", "This phone number has too many or too few digits.")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
