"""What a webhook changes at once: the catalogue, and people whom the shop is to forget."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from django.db import connection, transaction

from duologue.api.callbacks.shops.told import SAID_AT, UNSURE
from duologue.brand.catalogue.actions import save_products, take_out
from duologue.brand.catalogue.keeping import one_at_a_time
from duologue.brand.catalogue.models import Product
from duologue.brand.catalogue.rules import product_of
from duologue.kit.pipeline import Refused
from duologue.people.identifiers.queries import find
from duologue.people.intake.rules import moment
from duologue.people.privacy.actions import erase
from duologue.people.profiles.queries import persons_of
from duologue.platform.audit.actions import note
from duologue.platform.workspaces.queries import now

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.api.callbacks.shops.told import Told
    from duologue.platform.workspaces.models import Workspace


@transaction.atomic
def keep_products(workspace: Workspace, told: Told, currency: str) -> tuple[int, list[tuple[int, Refused, bytes]]]:
    """Put products into the catalogue and take out those that are gone; return how many changed, and the lines refused with why.

    Prices are in `currency`. A shop may send what it said once more, and in any order: what it said of a product before this was
    taken out is passed over.
    """
    with connection.cursor() as cursor:
        one_at_a_time(cursor, workspace)
    found, refused = [], []
    there = _locked(workspace, {line["key"] for line in told.products})
    for index, line in enumerate(told.products):
        one = there.get(line["key"])
        if one is not None and one.gone_at is not None and _is_before(line[SAID_AT], one.gone_at):
            continue
        unsure = "0" if one is not None and one.stock is not None else ""
        try:
            found.append(product_of({**line, "stock": unsure if line["stock"] == UNSURE else line["stock"]}, currency))
        except Refused as refusal:
            refused.append((index, refusal, msgspec.json.encode(line)))
    changed = save_products(workspace=workspace, products=found, now=now(workspace))
    if told.gone:
        changed += take_out(workspace=workspace, keys=told.gone, now=now(workspace))
    return changed, refused


def _locked(workspace: Workspace, keys: set[str]) -> dict[str, Product]:
    """Return products by key, which nobody else takes out meanwhile."""
    rows = Product.within(workspace).filter(key__in=list(keys)).order_by("key").select_for_update() if keys else []
    return {product.key: product for product in rows}


def _is_before(said_at: str, gone_at: datetime) -> bool:
    """Say whether something was said before a product was gone; not where it is unknown when."""
    try:
        return moment(said_at) < gone_at
    except Refused:
        return False


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
