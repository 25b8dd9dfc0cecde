"""Noting who looked at what, and telling them when it changes."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import connection, transaction

from duologue.brand.catalogue.models import ProductChange
from duologue.brand.catalogue.queries import products_or_groups, watch
from duologue.brand.catalogue.rules import still_so
from duologue.engage.products.models import Looked
from duologue.kit.money import major
from duologue.people.timeline import names
from duologue.people.timeline.actions import NewEvent, write
from duologue.platform.database import arrays

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from duologue.brand.catalogue.models import Product, Watch
    from duologue.platform.workspaces.models import Workspace

EVENTS: Final = {
    ProductChange.Kind.BACK: names.BACK_IN_STOCK,
    ProductChange.Kind.CHEAPER: names.PRICE_DROPPED,
    ProductChange.Kind.LITTLE: names.LOW_IN_STOCK,
}
CHANGES_AT_ONCE, PROFILES_AT_ONCE = 200, 10_000
KEPT: Final = timedelta(days=400)  # the longest a look can count, and a month
LOOKERS: Final = """
SELECT c.id, l.profile_id, told.profile, told.hows
FROM brand_productchange c
CROSS JOIN LATERAL (
    SELECT DISTINCT l.profile_id FROM engage_looked l
    WHERE l.workspace_id = c.workspace_id AND l.key = c.key AND l.profile_id > c.told_to ORDER BY l.profile_id LIMIT %(most)s) l
JOIN people_profile p ON p.workspace_id = c.workspace_id AND p.id = l.profile_id
LEFT JOIN brand_product b ON b.workspace_id = c.workspace_id AND b.key = c.key AND b.variant_of <> ''
LEFT JOIN LATERAL (
    SELECT (array_agg(m.profile_id ORDER BY m.at DESC, m.profile_id) FILTER (WHERE m.key = c.key AND m.at <= c.at))[1] AS profile,
        array_agg(DISTINCT m.how) FILTER (WHERE m.at <= c.at) AS hows
    FROM people_profile q
    JOIN engage_looked m ON m.workspace_id = q.workspace_id AND m.key IN (c.key, b.variant_of) AND m.profile_id = q.id
    WHERE q.workspace_id = p.workspace_id AND q.person = p.person AND m.at > c.at - make_interval(days => %(days)s)
    HAVING min(m.profile_id) FILTER (WHERE m.key = c.key) = l.profile_id AND NOT EXISTS (
        SELECT FROM brand_productchange v
        JOIN brand_product o ON o.workspace_id = v.workspace_id AND o.key = v.key AND o.variant_of = c.key
        JOIN people_profile r ON r.workspace_id = v.workspace_id AND r.person = p.person
        JOIN engage_looked n ON n.workspace_id = v.workspace_id AND n.key = v.key AND n.profile_id = r.id
        WHERE v.workspace_id = c.workspace_id AND v.at = c.at AND v.kind = c.kind AND (v.id = ANY(%(changes)s) OR v.people > 0)
          AND n.at > c.at - make_interval(days => %(days)s) AND n.at <= c.at)) told ON TRUE
WHERE c.workspace_id = %(workspace)s AND c.id = ANY(%(changes)s) ORDER BY c.at, c.id, l.profile_id"""
"""The next profiles that looked at each product, in the order of an index, so that no piece reads what belongs to those after it.

A person is told at the first of their profiles that looked in time, as the one that did so last; at the others there is nothing to tell.
A look after the change counts as one to which it was told already: who was told and looks again is not told twice.
How somebody looked at the group of a variant counts for the variant too; who is told of a variant is not told the same of its group.
"""
BOUGHT: Final = """
WITH n AS (SELECT * FROM unnest(%(keys)s::text[], %(persons)s::bigint[], %(moments)s::timestamptz[]) AS n (key, person, at)),
bought AS (
    SELECT * FROM n
    UNION ALL SELECT b.variant_of, n.person, n.at FROM n
    JOIN brand_product b ON b.workspace_id = %(workspace)s AND b.key = n.key AND b.variant_of <> ''
    UNION ALL SELECT b.key, n.person, n.at FROM n
    JOIN brand_product b ON b.workspace_id = %(workspace)s AND b.variant_of = n.key AND b.variant_of <> ''
    WHERE NOT EXISTS (
        SELECT FROM n one JOIN brand_product o ON o.workspace_id = %(workspace)s AND o.key = one.key AND o.variant_of = n.key
        WHERE one.person = n.person))
