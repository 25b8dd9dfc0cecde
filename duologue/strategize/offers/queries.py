"""Reading offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F

from duologue.strategize.offers import rules
from duologue.strategize.offers.models import OfferVersion

if TYPE_CHECKING:
    from collections.abc import Collection

    from duologue.platform.workspaces.models import Workspace


def current(workspace: Workspace, name: str) -> rules.Offer | None:
    """Return an offer as it is designed now."""
    found = OfferVersion.within(workspace).filter(offer__name=name, number=F("offer__current")).values_list("data", flat=True).first()
    return rules.from_json(found) if found else None


def numbers(workspace: Workspace, names: Collection[str]) -> dict[str, int]:
    """Return the current version's number of each of these offers that there is."""
    rows = OfferVersion.within(workspace).filter(offer__name__in=list(names), number=F("offer__current"))
    return dict(rows.values_list("offer__name", "number"))
