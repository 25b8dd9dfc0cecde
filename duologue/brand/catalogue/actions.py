"""Keeping the catalogue."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from django.db import connection, transaction

from duologue.brand.catalogue.keeping import COLUMNS, FROM_ARRAYS, merge
from duologue.brand.catalogue.models import Product, Watch
from duologue.brand.catalogue.rules import MOST_STOCK, NewProduct, products_listed
from duologue.kit.pipeline import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

AT_ONCE = 5000
MOST_DAYS = 365


@transaction.atomic
def save_products(*, workspace: Workspace, products: Sequence[NewProduct], now: datetime) -> int:
    """Add products or change those of the same key; return how many are new or changed.

    What those who looked at them are to hear of (back in stock, cheaper, little left) is noted in the same transaction.
    """
    by_key = {product.key: product for product in products}
    rows = [by_key[key] for key in sorted(by_key)]
    if not rows:
        return 0
    with connection.cursor() as cursor:
        values = {column: [getattr(row, column) for row in rows] for column in COLUMNS}
        return merge(cursor, workspace, FROM_ARRAYS, values, feed="", now=now)


def take_out(*, workspace: Workspace, keys: Collection[str], now: datetime) -> int:
    """Offer products no longer; return how many were offered. Their rows stay, so that messages know that they are gone.

    They belong to no feed from now on, so that one which says nothing new of them does not bring them back.
    """
    return Product.within(workspace).filter(key__in=list(keys), gone_at=None).update(gone_at=now, feed="")


def keep_watch(*, workspace: Workspace, looked_within: int, little_stock: int, least_drop: int) -> Watch:
    """Say what counts as worth telling, and to whom: those who looked within so many days. Raises Refused."""
    if not 1 <= looked_within <= MOST_DAYS:
        raise Refused("out of bounds", f"Those who looked within 1 to {MOST_DAYS} days are told.")
    if not 0 <= little_stock < MOST_STOCK:
        raise Refused("out of bounds", "Little stock is a number of pieces; 0 tells nobody.")
    if not 1 <= least_drop <= 100:
        raise Refused("out of bounds", "The least drop of a price is 1 to 100 percent.")
    row, _ = Watch.within(workspace).update_or_create(
        workspace=workspace, defaults={"looked_within": looked_within, "little_stock": little_stock, "least_drop": least_drop}
    )
    return row


def import_products(
    *, workspace: Workspace, lines: Iterable[str], now: datetime, refuse: Callable[[Sequence[tuple[int, Refused]]], object]
) -> tuple[int, int]:
    """Import a product list in CSV; return lines read, and products new or changed. The same list again changes nothing.

    `refuse` is told the lines refused with why, a batch at a time. Raises Refused where the headings are missing.
    """
    rows = products_listed(lines, workspace.currency)
    read = changed = 0
    while some := list(islice(rows, AT_ONCE)):
        read += len(some)
        refuse([(line, one) for line, one in some if isinstance(one, Refused)])
        products = [one for _, one in some if isinstance(one, NewProduct)]
        changed += save_products(workspace=workspace, products=products, now=now)
    return read, changed
