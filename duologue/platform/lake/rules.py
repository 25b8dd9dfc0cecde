"""What may enter the lake: no direct identifier of a person."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

IDENTIFYING: Final = frozenset(
    [
        "email",
        "mail",
        "phone",
        "mobile",
        "tel",
        "telephone",
        "fax",
        "name",
        "firstname",
        "lastname",
        "surname",
        "givenname",
        "familyname",
        "fullname",
        "middlename",
        "nickname",
        "username",
        "address",
        "street",
        "addressline1",
        "addressline2",
        "address1",
        "address2",
        "postcode",
        "postalcode",
        "zip",
        "zipcode",
        "birthday",
        "birthdate",
        "dateofbirth",
        "dob",
        "iban",
        "card",
        "cardnumber",
        "handle",
        "ip",
        "ipaddress",
        "userid",
        "anonymousid",
        "deviceid",
        "externalid",
        "latitude",
        "longitude",
        "avatar",
        "signature",
        "words",
        "text",
    ]
)
UNNAMED: Final = "*"
LISTS_OF_THINGS: Final = frozenset({"products", "items"})  # what is sold has a name that may be kept
_ADDRESS: Final = re.compile(r"[^\s@]+@[^\s@]+|\+\d[\d\s()/-]{6,}\d")


def cleaned(properties: Any, *, things: bool = False) -> Any:
    """Return properties without identifying keys, at any depth, and without texts that look like an address or a number to call."""
    if isinstance(properties, dict):
        kept = {key: cleaned(value, things=key in LISTS_OF_THINGS) for key, value in properties.items() if _may_stay(key, things=things)}
        return {key: value for key, value in kept.items() if value is not None or properties[key] is None}
    if isinstance(properties, list):
        return [cleaned(value, things=things) for value in properties]
    if isinstance(properties, str) and _looks_like_an_address(properties):
        return None
    return properties


def left_out(properties: dict[str, Any], kept: dict[str, Any]) -> list[str]:
    """Return the outermost keys under which something is missing from what was kept; UNNAMED for a key that looks like an address."""
    if kept == properties:
        return []
    there = present(kept)
    missing = (key for key, value in present(properties).items() if key not in there or there[key] != value)
    return sorted({UNNAMED if _looks_like_an_address(key) else key for key in missing})


def present(value: Any) -> Any:
    """Return a value without the keys, at any depth, under which there is nothing: that these do not enter leaves nothing out."""
    if isinstance(value, dict):
        return {key: present(one) for key, one in value.items() if one is not None}
    return [present(one) for one in value] if isinstance(value, list) else value


def _looks_like_an_address(text: str) -> bool:
    return ("@" in text or "+" in text) and _ADDRESS.search(text) is not None


@lru_cache(maxsize=4096)
def _may_stay(key: str, *, things: bool) -> bool:
    if _looks_like_an_address(key):
        return False
    plain = re.sub(r"[^a-z0-9]", "", key.lower())
    return plain not in IDENTIFYING or (things and plain == "name")
