"""What a line of a product list must say, and what counts as worth telling."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from duologue.kit.money import minor, read_money, unclear
from duologue.kit.pipeline import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

NAMES: Final = {
    "key": ("key", "sku", "id", "product_id", "product id", "stockcode", "stock code", "article"),
    "name": ("name", "title", "description", "product"),
    "price": ("price", "unitprice", "unit price", "amount"),
    "currency": ("currency",),
    "stock": ("stock", "quantity", "available", "inventory"),
    "picture": ("picture", "image", "image_url", "image link", "image_link"),
    "link": ("link", "url", "product_url"),
    "variant_of": ("variant_of", "variant of", "item_group_id", "item group id", "parent"),
}
LOOKED_WITHIN: Final = 30  # days
LITTLE_STOCK: Final = 5
LEAST_DROP: Final = 5  # percent
MOST_STOCK, MOST_PRICE = 2**31 - 1, 2**53
PREFIX: Final = re.compile(r"\w+")


@dataclass(slots=True, frozen=True)
class NewProduct:
    """A product as a list gives it; the price is in minor units. `variant_of` is the key of its group, of which there may be no product."""

    key: str
    name: str
    price: int | None
    currency: str
    stock: int | None = None
    picture: str = ""
    link: str = ""
    variant_of: str = ""


def columns_of(headings: list[str]) -> dict[str, int]:
    """Return where each part of a product stands; raises Refused where key or name is missing."""
    plain = [heading.strip().lower() for heading in headings]
    found = {part: next((plain.index(usual) for usual in names if usual in plain), -1) for part, names in NAMES.items()}
    for part in ("key", "name"):
        if found[part] < 0:
            raise Refused("no such column", f"A product list needs a column '{part}'; this one has {', '.join(headings[:40])}.")
    return {part: place for part, place in found.items() if place >= 0}


def product_of(cells: Mapping[str, str], currency: str) -> NewProduct:
    """Make a product of the cells of a line; raises Refused where key, price, stock or an address is wrong."""
    key, money = key_of(cells["key"]), (cells.get("currency") or currency).strip().upper()
    if not key:
        raise Refused("no key", "The line has no key.")
    if any("\x00" in cell for cell in cells.values()):
        raise Refused("not text", "The line holds a zero byte; is the file a text in UTF-8?")
    try:
        price, money = _price(cells["price"], money) if cells.get("price", "").strip() else (None, money)
        stock = int(float(cells["stock"])) if cells.get("stock", "").strip() else None
    except (ValueError, OverflowError) as mistake:
        raise Refused("not a number", f"Price or stock is not a number: {mistake}.") from mistake
    if not 0 <= (price or 0) <= MOST_PRICE or not -MOST_STOCK <= (stock or 0) <= MOST_STOCK:
        raise Refused("not a number", "Price or stock is out of all bounds.")
    for part in ("picture", "link"):
        if cells.get(part, "").strip() and not cells[part].strip().startswith(("https://", "http://", "/")):
            raise Refused("not a web address", f"The {part} of a product is a web address.")
    parts = (cells.get("picture", "").strip()[:500], cells.get("link", "").strip()[:500])
    group = key_of(cells.get("variant_of", ""))
    return NewProduct(key, (cells["name"].strip() or key)[:200], price, money[:3], stock, *parts, "" if group == key else group)


def _price(cell: str, currency: str) -> tuple[int, str]:
    """Return a price in minor units and its currency, as programs write it or as people do (1.234,50 EUR); ValueError where it is none."""
    try:
        return minor(cell, currency), currency
    except ValueError:
        found = read_money(cell.upper(), currency)
        return found.minor, found.currency


def refuse_unclear(price: str, currency: str) -> None:
    """Raise Refused for a price of a list that may mean a thousand times what it seems to."""
    if why := unclear(price, currency):
        raise Refused("unclear price", f"The price {why}.")


def products_listed(lines: Iterable[str], currency: str) -> Iterator[tuple[int, NewProduct | Refused]]:
    """Yield what stands on each line of a product list in CSV that holds anything, with the line's number: a product, or why it is none.

    Raises Refused where the headings are missing.
    """
    text = iter(lines)
    first = next(text, "").lstrip("\ufeff")
    delimiter = max(",;\t|", key=first.count)
    places = columns_of(next(csv.reader(io.StringIO(first), delimiter=delimiter), []))
    for line, row in enumerate(csv.reader(text, delimiter=delimiter), 2):
        if not any(row):
            continue
        cells = {part: row[place] if place < len(row) else "" for part, place in places.items()}
        try:
            refuse_unclear(cells.get("price", ""), (cells.get("currency") or currency).strip().upper())
            yield line, product_of(cells, currency)
        except Refused as refusal:
            yield line, refusal


def still_so(
    kind: str, *, is_available: bool, price: int | None, price_before: int | None, stock: int | None, little: int, drop: int
) -> bool:
    """Say whether what changed (back, cheaper, little) is worth telling as the product is now: `drop` in percent, prices in minor units."""
    if kind == "back" or not is_available:
        return is_available
    if kind == "little":
        return stock is not None and stock <= little
    return price is not None and price_before is not None and price < price_before and (price_before - price) * 100 >= price_before * drop


def key_of(cell: str) -> str:
    """Return a product's key as it is kept."""
    return cell.strip()[:80]


def words_beginning(sought: str) -> str:
    """Return what finds texts that have a word beginning with each of those sought, as PostgreSQL's `to_tsquery` reads it."""
    return " & ".join(f"{word}:*" for word in PREFIX.findall(sought.lower()))
