"""Handing each plan file to the room it belongs to."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from duologue.brand.book import actions as book
from duologue.brand.book.queries import missing_logo
from duologue.brand.book.rules import read_book
from duologue.brand.catalogue.actions import import_products
from duologue.brand.personas.actions import take_persona
from duologue.cli.plans import accepted, catalogue, drafts, endpoints, singles
from duologue.engage.care.actions import save_care
from duologue.engage.channels.actions import RelayRefused, save_relay
from duologue.engage.conversations.models import Team
from duologue.engage.messages.actions import save_message
from duologue.engage.perks.models import PoolCode
from duologue.engage.runs.moving import put_occasion_in_force
from duologue.engage.sites.actions import save_site
from duologue.engage.sites.rules.page import read_site
from duologue.engage.webhooks.actions import save_webhook
from duologue.kit.pipeline import Refused
from duologue.kit.yaml import Mistake, Mistakes, read_yaml
from duologue.people.consent.actions import save_purpose, save_topic
from duologue.people.retention.actions import set_retention
from duologue.people.retention.rules import read_retention
from duologue.platform.database import versions
from duologue.platform.workspaces.hosts import set_hosts
from duologue.strategize.campaigns.actions import take_campaign
from duologue.strategize.dialogues import surveys
from duologue.strategize.guardrails.actions import take_guardrails
from duologue.strategize.offers import actions as offers
from duologue.strategize.offers.models import Offer
from duologue.strategize.offers.queries import current as current_offer
from duologue.strategize.placements.actions import take_placement
from duologue.strategize.segments.actions import save_segment

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from duologue.cli.plans.folder import PlanText
    from duologue.platform.workspaces.models import Workspace


@dataclass(slots=True, frozen=True)
class Room:
    """Where files are handed in."""

    workspace: Workspace
    now: datetime
    by: str = "command line"


def hand_in(room: Room, file: PlanText) -> str:
    """Put what a file describes in force and say what that was ("message hello, version 2"); raises Mistakes.

    Dialogues in force are not handed in here: they pin what the others have made.
    """
    return _ROOMS[file.kind](room, file)


def _logo(room: Room, file: PlanText) -> str:
    try:
        made = book.save_logo(workspace=room.workspace, name=file.path, raw=file.content, now=room.now)
    except Refused as refusal:
        raise Mistakes([Mistake(file.path, 1, refusal.sentence)]) from None
    return f"logo, {made.width} by {made.height} pixels"


def _brand(room: Room, file: PlanText) -> str:
    read = read_book(file.text, file.path)
    if field := missing_logo(room.workspace, read):
        line = read_yaml(file.text, file.path).line(("look", field))
        raise Mistakes([Mistake(file.path, line, f"There is no {getattr(read.look, field)}; put it beside this file.")])
    version = book.save_book(workspace=room.workspace, book=read, now=room.now, source=file.text, by=room.by)
    return f"brand book, version {version.number}"


def _purposes(room: Room, file: PlanText) -> str:
    found = singles.read_purposes(file.text, file.path)
    for name, said in found.items():
        save_purpose(workspace=room.workspace, name=name, **said)
    return f"purposes {', '.join(found)}"


def _topics(room: Room, file: PlanText) -> str:
    found = singles.read_topics(file.text, file.path)
    for name, said in found.items():
        save_topic(workspace=room.workspace, name=name, **said)
    return f"topics {', '.join(found)}"


def _teams(room: Room, file: PlanText) -> str:
    found = singles.read_teams(file.text, file.path)
    for name, emails in found.items():
        Team.within(room.workspace).update_or_create(workspace=room.workspace, name=name, defaults={"emails": emails})
    return f"teams {', '.join(found)}"


def _channels(room: Room, file: PlanText) -> str:
    relays = singles.read_relays(file.text, file.path)
    for relay in relays:
        try:
            save_relay(
                workspace=room.workspace,
                name=relay.name,
                kind=relay.kind,
                channel=relay.channel,
                settings=relay.settings,
                is_test=relay.is_test,
                weight=relay.weight,
                is_enabled=relay.is_enabled,
            )
        except RelayRefused as refusal:
            line = read_yaml(file.text, file.path).line((relay.name,))
            raise Mistakes([Mistake(file.path, line, str(refusal))]) from None
    return f"relays {', '.join(relay.name for relay in relays)}"


def _guardrails(room: Room, file: PlanText) -> str:
    version = take_guardrails(workspace=room.workspace, source=file.text, now=room.now, file=file.path)
    return f"guardrails, version {version.number}"


def _retention(room: Room, file: PlanText) -> str:
    set_retention(workspace=room.workspace, retention=read_retention(file.text, file.path), now=room.now)
    return "retention"


def _webhooks(room: Room, file: PlanText) -> str:
    found = singles.read_webhooks(file.text, file.path)
    says = []
    for name, said in found.items():
        if "events" not in said:
            save_webhook(workspace=room.workspace, name=name, **said)
            says.append(name)
            continue
        try:
            says.append(endpoints.put_in_force(room.workspace, name, said, room.now))
        except Refused as refusal:
            line = read_yaml(file.text, file.path).line((name,))
            raise Mistakes([Mistake(file.path, line, refusal.sentence)]) from None
    return f"webhooks {', '.join(says)}"


def _care(room: Room, file: PlanText) -> str:
    care = save_care(workspace=room.workspace, source=file.text, now=room.now, file=file.path)
    return f"care with {len(care.targets)} target times and {len(care.answers)} ready answers"


def _hosts(room: Room, file: PlanText) -> str:
    found = singles.read_hosts(file.text, file.path)
    try:
        set_hosts(workspace=room.workspace, hosts=found)
    except Refused as refusal:
        line = read_yaml(file.text, file.path).line((refusal.reason,))
        raise Mistakes([Mistake(file.path, line, str(refusal))]) from None
    return f"hosts {', '.join(found)}" if found else "no host of its own"


def _products(room: Room, file: PlanText) -> str:
    refused: list[tuple[int, Refused]] = []
    try:
        lines = io.StringIO(file.text, newline="")
        read, _ = import_products(workspace=room.workspace, lines=lines, now=room.now, refuse=refused.extend)
    except Refused as refusal:
        raise Mistakes([Mistake(file.path, 1, str(refusal))]) from None
    if refused:
        raise Mistakes(Mistake(file.path, line, str(refusal)) for line, refusal in refused)
    return f"{read} products"


def _persona(room: Room, file: PlanText) -> str:
    version = take_persona(workspace=room.workspace, name=file.name, source=file.text, now=room.now, file=file.path)
    return f"persona {file.name}, version {version.number}"


def _campaign(room: Room, file: PlanText) -> str:
    version = take_campaign(workspace=room.workspace, name=file.name, source=file.text, now=room.now, file=file.path)
    return f"campaign {file.name}, version {version.number}"


def _placement(room: Room, file: PlanText) -> str:
    version = take_placement(workspace=room.workspace, name=file.name, source=file.text, now=room.now, file=file.path)
    return f"placement {file.name}, version {version.number}"


def _occasion(room: Room, file: PlanText) -> str:
    version = put_occasion_in_force(workspace=room.workspace, name=file.name, source=file.text, now=room.now, file=file.path)
    return f"occasion {file.name}, version {version.number}"


def _segment(room: Room, file: PlanText) -> str:
    segment = save_segment(workspace=room.workspace, name=file.name, source_yaml=file.text, now=room.now, file=file.path)
    return f"segment {segment.name}"


def _offer(room: Room, file: PlanText) -> str:
    version = offers.take_offer(workspace=room.workspace, name=file.name, source=file.text, now=room.now, file=file.path)
    return f"offer {file.name}, version {version.number}"


def _pool(room: Room, file: PlanText) -> str:
    """Add the codes of a pool, one on each line, to the offer whose `code` names this file; known codes are left alone."""
    offer = _offer_with_pool(room, file)
    codes = list(dict.fromkeys(code for line in file.text.splitlines() if (code := line.split(",")[0].strip()) and code != "code"))
    if too_long := next((code for code in codes if len(code) > 40), None):
        raise Mistakes([Mistake(file.path, codes.index(too_long) + 1, f"The code {too_long[:12]!r}… is longer than 40 letters.")])
    rows = [PoolCode(workspace=room.workspace, offer=offer, code=code) for code in codes]
    PoolCode.within(room.workspace).bulk_create(rows, ignore_conflicts=True, batch_size=5000)
    return f"{len(codes)} codes for {offer.name}"


def _offer_with_pool(room: Room, file: PlanText) -> Offer:
    for offer in Offer.within(room.workspace):
        designed = current_offer(room.workspace, offer.name)
        code = designed.code if designed else None
        if isinstance(code, dict) and code.get("pool") in {file.name, file.path}:
            return offer
    raise Mistakes([Mistake(file.path, 1, f"No offer takes its codes from here; an offer says `code: {{pool: {file.name}}}`.")])


def _survey(room: Room, file: PlanText) -> str:
    version = surveys.take_survey(workspace=room.workspace, name=file.name, source=file.text, now=room.now, file=file.path)
    return f"survey {file.name}, version {version.number}"


def _message(room: Room, file: PlanText) -> str:
    version = save_message(workspace=room.workspace, name=file.name, source=file.text, now=room.now, file=file.path)
    return f"message {file.name}, version {version.number}"


def _site(room: Room, file: PlanText) -> str:
    versions.named(file.text, read_site(file.text, file.path).site, file.name, "site", file.path)
    version = save_site(workspace=room.workspace, source=file.text, now=room.now, file=file.path)
    return f"site {file.name}, version {version.number}"


_ROOMS: dict[str, Callable[[Room, PlanText], str]] = {
    "logo": _logo,
    "brand": _brand,
    "purposes": _purposes,
    "topics": _topics,
    "teams": _teams,
    "channels": _channels,
    "guardrails": _guardrails,
    "retention": _retention,
    "webhooks": _webhooks,
    "care": _care,
    "hosts": _hosts,
    "products": _products,
    "feeds": catalogue.hand_in_feeds,
    "watch": catalogue.hand_in_watch,
    "wording": accepted.hand_in,
    "persona": _persona,
    "campaign": _campaign,
    "placement": _placement,
    "occasion": _occasion,
    "segment": _segment,
    "offer": _offer,
    "pool": _pool,
    "survey": _survey,
    "message": _message,
    "site": _site,
    "site draft": drafts.hand_in_site,
    "dialogue draft": drafts.hand_in_dialogue,
}
