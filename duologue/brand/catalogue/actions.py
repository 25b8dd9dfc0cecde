"""Keeping the catalogue."""

from __future__ import annotations

import csv
import io
from itertools import islice
from typing import TYPE_CHECKING

from django.db import connection, transaction

from duologue.brand.catalogue.rules import NewProduct, columns_of, product_of
from duologue.kit.pipeline import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from duologue.platform.workspaces.models import Workspace

AT_ONCE = 5000


@transaction.atomic
def save_products(*, workspace: Workspace, products: Sequence[NewProduct]) -> int:
    """Add products or change those of the same key; return how many are new or changed."""
    by_key = {product.key: product for product in products}
    rows = [by_key[key] for key in sorted(by_key)]
    columns = ("key", "name", "price", "currency", "stock", "picture", "link")
    types = ("text", "text", "bigint", "text", "integer", "text", "text")
    changed = ", ".join(f"{column} = excluded.{column}" for column in columns[1:])
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO brand_product AS p (workspace_id, {", ".join(columns)})
                SELECT %s, n.* FROM unnest({", ".join(f"%s::{kind}[]" for kind in types)}) AS n ({", ".join(columns)})
                ON CONFLICT (workspace_id, key) DO UPDATE SET {changed}
                WHERE ({", ".join(f"p.{column}" for column in columns[1:])}) IS DISTINCT FROM
                      ({", ".join(f"excluded.{column}" for column in columns[1:])})""",
            (workspace.pk, *([getattr(row, column) for row in rows] for column in columns)),
        )
        return int(cursor.rowcount)


def import_products(*, workspace: Workspace, lines: Iterable[str]) -> tuple[int, int, list[tuple[int, Refused]]]:
    """Import a product list in CSV; return lines read, products new or changed, and the lines refused with why.

    Raises Refused where the headings are missing. The same list again changes nothing.
    """
    text = iter(lines)
    first = next(text, "").lstrip("\ufeff")
    delimiter = max(",;\t|", key=first.count)
    places = columns_of(next(csv.reader(io.StringIO(first), delimiter=delimiter), []))
    rows = enumerate(csv.reader(text, delimiter=delimiter), 2)
    read = changed = 0
    refused: list[tuple[int, Refused]] = []
    while some := list(islice(rows, AT_ONCE)):
        products: list[NewProduct] = []
        for line, row in some:
            if not any(row):
                continue
            read += 1
            try:
                cells = {part: row[place] if place < len(row) else "" for part, place in places.items()}
                products.append(product_of(cells, workspace.currency))
            except Refused as refusal:
                refused.append((line, refusal))
        changed += save_products(workspace=workspace, products=products)
    return read, changed, refused
