"""Keeping offers in versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from duologue.strategize.offers import rules
from duologue.strategize.offers.models import Offer, OfferVersion

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


@transaction.atomic
def save_offer(*, workspace: Workspace, offer: rules.Offer, now: datetime) -> OfferVersion:
    """Keep an offer as a new version; the same again gives the version there is. What was given stays as it was given."""
    row, _ = Offer.within(workspace).select_for_update().get_or_create(workspace=workspace, name=offer.offer)
    data = rules.to_json(offer)
    newest = OfferVersion.within(workspace).filter(offer=row).order_by("-number").first()
    if newest is not None and newest.data == data:
        return newest
    version = OfferVersion(workspace=workspace, offer=row, number=newest.number + 1 if newest else 1, data=data, since=now)
    version.save()
    Offer.within(workspace).filter(pk=row.pk).update(current=version.number)
    return version
