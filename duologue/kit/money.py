"""Money is an integer of minor units plus a currency; never a float."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Final

NO_CURRENCY: Final = "XXX"
"""What ISO 4217 writes where none is meant."""
_THREE_PLACES = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
_NO_PLACES = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"}
)
_ONE_MARK = re.compile(r"-?[1-9]\d{0,2}([.,])\d{3}")
_WRITTEN = re.compile(r"(?:(?P<first>[A-Z]{3})\s*)?(?P<amount>-?[\d.,'\s]*\d)(?:\s*(?P<last>[A-Z]{3}))?")


@dataclass(slots=True, frozen=True)
class Money:
    """An amount in minor units of a currency (ISO 4217)."""

    minor: int
    currency: str

    def __str__(self) -> str:
        return f"{major(self.minor, self.currency)} {self.currency}"


def places(currency: str) -> int:
    """Return how many decimal places a currency has (ISO 4217)."""
    return 3 if currency in _THREE_PLACES else 0 if currency in _NO_PLACES else 2


def minor(amount: Decimal | str | float, currency: str) -> int:
    """Return an amount given in whole units as minor units, rounded half to even; ValueError where it is no number."""
    try:
        value = Decimal(str(amount).strip())
        if not value.is_finite():
            raise ValueError(f"{amount!r} is not an amount")
        return int(value.scaleb(places(currency)).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
    except InvalidOperation as mistake:
        raise ValueError(f"{amount!r} is not an amount") from mistake


def major(minor_units: int, currency: str) -> Decimal:
    """Return minor units as a decimal of whole units."""
    return Decimal(minor_units).scaleb(-places(currency))


def read_money(text: str, currency: str = "") -> Money:
    """Read '3000 GBP', 'GBP 12.50' or, with a currency given, '12.50'; ValueError says what is wrong."""
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"'{text}' is not an amount of money; write it like 12.50 GBP")
    named = found["first"] or found["last"] or currency
    if not named:
        raise ValueError(f"'{text}' names no currency; write it like 12.50 GBP")
    return Money(minor(_plain(found["amount"]), named), named)


def unclear(text: str, currency: str) -> str:
    """Return why an amount that a person wrote can be read in two ways, one a thousand times the other; nothing where it cannot.

    That is one mark with three digits after it, as in 1.299 EUR; in which currencies it is clear depends on their places.
    """
    found = _WRITTEN.fullmatch(text.strip().upper())
    mark = _ONE_MARK.fullmatch(found["amount"].strip()) if found else None
    if found is None or mark is None:
        return ""
    after = places(found["first"] or found["last"] or currency)
    if (after, mark[1]) in {(0, ","), (3, ".")}:
        return ""
    whole, part = found["amount"].strip().split(mark[1])
    large = f"{whole}{part}.{'0' * after}".rstrip(".")
    how = f"with {after} digits after a point and no other mark" if after else "without a mark"
    return f"'{whole}{mark[1]}{part}' may be {whole}{part} or {whole}.{part}; write it {how}, as in {large}"


def _plain(amount: str) -> str:
    """Take out the marks between thousands; the last mark is the decimal one unless exactly three digits follow it."""
    digits = re.sub(r"[\s']", "", amount)
    mark = max(digits.rfind("."), digits.rfind(","))
    if mark < 0:
        return digits
    whole, part = digits[:mark], digits[mark + 1 :]
    several = digits.count(".") + digits.count(",") > 1
    thousands = len(part) == 3 and (digits[mark] == "," or (several and digits.count(digits[mark]) > 1))
    whole = whole.replace(".", "").replace(",", "")
    return whole + part if thousands else f"{whole}.{part}"
