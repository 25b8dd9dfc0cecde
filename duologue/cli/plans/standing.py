"""Plan files of what is kept in tables and changed elsewhere too, as they would have to read now; the text itself where it does.

What was changed elsewhere is written down by `dump`, and is no reason for `apply` to put an unchanged file in force again: a relay
that was left out stays so, and a shop's stock is not set back.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Q

from duologue.brand.catalogue.models import Product
from duologue.brand.catalogue.rules import NAMES, NewProduct, products_listed
from duologue.cli.plans import accepted, catalogue, singles
from duologue.engage.channels.models import Relay
from duologue.engage.conversations.models import Team
from duologue.kit.money import major
from duologue.kit.yaml import amended
from duologue.people.consent.queries import purposes, topics

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from duologue.platform.workspaces.models import Workspace

Entry = dict[str, Any]
AS_USUAL: Final = {"channel": "email", "test": False, "weight": 1, "enabled": True, "about": "", "basis": "consent", "shows": False}


def standing(workspace: Workspace, file: str, text: str) -> str:
    """Return how a file would have to read now, given how it was applied ("" where it was not)."""
    return _FILES[file](workspace, text)


def _relays(workspace: Workspace, text: str) -> str:
    given = {one.name: _relay(one) for one in singles.read_relays(text, "channels.yaml")} if text else {}
    stand = {one.name: _relay(one) for one in Relay.within(workspace).order_by("name")}
    return amended(text, {name: _changed(given.get(name), now) for name, now in stand.items()})


def _relay(one: Relay | singles.Relay) -> Entry:
    is_test = one.is_test or one.kind == Relay.Kind.MAILBOX
    return {
        "channel": one.channel,
        "kind": one.kind,
        "test": is_test,
        "weight": max(one.weight, 0),
        "enabled": one.is_enabled,
        **one.settings,
    }


def _purposes(workspace: Workspace, text: str) -> str:
    said = singles.read_purposes(text, "purposes.yaml") if text else {}
    given = {name: {"title": name, "about": "", "basis": "consent", "shows": False} | one for name, one in said.items()}
    stand = {
        name: {"title": one.title, "about": one.about, "basis": one.basis, "shows": one.shows} for name, one in purposes(workspace).items()
    }
    return amended(text, {name: _changed(given.get(name), now) for name, now in stand.items()})


def _topics(workspace: Workspace, text: str) -> str:
    said = singles.read_topics(text, "topics.yaml") if text else {}
    given = {name: {"title": name, "about": ""} | one for name, one in said.items()}
    stand = {name: {"title": one.title, "about": one.about} for name, one in topics(workspace).items()}
    return amended(text, {name: _changed(given.get(name), now) for name, now in stand.items()})


def _teams(workspace: Workspace, text: str) -> str:
    given = singles.read_teams(text, "teams.yaml") if text else {}
    stand = dict(Team.within(workspace).order_by("name").values_list("name", "emails"))
    return amended(text, {name: {"emails": emails} for name, emails in stand.items() if given.get(name) != emails})


def _changed(given: Mapping[str, Any] | None, now: Mapping[str, Any]) -> Entry:
    """Return what is to be written of an entry: of one that is there what differs (None: no longer), of a new one what is not as usual."""
    if given is None:
        return {key: value for key, value in now.items() if key not in AS_USUAL or AS_USUAL[key] != value}
    gone = dict.fromkeys(given.keys() - now.keys())
    return gone | {key: value for key, value in now.items() if given.get(key) != value}


def _products(workspace: Workspace, text: str) -> str:
    """Return the list of products: those of the file, and others that are offered, but for what a feed brings anyway."""
    rows = products_listed(io.StringIO(text, newline=""), workspace.currency) if text else ()
    given = {one.key: one for _, one in rows if isinstance(one, NewProduct)}
    offered = Product.within(workspace).filter(Q(feed="") | Q(key__in=list(given)), gone_at=None).order_by("key")
    out, same, there = io.StringIO(), 0, 0
    written = csv.writer(out, lineterminator="\n")
    written.writerow(NAMES)
    for row in offered.values_list(*NAMES).iterator(5000):
        key, name, price, currency, *rest = row
        one = given.get(key)
        same += one is not None and row == (one.key, one.name, one.price, one.currency, one.stock, one.picture, one.link, one.variant_of)
        written.writerow(
            [key, name, "" if price is None else major(price, currency), currency, *("" if one is None else one for one in rest)]
        )
        there += 1
    return text if same == len(given) == there else out.getvalue()


_FILES: Final[dict[str, Callable[[Workspace, str], str]]] = {
    "channels.yaml": _relays,
    "purposes.yaml": _purposes,
    "topics.yaml": _topics,
    "teams.yaml": _teams,
    "products.csv": _products,
    catalogue.FEEDS: catalogue.feeds_as_they_stand,
    catalogue.WATCH: catalogue.watch_as_it_stands,
    accepted.FILE: accepted.as_it_stands,
}
FILES: Final = tuple(_FILES)
