"""Fetching product feeds: what is broken, cut off or half empty changes nothing, and is said."""

from __future__ import annotations

import re
import tempfile
import zlib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import IO, TYPE_CHECKING, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction

from duologue.brand.catalogue.keeping import COLUMNS, TYPES, merge
from duologue.brand.catalogue.models import Feed, Product
from duologue.brand.catalogue.shapes import Broken, products_in
from duologue.kit.pipeline import Refused
from duologue.platform.database import rows
from duologue.platform.database.blocks import NOTHING
from duologue.platform.outbound.calling import PORTS, NotAllowed
from duologue.platform.outbound.fetching import TooLarge, fetch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from duologue.brand.catalogue.rules import NewProduct
    from duologue.platform.outbound.fetching import Fetched
    from duologue.platform.workspaces.models import Workspace

NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,38}")
LEAST_EVERY, MOST_EVERY = timedelta(minutes=15), timedelta(days=7)
SOON: Final = timedelta(hours=1)  # when what went wrong is tried again, where it is not due before
MOST_FETCHED, MOST_UNPACKED = 128 * 1024**2, 1024**3
SECONDS: Final = 300.0
MOST_SHOWN: Final = 100
FEW: Final = 20  # products; a feed that had no more may shrink as it likes
CHUNK: Final = 64 * 1024
STAGE: Final = (
    f"CREATE TEMP TABLE feed_line (line int, {', '.join(f'{c} {t}' for c, t in zip(COLUMNS, TYPES, strict=True))}) ON COMMIT DROP"
)
EACH_ONCE: Final = f"SELECT DISTINCT ON (key) {', '.join(COLUMNS)} FROM feed_line WHERE name IS NOT NULL ORDER BY key, line DESC"
"""The products; a line without a name is the key of one that was refused."""


@dataclass(slots=True)
class Taken:
    """What a feed brought: products read and changed, those gone since, and lines refused (the first of them with why).

    `sale_turns_at` is when the first of its sales begins or ends.
    """

    products: int = 0
    changed: int = 0
    gone: int = 0
    refused_count: int = 0
    refused: list[list[int | str]] = field(default_factory=list)
    sale_turns_at: datetime | None = None