DELETE FROM engage_looked l USING bought n, people_profile p
WHERE l.workspace_id = %(workspace)s AND l.key = n.key AND p.workspace_id = l.workspace_id AND p.person = n.person
  AND l.profile_id = p.id AND l.at <= n.at"""
"""The product that was bought, its group, and all variants of a group that is all that an order names."""


def note_looks(*, workspace: Workspace, looks: Mapping[tuple[str, int, str], datetime]) -> None:
    """Note the last look of profiles at products, given by (key, profile, how); half an hour more is not worth a write."""
    if not looks:
        return
    rows = sorted((*place, at) for place, at in looks.items())
    keys, profiles, hows, moments = zip(*rows, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO engage_looked AS l (workspace_id, key, profile_id, how, at)
               SELECT %s, n.* FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::timestamptz[]) AS n
               ON CONFLICT (workspace_id, key, profile_id, how) DO UPDATE SET at = excluded.at
               WHERE l.at < excluded.at - interval '30 minutes'""",
            (workspace.pk, arrays.texts(keys), arrays.numbers(profiles), arrays.texts(hows), arrays.moments(moments)),
        )


def note_bought(*, workspace: Workspace, bought: Mapping[tuple[str, int], datetime]) -> None:
    """Forget the looks of people, up to the moment, at products that they bought then, given by (key, person).

    Who bought a variant looks for its group no longer, and who bought something of a group for none of its variants.
    """
    if not bought:
        return
    rows = sorted((*place, at) for place, at in bought.items())
    keys, persons, moments = zip(*rows, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            BOUGHT,
            {
                "keys": arrays.texts(keys),
                "persons": arrays.numbers(persons),
                "moments": arrays.moments(moments),
                "workspace": workspace.pk,
            },
        )


@transaction.atomic
def tell_changes(workspace: Workspace, now: datetime) -> int:
    """Write the events of product changes for those who looked; return how many changes and profiles moved.

    At most ten thousand profiles at once, shared evenly among at most two hundred changes. Each person hears of a change once: how far each
    has been told is kept with it, in the same transaction as the events. What is no longer so is told to nobody further.
    """
    open_ = ProductChange.within(workspace).filter(told_at=None).order_by("at", "id")
    changes = {one.pk: one for one in open_.select_for_update(skip_locked=True)[:CHANGES_AT_ONCE]}
    if not changes:
        return 0
    most = max(1, PROFILES_AT_ONCE // len(changes))
    rules, known = watch(workspace), products_or_groups(workspace, {one.key for one in changes.values()})
    holding = [number for number, one in changes.items() if _is_still_so(one, known.get(one.key), rules)]
    with connection.cursor() as cursor:
        asked: dict[str, Any] = {"workspace": workspace.pk, "changes": arrays.numbers(holding), "days": rules.looked_within, "most": most}
        cursor.execute(LOOKERS, asked)
        rows = cursor.fetchall()
    telling = [(changes[number], profile, hows) for number, _, profile, hows in rows if profile is not None]
    write(workspace=workspace, events=[_event(one, profile, hows, known.get(one.key)) for one, profile, hows in telling], now=now)
    for one, _, _ in telling:
        one.people += 1
    for number, profile, _, _ in rows:
        changes[number].told_to = profile
    read = Counter(row[0] for row in rows)
    for number, one in changes.items():
        if read[number] < most:
            one.told_at = now
    ProductChange._rows.bulk_update(changes.values(), ["told_to", "people", "told_at"])
    return len(rows) + len(changes)


def _is_still_so(change: ProductChange, product: Product | None, rules: Watch) -> bool:
    if product is None:
        return False
    return still_so(
        change.kind,
        is_available=product.is_available,
        price=product.price,
        price_before=change.price_before,
        stock=product.stock,
        little=rules.little_stock,
        drop=rules.least_drop,
    )


def _event(change: ProductChange, profile: int, how: list[str], product: Product | None) -> NewEvent:
    said: dict[str, Any] = {"product_id": change.key, "sku": change.key, "change": change.pk, "looked": sorted(how)}
    if product is not None:
        said |= {"name": product.name, "currency": product.currency, "stock": product.stock}
        said |= {"url": product.link, "image_url": product.picture}
        if product.price is not None:
            said["price"] = float(major(product.price, product.currency))
        if change.kind == ProductChange.Kind.CHEAPER and change.price_before is not None:
            said["price_before"] = float(major(change.price_before, product.currency))
    said = {key: value for key, value in said.items() if value not in (None, "")}
    return NewEvent(profile, change.at, EVENTS[ProductChange.Kind(change.kind)], said)


def forget_old(*, now: datetime) -> int:
    """Forget, in all workspaces, looks that can count no more and changes that were told long ago; return how many rows went."""
    looks = Looked._rows.filter(at__lt=now - KEPT).delete()[0]
    return int(looks + ProductChange._rows.filter(told_at__lt=now - KEPT).delete()[0])
