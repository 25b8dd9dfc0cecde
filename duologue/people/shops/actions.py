"""Adding and forgetting shops."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from duologue.kit.pipeline import Refused
from duologue.people.consent.queries import purposes
from duologue.people.shops.queries import PLACE, shop
from duologue.people.shops.rules import CURRENCY, KINDS, NAME, Shop
from duologue.platform.secrets.actions import put_secret

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace


def add_shop(
    *, workspace: Workspace, name: str, kind: str, secret: str | None, purpose: str | None = None, currency: str | None = None
) -> Shop:
    """Let a shop send events in, or change what is kept of it; the secret is sealed and never shown. Raises Refused.

    What is None stays as it is; of a shop that is not there yet the secret is needed. An empty purpose or currency is none.
    """
    there = shop(workspace, name) if NAME.fullmatch(name) else None
    before = there if there is not None and there.kind == kind else Shop(kind=kind, secret="")
    secret = before.secret if secret is None else secret
    purpose = before.purpose if purpose is None else purpose
    currency = before.currency if currency is None else currency
    if not NAME.fullmatch(name):
        raise Refused("no name", f"{name!r} is no name for a shop; take small letters, digits and dashes.")
    if kind not in KINDS:
        raise Refused("unknown kind", f"{kind!r} is no kind of shop; there are {', '.join(KINDS)}.")
    if len(secret) < 8:
        raise Refused("no secret", "A shop signs with a secret of at least 8 characters; copy it from the shop's webhook settings.")
    if purpose and kind == "woocommerce":
        raise Refused(
            "no consent", "WooCommerce tells of no marketing consent; leave the purpose out, and ask people by a site or a dialogue."
        )
    if purpose and purpose not in purposes(workspace):
        raise Refused("unknown purpose", f"There is no purpose {purpose!r}; write it into purposes.yaml first.")
    if currency and not CURRENCY.fullmatch(currency):
        raise Refused("no currency", f"{currency!r} is no currency; write its three letters, such as EUR.")
    kept = Shop(kind=kind, secret=secret, purpose=purpose, currency=currency)
    put_secret(workspace, PLACE + name, msgspec.json.encode(kept).decode())
    return kept


def forget_shop(*, workspace: Workspace, name: str) -> bool:
    """Take no more events from a shop; say whether there was one. What it sent stays."""
    known = shop(workspace, name) is not None
    put_secret(workspace, PLACE + name, "")
    return known
