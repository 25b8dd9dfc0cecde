"""Writing many products at once: what is new or differs, what it cost before, and what of it is worth telling. One statement."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from duologue.brand.catalogue.queries import watch

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

COLUMNS: Final = ("key", "name", "price", "currency", "stock", "picture", "link")
TYPES: Final = ("text", "text", "bigint", "text", "integer", "text", "text")
MISSED: Final = timedelta(days=1)
FROM_ARRAYS: Final = (
    f"SELECT * FROM unnest({', '.join(f'%({c})s::{t}[]' for c, t in zip(COLUMNS, TYPES, strict=True))}) AS n ({', '.join(COLUMNS)})"
)

MERGE: Final = """
WITH n AS ({source}),
old AS MATERIALIZED (
    SELECT p.id, p.key, p.price, p.currency, p.stock, p.gone_at FROM brand_product p JOIN n ON n.key = p.key
    WHERE p.workspace_id = %(workspace)s AND (
        (p.gone_at IS NOT NULL OR (%(feed)s <> '' AND p.feed <> %(feed)s)) AND (%(feed)s = '' OR p.feed <> '' OR p.gone_at IS NULL)
        OR (p.name, p.price, p.currency, p.stock, p.picture, p.link)
           IS DISTINCT FROM (n.name, n.price, n.currency, n.stock, n.picture, n.link))
    ORDER BY p.key FOR UPDATE OF p),
changed AS (
    UPDATE brand_product p SET name = n.name, price = n.price, currency = n.currency, stock = n.stock, picture = n.picture, link = n.link,
           gone_at = NULL, feed = CASE WHEN %(feed)s = '' THEN p.feed ELSE %(feed)s END
    FROM old JOIN n ON n.key = old.key WHERE p.workspace_id = %(workspace)s AND p.id = old.id
    RETURNING p.key, p.price, p.currency, p.stock, old.price AS price_was,
        old.currency AS currency_was, old.stock AS stock_was, old.gone_at),
added AS (
    INSERT INTO brand_product (workspace_id, key, name, price, currency, stock, picture, link, feed)
    SELECT %(workspace)s, n.key, n.name, n.price, n.currency, n.stock, n.picture, n.link, %(feed)s FROM n
    WHERE NOT EXISTS (SELECT FROM brand_product p WHERE p.workspace_id = %(workspace)s AND p.key = n.key) ORDER BY n.key
    ON CONFLICT (workspace_id, key) DO UPDATE SET name = excluded.name, price = excluded.price, currency = excluded.currency,
        stock = excluded.stock, picture = excluded.picture, link = excluded.link
    RETURNING key, price, currency),
priced AS (
    INSERT INTO brand_productprice (workspace_id, key, at, price, currency)
    SELECT %(workspace)s, key, %(now)s, price, currency FROM changed WHERE (price, currency) IS DISTINCT FROM (price_was, currency_was)
    UNION ALL SELECT %(workspace)s, key, %(now)s, price, currency FROM added WHERE price IS NOT NULL),
seen AS (
    SELECT key, price_was, coalesce(stock_was, 1) <= 0 OR coalesce(gone_at < %(long_ago)s, FALSE) AS was_out,
        coalesce(stock, 1) > 0 AS is_in,
        currency = currency_was AND price < price_was AND (price_was - price) * 100 >= price_was * %(drop)s AS is_cheaper,
        stock BETWEEN 1 AND %(little)s AND coalesce(stock_was, %(little)s + 1) > %(little)s AS is_little
    FROM changed),
worth AS (
    INSERT INTO brand_productchange (workspace_id, key, kind, at, price_before, told_to, people)
    SELECT %(workspace)s, key, kind, %(now)s, price_was, 0, 0 FROM seen
    CROSS JOIN LATERAL (VALUES ('back', was_out AND is_in), ('cheaper', is_in AND is_cheaper), ('little', is_little AND NOT was_out))
        AS k (kind, holds) WHERE k.holds ORDER BY key)
SELECT (SELECT count(*) FROM changed) + (SELECT count(*) FROM added)
"""


def merge(cursor: Any, workspace: Workspace, source: str, values: dict[str, Any], *, feed: str, now: datetime) -> int:
    """Add or change the products that a query gives (each key once); return how many are new or changed. Needs a transaction.

    What is the same is only read. Whatever is kept in a product's row of the catalogue is taken from the new one; one that was
    gone is offered again, but by a feed that says nothing new of it not where it was taken out by hand. It is told as back where it
    had been sold out, or gone for more than a day: a feed may well miss a product once.
    """
    rules = watch(workspace)
    more = {
        "workspace": workspace.pk,
        "feed": feed,
        "now": now,
        "long_ago": now - MISSED,
        "drop": rules.least_drop,
        "little": rules.little_stock,
    }
    cursor.execute(MERGE.format(source=source), {**values, **more})
    return int(cursor.fetchone()[0])
