"""Writing many products at once: what is new or differs, what it cost before, and what of it is worth telling. One statement."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from duologue.brand.catalogue.queries import watch
from duologue.platform.database import locks

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

COLUMNS: Final = ("key", "name", "price", "currency", "stock", "picture", "link", "variant_of")
TYPES: Final = ("text", "text", "bigint", "text", "integer", "text", "text", "text")
MISSED: Final = timedelta(days=1)
FROM_ARRAYS: Final = (
    f"SELECT * FROM unnest({', '.join(f'%({c})s::{t}[]' for c, t in zip(COLUMNS, TYPES, strict=True))}) AS n ({', '.join(COLUMNS)})"
)

MERGE: Final = """
WITH n AS ({source}),
old AS MATERIALIZED (
    SELECT p.id, p.key, p.price, p.currency, p.stock, p.gone_at, p.variant_of FROM brand_product p JOIN n ON n.key = p.key
    WHERE p.workspace_id = %(workspace)s AND (
        (p.gone_at IS NOT NULL OR (%(feed)s <> '' AND p.feed <> %(feed)s)) AND (%(feed)s = '' OR p.feed <> '' OR p.gone_at IS NULL)
        OR (p.name, p.price, p.currency, p.stock, p.picture, p.link, p.variant_of)
           IS DISTINCT FROM (n.name, n.price, n.currency, n.stock, n.picture, n.link, n.variant_of))
    ORDER BY p.key FOR UPDATE OF p),
changed AS (
    UPDATE brand_product p SET name = n.name, price = n.price, currency = n.currency, stock = n.stock, picture = n.picture, link = n.link,
           variant_of = n.variant_of, gone_at = NULL, feed = CASE WHEN %(feed)s = '' THEN p.feed ELSE %(feed)s END
    FROM old JOIN n ON n.key = old.key WHERE p.workspace_id = %(workspace)s AND p.id = old.id
    RETURNING p.key, p.price, p.currency, p.stock, p.variant_of, old.price AS price_was,
        old.currency AS currency_was, old.stock AS stock_was, old.gone_at, old.variant_of AS variant_of_was),
added AS (
    INSERT INTO brand_product (workspace_id, key, name, price, currency, stock, picture, link, variant_of, feed)
    SELECT %(workspace)s, n.key, n.name, n.price, n.currency, n.stock, n.picture, n.link, n.variant_of, %(feed)s FROM n
    WHERE NOT EXISTS (SELECT FROM brand_product p WHERE p.workspace_id = %(workspace)s AND p.key = n.key) ORDER BY n.key
    ON CONFLICT (workspace_id, key) DO UPDATE SET name = excluded.name, price = excluded.price, currency = excluded.currency,
        stock = excluded.stock, picture = excluded.picture, link = excluded.link, variant_of = excluded.variant_of
    RETURNING key, price, currency, stock, variant_of),
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
{groups}
worth AS (
    INSERT INTO brand_productchange (workspace_id, key, kind, at, price_before, told_to, people)
    SELECT %(workspace)s, key, kind, %(now)s, price_was, 0, 0
    FROM (SELECT 1 AS turn, * FROM seen UNION ALL SELECT 2, * FROM seen_of_groups) s
    CROSS JOIN LATERAL (VALUES ('back', was_out AND is_in), ('cheaper', is_in AND is_cheaper), ('little', is_little AND NOT was_out))
        AS k (kind, holds) WHERE k.holds ORDER BY turn, key)
SELECT (SELECT count(*) FROM changed) + (SELECT count(*) FROM added)
"""


GROUPS: Final = """
touched AS (
    SELECT variant_of FROM changed UNION SELECT variant_of_was FROM changed UNION SELECT variant_of FROM added),
of_groups AS (
    SELECT t.variant_of FROM touched t WHERE t.variant_of <> '' AND NOT EXISTS (
        SELECT FROM brand_product p WHERE p.workspace_id = %(workspace)s AND p.key = t.variant_of AND p.gone_at IS NULL)
      AND NOT EXISTS (SELECT FROM added a WHERE a.key = t.variant_of)),
variants AS (
    SELECT p.variant_of, p.price AS price_was, p.currency AS currency_was, p.stock AS stock_was, p.gone_at AS gone_was,
        CASE WHEN c.key IS NULL THEN p.price ELSE c.price END AS price,
        CASE WHEN c.key IS NULL THEN p.currency ELSE c.currency END AS currency,
        CASE WHEN c.key IS NULL THEN p.stock ELSE c.stock END AS stock,
        CASE WHEN c.key IS NULL THEN p.gone_at IS NULL ELSE c.variant_of = p.variant_of END AS is_here, TRUE AS was_here
    FROM of_groups g JOIN brand_product p ON p.workspace_id = %(workspace)s AND p.variant_of = g.variant_of
    LEFT JOIN changed c ON c.key = p.key
    UNION ALL
    SELECT n.variant_of, NULL, NULL, NULL, NULL, n.price, n.currency, n.stock, TRUE, FALSE
    FROM (SELECT variant_of, price, currency, stock FROM added
          UNION ALL SELECT variant_of, price, currency, stock FROM changed WHERE variant_of <> variant_of_was) n
    JOIN of_groups g USING (variant_of)),
groups AS (
    SELECT variant_of AS key,
        bool_and(coalesce(stock_was, 1) <= 0 OR coalesce(gone_was < %(long_ago)s, FALSE)) FILTER (WHERE was_here) AS was_out,
        bool_or(coalesce(stock, 1) > 0) FILTER (WHERE is_here) AS is_in,
        min(price_was) FILTER (WHERE was_here AND gone_was IS NULL) AS price_was,
        min(price) FILTER (WHERE was_here AND gone_was IS NULL AND is_here AND coalesce(stock, 1) > 0) AS price,
        count(DISTINCT currency) FILTER (WHERE is_here) = 1
            AND min(currency) FILTER (WHERE is_here)
                = ALL (array_agg(currency_was) FILTER (WHERE was_here AND gone_was IS NULL)) AS one_currency,
        CASE WHEN bool_and(stock_was IS NOT NULL) FILTER (WHERE was_here AND gone_was IS NULL)
            THEN sum(greatest(stock_was, 0)) FILTER (WHERE was_here AND gone_was IS NULL) END AS stock_was,
        CASE WHEN bool_and(stock IS NOT NULL) FILTER (WHERE is_here) THEN sum(greatest(stock, 0)) FILTER (WHERE is_here) END AS stock
    FROM variants GROUP BY variant_of HAVING bool_or(was_here)),
seen_of_groups AS (
    SELECT key, price_was, was_out, is_in,
        one_currency AND price < price_was AND (price_was - price) * 100 >= price_was * %(drop)s AS is_cheaper,
        stock BETWEEN 1 AND %(little)s AND coalesce(stock_was, %(little)s + 1) > %(little)s AS is_little
    FROM groups),"""
"""What holds of groups that are no products themselves, before and after: for those who looked at a group, not at one of its variants.

Variants that are new to a group say nothing of what was, so that neither a first list nor a cheaper size that is new is told.
"""


def one_at_a_time(cursor: Any, workspace: Workspace) -> None:
    """Wait until nobody else writes products of the workspace: two variants that come back at once make their group come back once."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", (locks.CATALOGUE, workspace.pk))


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
    one_at_a_time(cursor, workspace)
    cursor.execute(MERGE.format(source=source, groups=GROUPS), {**values, **more})
    return int(cursor.fetchone()[0])
