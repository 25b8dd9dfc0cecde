"""What a webhook changes at once: the catalogue, and people whom the shop is to forget."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from django.db import transaction

from duologue.api.callbacks.shops.told import UNSURE
from duologue.brand.catalogue.actions import save_products, take_out
from duologue.brand.catalogue.queries import products
from duologue.brand.catalogue.rules import product_of
from duologue.kit.pipeline import Refused
from duologue.people.identifiers.queries import find
from duologue.people.privacy.actions import erase
from duologue.people.profiles.queries import persons_of
from duologue.platform.audit.actions import note
from duologue.platform.workspaces.queries import now

if TYPE_CHECKING:
    from duologue.api.callbacks.shops.told import Told
    from duologue.platform.workspaces.models import Workspace


def keep_products(workspace: Workspace, told: Told, currency: str) -> tuple[int, list[tuple[int, Refused, bytes]]]:
    """Put products into the catalogue and take out those that are gone; return how many changed, and the lines refused with why.

    Prices are in `currency`.
    """
    found, refused = [], []
    unsure = {line["key"] for line in told.products if line["stock"] == UNSURE}
    counted = {key for key, one in products(workspace, unsure).items() if one.stock is not None} if unsure else set()
    for index, line in enumerate(told.products):
        stock = line["stock"] if line["stock"] != UNSURE else "0" if line["key"] in counted else ""
        try:
            found.append(product_of({**line, "stock": stock}, currency))
        except Refused as refusal:
            refused.append((index, refusal, msgspec.json.encode(line)))
    changed = save_products(workspace=workspace, products=found, now=now(workspace))
    if told.gone:
        changed += take_out(workspace=workspace, keys=told.gone, now=now(workspace))
    return changed, refused


@transaction.atomic
def forget(workspace: Workspace, told: Told, shop: str) -> int:
    """Erase the person whom the shop was asked to forget, known by its number or else by address; return how many there were."""
    who = told.forgotten
    if who is None:
        return 0
    known = (("external", who.user_id), ("email", who.email), ("phone", who.phone))
    profile = next((found for kind, value in known if value and (found := find(workspace, kind, value)) is not None), None)
    if profile is None:
        return 0
    person = persons_of(workspace, [profile])[profile]
    erase(workspace=workspace, person=person, now=now(workspace))
    note(workspace, f"shop {shop}", "erase person", str(person))
    return 1
