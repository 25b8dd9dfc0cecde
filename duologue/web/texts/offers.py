"""An offer that is being written: its terms, and how it is worded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db.models import F

from duologue.brand.book.queries import current as current_book
from duologue.brand.wording.queries import reading
from duologue.kit.yaml import canonical
from duologue.strategize.offers.actions import read_named, take_offer
from duologue.strategize.offers.models import OfferVersion
from duologue.strategize.offers.rules import to_json
from duologue.strategize.offers.worded import wording

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

BEGINNING: Final = """offer: thank-you
kind: discount
about: For those who told us something
says: Ten per cent off your next order.
worth: 10%
lasts: 14d
limits: {each: 1}
"""
INSERTS: Final = (
    ("how many each may have, and all together", "limits: {each: 1, all: 500}"),
    ("what all of it may cost", "limits: {each: 1, budget: 800 GBP}"),
    ("days on which it holds", "valid: {from: 2027-01-01, to: 2027-01-31}"),
    ("codes of your own", "code: {pool: spring.txt, warn_at: 50}"),
    ("one code for all", "code: {shared: SPRING}"),
)


def text(workspace: Workspace, name: str) -> str | None:
    """Return an offer's text; None where there is none of this name."""
    kept = OfferVersion.within(workspace).filter(offer__name=name, number=F("offer__current")).first()
    return (kept.source or canonical({"offer": name, **kept.data})) if kept else None


def shown(workspace: Workspace, name: str, source: str) -> dict[str, Any]:
    """Return an offer's terms with how it is worded. Raises Mistakes."""
    offer = read_named(source, name)
    path = f"offers/{name}.yaml"
    return {
        "terms": {key: value for key, value in to_json(offer).items() if key != "offer"},
        "wording": reading(workspace, path, wording(offer, current_book(workspace), workspace.locale)) if offer.says else None,
        "path": path,
    }


def keep(workspace: Workspace, name: str, source: str, now: datetime) -> int:
    """Keep an offer; return its version's number. Raises Mistakes."""
    return take_offer(workspace=workspace, name=name, source=source, now=now).number
