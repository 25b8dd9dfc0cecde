"""Keeping offers in versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from duologue.platform.database import versions
from duologue.strategize.offers import rules
from duologue.strategize.offers.models import Offer, OfferVersion

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


def take_offer(*, workspace: Workspace, name: str, source: str, now: datetime, file: str = "") -> OfferVersion:
    """Put in force what a text says of an offer. Raises Mistakes."""
    return save_offer(workspace=workspace, offer=read_named(source, name, file), now=now, source=source)


def read_named(source: str, name: str, file: str = "") -> rules.Offer:
    """Return the offer that a text describes, which must call itself by this name. Raises Mistakes."""
    offer = rules.read_offer(source, file)
    versions.named(source, offer.offer, name, "offer", file)
    return offer


@transaction.atomic
def save_offer(*, workspace: Workspace, offer: rules.Offer, now: datetime, source: str = "") -> OfferVersion:
    """Keep an offer as a new version; the same again gives the version there is. What was given stays as it was given."""
    row, _ = Offer.within(workspace).select_for_update().get_or_create(workspace=workspace, name=offer.offer)
    data = rules.to_json(offer)
    newest = OfferVersion.within(workspace).filter(offer=row).order_by("-number").first()
    if newest is not None and newest.data == data:
        if source and newest.source != source:
            newest.source = source
            newest.save(update_fields=["source"])
        return newest
    number = newest.number + 1 if newest else 1
    version = OfferVersion(workspace=workspace, offer=row, number=number, data=data, source=source, since=now)
    version.save()
    Offer.within(workspace).filter(pk=row.pk).update(current=version.number)
    return version