def save_feed(*, workspace: Workspace, name: str, address: str, every: timedelta, now: datetime) -> Feed:
    """Fetch products from an address from now on, or change how; due at once. Raises Refused."""
    if not NAME.fullmatch(name):
        raise Refused("no name", f"{name!r} is no name for a feed; take small letters, digits and dashes.")
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme not in PORTS or not host or len(address) > 1000 or not address.isprintable() or " " in address:
        raise Refused("no address", "The address of a feed begins with https:// and has no spaces.")
    if parts.scheme == "http" and not settings.WEBHOOKS_PRIVATE:
        raise Refused("no address", "The address of a feed begins with https://; http:// needs DUOLOGUE_WEBHOOKS_PRIVATE.")
    if not LEAST_EVERY <= every <= MOST_EVERY:
        raise Refused("out of bounds", "A feed is fetched every 15 minutes to 7 days.")
    minutes = int(every.total_seconds() // 60)
    row, _ = Feed.within(workspace).update_or_create(
        workspace=workspace, name=name, defaults={"address": address, "every": minutes, "next_at": now, "etag": "", "modified": ""}
    )
    return row


@transaction.atomic
def forget_feed(*, workspace: Workspace, name: str) -> bool:
    """Fetch a feed no longer; say whether there was one. Its products stay."""
    Product.within(workspace).filter(feed=name, gone_at=None).update(feed="")
    return bool(Feed.within(workspace).filter(name=name).delete()[0])


def fetch_feed(*, workspace: Workspace, name: str, now: datetime, half_empty_is_fine: bool = False) -> Feed:
    """Fetch a feed and take it in, all of it or nothing; return the feed with what came of it. Raises Feed.DoesNotExist.

    It is put off before it is fetched, so that one at which the program fails or is killed does not keep others waiting.
    """
    feed = Feed.within(workspace).get(name=name)
    feed.tried_at, feed.trouble, feed.unchanged = now, "", False
    every = timedelta(minutes=feed.every)
    feed.next_at = now + min(every, SOON)
    Feed.within(workspace).filter(pk=feed.pk, address=feed.address).update(tried_at=now, next_at=feed.next_at)
    try:
        _fetch(workspace, feed, now, half_empty_is_fine=half_empty_is_fine)
    except Refused as refusal:
        feed.trouble = str(refusal)[:400]
    else:
        feed.next_at = now + every
    Feed.within(workspace).filter(pk=feed.pk, address=feed.address).update(
        **{name.attname: getattr(feed, name.attname) for name in Feed._meta.concrete_fields if name.attname not in KEPT}
    )
    return feed


KEPT: Final = frozenset({"id", "workspace_id", "name", "address", "every"})


def _fetch(workspace: Workspace, feed: Feed, now: datetime, *, half_empty_is_fine: bool) -> None:
    asked = {"accept": "application/rss+xml, application/atom+xml, application/xml, text/xml", "accept-encoding": "gzip"}
    if not half_empty_is_fine and (feed.sale_turns_at is None or feed.sale_turns_at > now):
        known = {"if-none-match": feed.etag, "if-modified-since": feed.modified}
        asked |= {name: value for name, value in known.items() if value}
    with tempfile.TemporaryFile() as file:
        came = _get(feed.address, asked, file)
        if came.status == 304:
            feed.unchanged = True
            return
        if came.status != 200:
            raise Refused("not answered", f"The address answered {came.status} instead of the feed.")
        file.seek(0)
        taken = take_feed(workspace=workspace, feed=feed, file=file, now=now, half_empty_is_fine=half_empty_is_fine)
    feed.taken_at = now
    feed.etag, feed.modified = came.headers.get("etag", "")[:300], came.headers.get("last-modified", "")[:100]
    for name in ("products", "changed", "gone", "refused_count", "refused", "sale_turns_at"):
        setattr(feed, name, getattr(taken, name))


def _get(address: str, headers: dict[str, str], file: IO[bytes]) -> Fetched:
    try:
        return fetch(address, headers, file, most=MOST_FETCHED, seconds=SECONDS, private=settings.WEBHOOKS_PRIVATE)
    except NotAllowed as refusal:
        raise Refused("not allowed", f"The address may not be fetched: {refusal}.") from None
    except TooLarge:
        raise Refused("too large", f"The feed is larger than {MOST_FETCHED // 1024**2} MiB.") from None
    except TimeoutError:
        raise Refused("timeout", f"The feed did not come within {SECONDS:.0f} seconds.") from None
    except (OSError, ValueError) as trouble:
        raise Refused("not answered", f"The feed could not be fetched: {trouble or type(trouble).__name__}.") from None


@transaction.atomic
def take_feed(*, workspace: Workspace, feed: Feed, file: IO[bytes], now: datetime, half_empty_is_fine: bool = False) -> Taken:
    """Take a feed in from a file, plain or gzip: the catalogue has its products afterwards, or is as it was. Raises Refused.

    Products that an earlier one brought and this one lacks are no longer offered; those whose line is refused stay as they are.
    """
    taken = Taken()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.feed_line")
        cursor.execute(STAGE)
        try:
            rows.copy(cursor, f"feed_line (line, {', '.join(COLUMNS)})", _lines(workspace, file, taken, now))
        except (Broken, zlib.error) as mistake:
            raise Refused("broken", f"{_why(mistake)} Nothing was changed.") from None
        cursor.execute("CREATE INDEX ON feed_line (key)")
        cursor.execute("ANALYZE feed_line")
        cursor.execute("SELECT count(DISTINCT key) FROM feed_line WHERE name IS NOT NULL")
        taken.products = cursor.fetchone()[0]
        if not taken.products:
            refused = f" {taken.refused_count} were refused, the first: {taken.refused[0][1]}" if taken.refused else ""
            raise Refused("empty", f"The feed names no product.{refused} Nothing was changed.")
        if feed.products > FEW and taken.products * 2 < feed.products and not half_empty_is_fine:
            raise Refused(
                "half empty",
                f"The feed names {taken.products:,} products, the last one {feed.products:,}. Nothing was changed. If so many have really"
                f" gone, take it all the same: duologue products fetch {feed.name} --even-if-smaller",
            )
        taken.changed = merge(cursor, workspace, EACH_ONCE, {}, feed=feed.name, now=now)
        cursor.execute(
            """UPDATE brand_product p SET gone_at = %s WHERE p.workspace_id = %s AND p.feed = %s AND p.gone_at IS NULL
               AND NOT EXISTS (SELECT FROM feed_line f WHERE f.key = p.key)""",
            (now, workspace.pk, feed.name),
        )
        taken.gone = cursor.rowcount
    return taken


def _why(mistake: Exception) -> str:
    return str(mistake) if isinstance(mistake, Broken) else "The feed is cut off or no gzip."


def _lines(workspace: Workspace, file: IO[bytes], taken: Taken, now: datetime) -> Iterator[tuple[str, ...]]:
    """Yield the feed's products as rows of texts, of those that are refused just the key; count and keep the first of these."""
    for found in products_in(_unpacked(file), currency=workspace.currency, now=now):
        if found.sale_turns_at is not None:
            taken.sale_turns_at = min(found.sale_turns_at, taken.sale_turns_at or found.sale_turns_at)
        if isinstance(found.product, Refused):
            taken.refused_count += 1
            if len(taken.refused) < MOST_SHOWN:
                taken.refused.append([found.line, found.product.sentence])
            if found.key:
                yield (str(found.line), found.key, *[NOTHING] * (len(COLUMNS) - 1))
        else:
            yield (str(found.line), *_cells(found.product))


def _cells(product: NewProduct) -> Iterator[str]:
    for column in COLUMNS:
        value = getattr(product, column)
        yield NOTHING if value is None else str(value)


def _unpacked(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the feed in pieces, unpacked where it is gzip; raises Broken where it is cut off or grows beyond all measure."""
    first = file.read(CHUNK)
    if first[:2] != b"\x1f\x8b":
        while first:
            yield first
            first = file.read(CHUNK)
        return
    inflate, size = zlib.decompressobj(wbits=31), 0
    while first:
        while first:
            piece = inflate.decompress(first, CHUNK)
            size += len(piece)
            if size > MOST_UNPACKED:
                raise Broken(f"The feed is larger than {MOST_UNPACKED // 1024**3} GiB when it is unpacked.")
            yield piece
            first = inflate.unconsumed_tail
            if inflate.eof:
                return
        first = file.read(CHUNK)
    raise Broken("The feed is cut off.")
