"""Noting who looked at what, and telling them when it changes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import connection, transaction

from duologue.brand.catalogue.models import ProductChange
from duologue.brand.catalogue.queries import products, watch
from duologue.engage.products.models import Looked
from duologue.kit.money import major
from duologue.people.timeline import names
from duologue.people.timeline.actions import NewEvent, write
from duologue.platform.database import arrays

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from duologue.brand.catalogue.models import Product
    from duologue.platform.workspaces.models import Workspace

EVENTS: Final = {
    ProductChange.Kind.BACK: names.BACK_IN_STOCK,
    ProductChange.Kind.CHEAPER: names.PRICE_DROPPED,
    ProductChange.Kind.LITTLE: names.LOW_IN_STOCK,
}
CHANGES_AT_ONCE, PEOPLE_AT_ONCE = 200, 10_000
KEPT: Final = timedelta(days=400)  # the longest a look can count, and a month
LOOKERS: Final = """
SELECT c.id, p.person, (array_agg(l.profile_id ORDER BY l.at DESC))[1], array_agg(DISTINCT l.how)
FROM brand_productchange c
JOIN engage_looked l ON l.workspace_id = c.workspace_id AND l.key = c.key AND l.at > c.at - make_interval(days => %s) AND l.at <= c.at
JOIN people_profile p ON p.workspace_id = l.workspace_id AND p.id = l.profile_id
WHERE c.workspace_id = %s AND c.id = ANY(%s) AND p.person > c.told_to
GROUP BY c.at, c.id, p.person ORDER BY c.at, c.id, p.person LIMIT %s"""


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
    """Forget the looks of people, up to the moment, at products that they bought then, given by (key, person)."""
    if not bought:
        return
    rows = sorted((*place, at) for place, at in bought.items())
    keys, persons, moments = zip(*rows, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            """DELETE FROM engage_looked l USING unnest(%s::text[], %s::bigint[], %s::timestamptz[]) AS n (key, person, at),
                      people_profile p
               WHERE l.workspace_id = %s AND l.key = n.key AND p.workspace_id = l.workspace_id AND p.person = n.person
                 AND l.profile_id = p.id AND l.at <= n.at""",
            (arrays.texts(keys), arrays.numbers(persons), arrays.moments(moments), workspace.pk),
        )


@transaction.atomic
def tell_changes(workspace: Workspace, now: datetime) -> int:
    """Write the events of product changes for those who looked, at most ten thousand at once; return how many changes and events moved.

    Each person hears of a change once: how far each has been told is kept with it, in the same transaction as the events.
    """
    open_ = ProductChange.within(workspace).filter(told_at=None).order_by("at", "id")
    changes = {one.pk: one for one in open_.select_for_update(skip_locked=True)[:CHANGES_AT_ONCE]}
    if not changes:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(LOOKERS, (watch(workspace).looked_within, workspace.pk, arrays.numbers(changes), PEOPLE_AT_ONCE))
        rows = cursor.fetchall()
    known = products(workspace, {one.key for one in changes.values()})
    events = [_event(changes[number], profile, how, known.get(changes[number].key)) for number, _, profile, how in rows]
    write(workspace=workspace, events=events, now=now)
    for number, person, _, _ in rows:
        changes[number].told_to = person
        changes[number].people += 1
    going_on = rows[-1][0] if len(rows) == PEOPLE_AT_ONCE else None
    done = True
    for number, one in changes.items():  # in the order in which people were looked for
        done = done and number != going_on
        if done:
            one.told_at = now
    ProductChange._rows.bulk_update(changes.values(), ["told_to", "people", "told_at"])
    return len(rows) + len(changes)


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
