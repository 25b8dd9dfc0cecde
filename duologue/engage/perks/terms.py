"""The terms of an offer's version, as the ledger needs them."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db import connection

from duologue.engage.perks.rules import Terms
from duologue.kit.money import read_money
from duologue.strategize.offers.rules import Converts, usual_code

if TYPE_CHECKING:
    from collections.abc import Collection

    from duologue.platform.workspaces.models import Workspace

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


@dataclass(slots=True, frozen=True)
class Offered:
    """One version of an offer, ready to be given."""

    offer: int
    version: int
    name: str
    terms: Terms


def offered(workspace: Workspace, wanted: Collection[tuple[str, int | None]]) -> dict[tuple[str, int | None], Offered]:
    """Return the wanted versions, by (name, number); number None is the current one. Unknown ones are left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT w.name, w.number, o.id, v.id, v.data
               FROM unnest(%s::text[], %s::int[]) AS w (name, number)
               JOIN strategize_offer o ON o.workspace_id = %s AND o.name = w.name
               JOIN strategize_offerversion v ON v.workspace_id = o.workspace_id AND v.offer_id = o.id
                                             AND v.number = coalesce(w.number, o.current)""",
            ([name for name, _ in wanted], [number for _, number in wanted], workspace.pk),
        )
        return {
            (name, number): Offered(offer, version, name, terms_of(json.loads(data), workspace.currency, workspace.timezone))
            for name, number, offer, version, data in cursor.fetchall()
        }


def terms_of(data: dict[str, Any], currency: str, zone: str) -> Terms:
    """Read an offer's JSON; money may be minor units or text, times are days on the workspace's clock."""
    limits, valid = data.get("limits") or {}, data.get("valid") or {}
    kind = str(data.get("kind") or "discount")
    code, shared = _code(data.get("code") or usual_code(kind))
    points = int(data.get("worth") or 0) if kind == "points" else 0
    worth, is_share = (0, False) if kind == "points" else _worth(data.get("worth"), currency)
    cost = data.get("cost")
    converts = (data.get("converts") or {}) if kind == "trial" else None
    return Terms(
        kind=kind,
        says=str(data.get("says") or ""),
        code=code,
        shared=shared,
        worth=worth,
        is_share=is_share,
        share=_share(data.get("worth")) if is_share else 0.0,
        cost=worth if cost is None else _money(cost, currency),
        starts_at=_moment(valid.get("from"), zone, after=False) if isinstance(valid, dict) else None,
        ends_at=_moment(valid.get("to"), zone, after=True) if isinstance(valid, dict) else None,
        lasts=_duration(data.get("lasts")),
        begins=data.get("begins") or "given",
        each=limits.get("each"),
        all=limits.get("all"),
        instead=str(data.get("instead") or ""),
        points=points,
        converts="" if converts is None else str(converts.get("event") or Converts().event),
        converts_within=timedelta(0) if converts is None else _duration(converts.get("within") or Converts().within) or timedelta(0),
        budget=None if limits.get("budget") is None else _money(limits["budget"], currency),
    )


def _code(code: Any) -> tuple[str, str]:
    if isinstance(code, dict):
        return ("shared", str(code["shared"])) if code.get("shared") else ("pool", "")
    return str(code or "none"), ""


def _worth(worth: Any, currency: str) -> tuple[int, bool]:
    if isinstance(worth, dict):
        return _worth(worth.get("minor", worth.get("share")), currency) if "share" not in worth else (0, True)
    if isinstance(worth, str) and worth.strip().endswith("%"):
        return 0, True
    if isinstance(worth, str):
        with contextlib.suppress(ValueError):
            return read_money(worth, currency).minor, False
        return 0, False
    return int(worth or 0), False


def _share(worth: Any) -> float:
    said = str(worth.get("share") if isinstance(worth, dict) else worth).strip().rstrip("%").strip()
    try:
        return float(said.replace(",", "."))
    except ValueError:
        return 0.0


def _money(value: Any, currency: str) -> int:
    if isinstance(value, dict):
        return int(value["minor"])
    return read_money(value, currency).minor if isinstance(value, str) else int(value)


def _duration(value: Any) -> timedelta | None:
    if value is None:
        return None
    if isinstance(value, str):
        return timedelta(seconds=int(value[:-1]) * UNITS[value[-1]])
    return timedelta(seconds=float(value))


def _moment(value: Any, zone: str, *, after: bool) -> datetime | None:
    """Return the instant a day begins (or, `after`, ends) in the zone; instants are taken as they are."""
    if value is None:
        return None
    text = str(value)
    if "T" in text:
        at = datetime.fromisoformat(text)
        return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    day = date.fromisoformat(text) + timedelta(days=1 if after else 0)
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
