"""Products over HTTP: see them, add and change them singly or many at once, take them out."""

from __future__ import annotations

from decimal import Decimal  # noqa: TC003 the schema reads it
from typing import TYPE_CHECKING, Any

from django.db import transaction
from ninja import Path, Query, Router, Schema, Status
from ninja.decorators import decorate_view
from ninja.errors import HttpError
from pydantic import Field

from duologue.api.v1.access import REFUSALS, note_by, room
from duologue.api.v1.once import once
from duologue.brand.catalogue import actions
from duologue.brand.catalogue.models import Product
from duologue.brand.catalogue.queries import products
from duologue.brand.catalogue.rules import product_of
from duologue.kit.money import major
from duologue.kit.pipeline import Refused
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.http import HttpRequest

    from duologue.platform.workspaces.models import Workspace

router = Router(tags=["products"])
AT_ONCE = 1000
LISTED = 200


class Said(Schema):
    """What is said of a product. What is left out stays as it is; a new product needs a name. The price is in whole units."""

    name: str | None = Field(None, max_length=200)
    price: Decimal | None = Field(None, ge=0, max_digits=16, decimal_places=4)
    currency: str | None = Field(None, pattern="^[A-Z]{3}$")
    stock: int | None = Field(None, ge=0, le=2**31 - 1)
    picture: str | None = Field(None, max_length=500)
    link: str | None = Field(None, max_length=500)
    variant_of: str | None = Field(None, max_length=80)


class SaidOf(Said):
    """The same with its key, for many at once."""

    key: str = Field(min_length=1, max_length=80)


class Line(Schema):
    """A product. Without a `stock` it is not counted; `available` says whether it can be bought.

    `variant_of` is the key of the group whose variant it is, empty for one of its own.
    """

    key: str
    name: str
    price: float | None
    currency: str
    stock: int | None
    picture: str
    link: str
    variant_of: str
    available: bool


class Lines(Schema):
    """Some products by key, and the key after which to read on, empty at the end."""

    products: list[Line]
    after: str


class Batch(Schema):
    """Up to a thousand products to add or change."""

    products: list[SaidOf] = Field(min_length=1, max_length=AT_ONCE)


class Kept(Schema):
    """How many are new or changed; the same again changes nothing. None is kept where one is refused."""

    changed: int


class Keys(Schema):
    """Up to a thousand keys of products to take out."""

    keys: list[str] = Field(min_length=1, max_length=AT_ONCE)


class Gone(Schema):
    """How many were taken out; what is not offered anyway does not count."""

    gone: int


@router.get("", response={200: Lines, **REFUSALS}, operation_id="list_products")
def list_products(request: HttpRequest, workspace: Path[str], after: Query[str] = "") -> dict[str, Any]:
    """Return the products that are offered, two hundred at once, by key."""
    here = room(request, workspace, Right.LOOK)
    _plain(after)
    rows = list(Product.within(here).filter(gone_at=None, key__gt=after).order_by("key")[: LISTED + 1])
    return {"products": [_line(one) for one in rows[:LISTED]], "after": rows[LISTED - 1].key if len(rows) > LISTED else ""}


@router.post("", response={200: Kept, **REFUSALS}, operation_id="save_products")
@decorate_view(once)
def save_products(request: HttpRequest, workspace: Path[str], body: Batch) -> dict[str, int]:
    """Add products, and change those of the same key, all or none."""
    here = room(request, workspace, Right.EDIT)
    return {"changed": _save(request, here, body.products)}


@router.post("/take-out", response={200: Gone, **REFUSALS}, operation_id="take_products_out")
@decorate_view(once)
def take_products_out(request: HttpRequest, workspace: Path[str], body: Keys) -> dict[str, int]:
    """Offer products no longer."""
    here = room(request, workspace, Right.EDIT)
    for key in body.keys:
        _plain(key)
    return {"gone": _take_out(request, here, body.keys)}


@router.get("/{key}", response={200: Line, **REFUSALS}, operation_id="get_product")
def get_product(request: HttpRequest, workspace: Path[str], key: Path[str]) -> dict[str, Any]:
    """Return one product."""
    return _line(_known(room(request, workspace, Right.LOOK), key))


@router.put("/{key}", response={200: Line, **REFUSALS}, operation_id="save_product")
@decorate_view(once)
def save_product(request: HttpRequest, workspace: Path[str], key: Path[str], body: Said) -> dict[str, Any]:
    """Add a product, or change it; return it as it is now."""
    here = room(request, workspace, Right.EDIT)
    if len(key) > 80:
        raise HttpError(422, "A key has up to 80 characters.")
    _save(request, here, [SaidOf(key=key, **body.dict(exclude_unset=True))])
    return _line(_known(here, key))


@router.delete("/{key}", response={204: None, **REFUSALS}, operation_id="take_product_out")
@decorate_view(once)
def take_product_out(request: HttpRequest, workspace: Path[str], key: Path[str]) -> Status[None]:
    """Offer a product no longer; the same again is answered the same."""
    here = room(request, workspace, Right.EDIT)
    _take_out(request, here, [_known(here, key).key])
    return Status(204, None)


@transaction.atomic
def _save(request: HttpRequest, here: Workspace, said: Sequence[SaidOf]) -> int:
    known = products(here, _keys(said))
    found = []
    for place, one in enumerate(said):
        try:
            found.append(product_of(_cells(one, known.get(one.key)), here.currency))
        except Refused as refusal:
            raise HttpError(422, f"Product {place + 1}, {one.key!r}: {refusal.sentence}") from refusal
    changed = actions.save_products(workspace=here, products=found, now=now(here))
    if changed:
        note_by(request, here, "save products", said[0].key if len(said) == 1 else "", changed=changed)
    return changed


@transaction.atomic
def _take_out(request: HttpRequest, here: Workspace, keys: Sequence[str]) -> int:
    gone = actions.take_out(workspace=here, keys=keys, now=now(here))
    if gone:
        note_by(request, here, "take products out", keys[0] if len(keys) == 1 else "", gone=gone)
    return gone


def _keys(said: Iterable[SaidOf]) -> set[str]:
    return {_plain(one.key) for one in said}


def _cells(said: SaidOf, was: Product | None) -> dict[str, str]:
    """Return a product as the cells of a line, what is left out as it was."""
    if was is None and not (said.name or "").strip():
        raise Refused("no name", "A new product needs a name.")
    given = {name: value for name, value in said.dict().items() if name in said.model_fields_set}
    before = _line(was) if was else {}
    both = {
        name: given.get(name, before.get(name)) for name in ("key", "name", "price", "currency", "stock", "picture", "link", "variant_of")
    }
    if "currency" in given and was and given["currency"] != was.currency and "price" not in given:
        raise Refused("no price", "A new currency needs its price.")
    return {name: "" if value is None else str(value) for name, value in both.items()}


def _known(here: Workspace, key: str) -> Product:
    found = Product.within(here).filter(key=_plain(key)).first()
    if found is None:
        raise HttpError(404, f"There is no product {key!r}.")
    return found


def _plain(key: str) -> str:
    if "\x00" in key or key != key.strip():
        raise HttpError(422, "A key holds no zero byte and has no space at its ends.")
    return key


def _line(one: Product) -> dict[str, Any]:
    return {
        "key": one.key,
        "name": one.name,
        "price": None if one.price is None else float(major(one.price, one.currency)),
        "currency": one.currency,
        "stock": one.stock,
        "picture": one.picture,
        "link": one.link,
        "variant_of": one.variant_of,
        "available": one.is_available,
    }
