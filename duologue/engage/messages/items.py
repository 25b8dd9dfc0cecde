"""The products that a message shows: what its run names, as the catalogue has them when it leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from babel.numbers import format_currency

from duologue.brand.catalogue.models import Product
from duologue.brand.catalogue.queries import products_or_groups, watch
from duologue.engage.messages.content import words
from duologue.kit.money import major
from duologue.kit.predicate import PRODUCT_KEYS, dig, number, product_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from babel import Locale

    from duologue.engage.messages.claims import Claimed
    from duologue.engage.messages.rules.source import Items
    from duologue.engage.messages.versions import Version
    from duologue.people.profiles.queries import KnownPerson
    from duologue.platform.workspaces.models import Workspace

SOLD_OUT: Final = "sold_out"
FIRST_LINK: Final = 1001  # the number of the first product's link; a content's own links are fewer
MOST_LISTED: Final = 200


@dataclass(slots=True, frozen=True)
class Item:
    """A product to show, as the catalogue has it, and what the run says of it. `little` counts as few.

    Of what the run says only a number is shown: an event may come by a key that anybody can read in a public page.
    """

    product: Product
    said: Mapping[str, Any]
    little: int


def choose_items(
    workspace: Workspace, claimed: Sequence[Claimed], found: Mapping[int, Version], known: Mapping[int, KnownPerson]
) -> dict[int, str]:
    """Set the items of each delivery whose message shows products; return the reason for those of which none can be bought.

    One query for all. What the catalogue does not have drops out; so does what is sold out or no longer offered, unless the message
    says `sold_out: keep`. Keys and links are remembered in the delivery's `body`.
    """
    wanted = [(one, version.items) for one in claimed if (version := found.get(one.version_id or 0)) and version.items]
    if not wanted:
        return {}
    listed = {one.id: _listed(one, asked, known[one.person]) for one, asked in wanted}
    named = {
        str(said[name]) for lines in listed.values() for said in lines for name in PRODUCT_KEYS if isinstance(said.get(name), str | int)
    }
    here = products_or_groups(workspace, {key for key in named if "\x00" not in key})
    little = watch(workspace).little_stock
    gone: dict[int, str] = {}
    for one, asked in wanted:
        if one.body.get("test"):
            one.items = example_items(workspace, asked)
            continue
        shown = [Item(here[key], said, little) for key, said in _each_once(listed[one.id], here).items()]
        if asked.sold_out != "keep":
            shown = [item for item in shown if item.product.is_available]
        one.items = shown[: asked.most]
        one.body["items"] = [{"key": item.product.key, "link": item.product.link} for item in one.items]
        if not one.items:
            gone[one.id] = SOLD_OUT
    return gone


def example_items(workspace: Workspace, asked: Items) -> list[Item]:
    """Return some products of the catalogue for a preview, those with a picture first; an invented one where there is none."""
    rows = Product.within(workspace).filter(gone_at=None).order_by("id")[:100]
    some = sorted((one for one in rows if one.is_available), key=lambda one: not one.picture)[: asked.most]
    little = watch(workspace).little_stock
    if some:
        return [Item(one, {}, little) for one in some]
    example = Product(key="example", name="An example", price=1000, currency=workspace.currency, link="https://example.com/")
    return [Item(example, {}, little)]


def _listed(one: Claimed, asked: Items, person: KnownPerson) -> list[Mapping[str, Any]]:
    """Return the lines that stand at the path: a list of products, or one thing that names a product."""
    root, _, rest = asked.of.partition(".")
    around = person.facts if root == "person" else one.body.get("values", {}).get(root)
    found = (dig(around, rest) if rest else around) or []
    lines = found[:MOST_LISTED] if isinstance(found, list) else [found]
    return [item if isinstance(item, dict) else {"key": item} for item in lines]


def _each_once(lines: Sequence[Mapping[str, Any]], here: Mapping[str, Product]) -> dict[str, Mapping[str, Any]]:
    """Return what the first line says of each product that the catalogue has."""
    listed: dict[str, Mapping[str, Any]] = {}
    for said in lines:
        key = product_key(said, here)
        if key is not None:
            listed.setdefault(key, said)
    return listed


def as_read(item: Item, *, link: str, locale: str, babel: Locale) -> dict[str, Any]:
    """Return a product as a message names it: texts in the person's language, None where something is not known."""
    product, quantity = item.product, item.said.get("quantity")
    amount = None if product.price is None else major(product.price, product.currency)
    stock = product.stock if product.gone_at is None else 0
    return {
        "key": product.key,
        "name": product.name,
        "initial": product.name[:1].upper(),
        "price": None if amount is None else format_currency(amount, product.currency, locale=babel),
        "amount": None if amount is None else float(amount),
        "stock": stock,
        "availability": _availability(stock, item.little, locale),
        "picture": product.picture or None,
        "quantity": None if number(quantity) is None else quantity,
        "link": link if product.link else None,
    }


def _availability(stock: int | None, little: int, locale: str) -> str | None:
    said = words.of(words.PRODUCTS, locale)
    if stock is None:
        return None
    return said["out"] if stock <= 0 else said["little"].format(stock) if stock <= little else said["there"]
