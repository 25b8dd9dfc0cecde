"""An occasion, as written in occasions/NAME.yaml."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from duologue.kit.clock import is_zone, parse_moment, zone_named
from duologue.kit.text import is_web_address
from duologue.kit.typed import as_json, read_typed

if TYPE_CHECKING:
    from duologue.kit.yaml import Document


class Occasion(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Something with a date, a place or a link, and seats. The moments are on the clock of `zone`; empty, on the workspace's."""

    occasion: str
    title: str = ""
    about: str = ""
    campaign: str = ""
    starts_at: str = ""
    ends_at: str = ""
    zone: str = ""
    place: str = ""
    link: str = ""
    seats: int | None = None

    @property
    def name(self) -> str:
        """Return what people read."""
        return self.title or self.occasion.replace("-", " ").capitalize()


def read_occasion(text: str, file: str = "") -> Occasion:
    """Return the occasion a text describes; raises Mistakes."""
    return read_typed(text, file, Occasion, "An occasion", _check)


def to_json(occasion: Occasion) -> dict[str, Any]:
    """Return an occasion as JSON values; what is not said is left out."""
    return as_json(occasion)


def from_json(data: dict[str, Any]) -> Occasion:
    """Return the occasion that `to_json` wrote."""
    return msgspec.convert(data, Occasion)


def told(occasion: Occasion, workspace_zone: str) -> dict[str, Any]:
    """Return what the paths `occasion.…` of dialogues and messages find; its moments as ISO texts with their offset."""
    said = {key: value for key, value in to_json(occasion).items() if key != "occasion"}
    zone = occasion.zone or workspace_zone
    for key in ("starts_at", "ends_at"):
        if (at := parse_moment(said.get(key), zone)) is not None:
            said[key] = at.astimezone(zone_named(zone)).isoformat()
    return {**said, "name": occasion.occasion, "title": occasion.name, "zone": zone}


def _check(document: Document, occasion: Occasion) -> None:
    if occasion.zone and not is_zone(occasion.zone):
        document.refuse(("zone",), f"There is no zone {occasion.zone!r}; write it as in Europe/London.")
        return
    moments = {}
    for key in ("starts_at", "ends_at"):
        if written := getattr(occasion, key):
            moments[key] = parse_moment(written, occasion.zone or "UTC")
            if moments[key] is None:
                document.refuse((key,), f'{written!r} is no day and time; write it as in "2026-05-12 18:00".')
    begins, ends = moments.get("starts_at"), moments.get("ends_at")
    if begins and ends and ends <= begins:
        document.refuse(("ends_at",), "The occasion ends before it begins.")
    if occasion.ends_at and not occasion.starts_at:
        document.refuse(("ends_at",), "An occasion that ends also begins: give `starts_at`.")
    if occasion.link and not is_web_address(occasion.link):
        document.refuse(("link",), "`link` is the address of a page, as in https://shop.example/tasting.")
    if occasion.seats is not None and occasion.seats < 1:
        document.refuse(("seats",), "`seats` is a number from 1 up; without it there is no limit.")
