"""Reading a product feed as it comes: Google Merchant's fields in RSS 2.0 or Atom, one product at a time, in little memory.

Fields as Google's product data specification names them. What stands deeper than directly in a product (the price of a shipment)
is left alone. A document that declares a type or entities is refused, so that nothing in it can grow or lead elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from xml.parsers import expat

from duologue.brand.catalogue.rules import NewProduct, key_of, product_of, refuse_unclear
from duologue.kit.money import major, read_money
from duologue.kit.pipeline import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

GOOGLE: Final = "http://base.google.com/ns/1.0"
ROOTS: Final = frozenset({"rss", "feed", "RDF"})
ITEMS: Final = frozenset({"item", "entry"})
FIELDS: Final = frozenset(
    {
        "id",
        "item_group_id",
        "title",
        "link",
        "image_link",
        "price",
        "sale_price",
        "sale_price_effective_date",
        "availability",
        "quantity",
        "inventory",
    }
)
LONGEST: Final = 5000  # characters of one field; more is not read
LONGEST_PIECE: Final = 1_000_000  # bytes that the parser may have to keep until it can make something of them
OUT: Final = frozenset({"out_of_stock", "outofstock", "discontinued"})
ON_ORDER: Final = frozenset({"preorder", "pre_order", "backorder", "back_order", "available_for_order"})
DEEPEST: Final = 50


class Broken(ValueError):
    """The document cannot be read to its end as a product feed; the words say why."""


@dataclass(slots=True, frozen=True)
class Found:
    """What stands on a line: a product, or why it is none; its key where it has one, and when its sale next begins or ends."""

    line: int
    key: str
    product: NewProduct | Refused
    sale_turns_at: datetime | None = None


def products_in(chunks: Iterable[bytes], *, currency: str, now: datetime) -> Iterator[Found]:
    """Yield what is found for each product of a document; raises Broken, also where it is cut off."""
    reader = _Reader(currency, now)
    for chunk in chunks:
        reader.feed(chunk)
        yield from reader.ready()
    reader.end()
    yield from reader.ready()


class _Reader:
    def __init__(self, currency: str, now: datetime) -> None:
        self._currency, self._now = currency, now
        self._parser = expat.ParserCreate(namespace_separator="}")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._refuse_type
        self._parser.EntityDeclHandler = self._refuse_type
        self._depth = self._item_depth = self._line = 0
        self._fields: dict[str, str] = {}
        self._field = ""
        self._said: list[str] = []
        self._length = self._fed = 0
        self._ready: list[Found] = []

    def feed(self, chunk: bytes) -> None:
        """Take a piece of the document."""
        try:
            self._parser.Parse(chunk, False)
        except expat.ExpatError as mistake:
            raise Broken(self._why(mistake)) from None
        self._fed += len(chunk)
        if self._fed - self._parser.CurrentByteIndex > LONGEST_PIECE:
            raise Broken(f"Line {self._parser.CurrentLineNumber} holds a tag that does not end.")

    def end(self) -> None:
        """Say that there is no more."""
        try:
            self._parser.Parse(b"", True)
        except expat.ExpatError as mistake:
            raise Broken(f"The feed is cut off: {self._why(mistake)}") from None

    def ready(self) -> list[Found]:
        """Return the products that are complete, once."""
        found, self._ready = self._ready, []
        return found

    def _why(self, mistake: expat.ExpatError) -> str:
        return f"It is no well-formed XML at line {mistake.lineno}: {expat.ErrorString(mistake.code)}."

    def _refuse_type(self, *_: Any) -> None:
        raise Broken("The feed declares a document type or entities; a product feed needs none, and none is read.")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise Broken("The feed is nested too deeply for a product feed.")
        space, _, local = name.rpartition("}")
        if self._depth == 1 and local not in ROOTS:
            raise Broken(f"It is no RSS or Atom: it begins with <{local[:40]}>.")
        if not self._item_depth:
            if local in ITEMS:
                self._item_depth, self._line, self._fields = self._depth, self._parser.CurrentLineNumber, {}
            return
        self._field = ""
        if self._depth == self._item_depth + 1 and local in FIELDS:
            self._field = f"g:{local}" if space == GOOGLE else local
            self._said, self._length = [], 0
            if local == "link" and attributes.get("href") and attributes.get("rel", "alternate") == "alternate":
                self._fields.setdefault("link", attributes["href"][:LONGEST])

    def _text(self, text: str) -> None:
        if self._field and self._length < LONGEST:
            self._said.append(text[: LONGEST - self._length])
            self._length += len(text)

    def _end(self, _name: str) -> None:
        if self._field and self._depth == self._item_depth + 1:
            if said := "".join(self._said).strip():
                self._fields.setdefault(self._field, said)
            self._field = ""
        if self._depth == self._item_depth:
            self._item_depth = 0
            self._ready.append(_found(self._line, self._fields, self._currency, self._now))
        self._depth -= 1


def _found(line: int, fields: dict[str, str], currency: str, now: datetime) -> Found:
    def said(name: str) -> str:
        return fields.get(f"g:{name}") or fields.get(name, "")

    span = _span(said("sale_price_effective_date"), now) if said("sale_price") else ()
    sale_turns_at = next((moment for moment in span if moment > now), None)
    key = key_of(said("id"))
    try:
        price, money = _price(said("price"), currency)
        if said("sale_price") and (not span or span[0] <= now < span[1]):
            price, money = _price(said("sale_price"), money)
        cells = {
            "key": said("id"),
            "name": said("title"),
            "price": price,
            "currency": money,
            "stock": _stock(said("availability"), said("quantity") or said("inventory")),
            "picture": said("image_link"),
            "link": said("link"),
            "variant_of": said("item_group_id"),
        }
        return Found(line, key, product_of(cells, currency), sale_turns_at)
    except Refused as refusal:
        return Found(line, key, refusal, sale_turns_at)


def _price(said: str, currency: str) -> tuple[str, str]:
    """Return an amount in whole units and its currency; no amount where none is said."""
    if not said:
        return "", currency
    refuse_unclear(said, currency)
    try:
        money = read_money(said.upper(), currency)
    except ValueError as mistake:
        raise Refused("not a number", f"The price {said[:40]!r} is not an amount such as 12.50 GBP.") from mistake
    return str(major(money.minor, money.currency)), money.currency


def _span(span: str, now: datetime) -> tuple[datetime, ...]:
    """Return the moments between which a price holds; none where it always does, for want of a span that can be read."""
    first, _, last = span.partition("/")
    try:
        begins, ends = datetime.fromisoformat(first.strip()), datetime.fromisoformat(last.strip())
    except ValueError:
        return ()
    if begins.tzinfo is None or ends.tzinfo is None:
        begins, ends = begins.replace(tzinfo=now.tzinfo), ends.replace(tzinfo=now.tzinfo)
    return begins, ends


def _stock(availability: str, counted: str) -> str:
    """Return how many there are, as text: none where it is sold out, nothing where they are not counted, or none are needed to order it."""
    word = availability.strip().lower().replace(" ", "_").rpartition("/")[2]
    if word in OUT:
        return "0"
    return "" if word in ON_ORDER and not counted.strip(" 0.") else counted
