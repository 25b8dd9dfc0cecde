"""One mail that came in: understood, and everything it means written down in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from duologue.engage.channels.email.incoming import Incoming, understand
from duologue.engage.channels.email.incoming.intents import words_of
from duologue.engage.conversations.leaving import withdraw
from duologue.engage.conversations.origin import Origin, origin_of
from duologue.engage.conversations.replies import NewReply, take_in_reply
from duologue.engage.messages.actions import note_outcome
from duologue.kit.pipeline import Refused
from duologue.people.consent.actions import suppress
from duologue.people.consent.queries import erased
from duologue.people.identifiers.actions import NewIdentifier, attach, one_at_a_time
from duologue.people.identifiers.queries import find
from duologue.people.identifiers.rules import normalise
from duologue.people.intake.queries import receiving
from duologue.people.profiles.actions import add
from duologue.people.profiles.queries import persons_of
from duologue.people.timeline import actions as timeline
from duologue.people.timeline import names
from duologue.people.timeline.actions import NewEvent
from duologue.platform.workspaces.models import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

CHANNEL = "email"


@dataclass(slots=True, frozen=True)
class Taken:
    """What became of a mail: `done` is entered, bounced, spam_reported, confirmed, or why nothing was written."""

    incoming: Incoming
    done: str
    conversation: int | None = None


def workspace_for(raw: bytes, envelope: Iterable[str] = ()) -> Workspace | None:
    """Return the workspace whose delivery a mail belongs to, by its signed token; None where it carries none."""
    ref = understand(raw, envelope=envelope).delivery
    return Workspace.objects.filter(pk=ref.workspace_id).first() if ref else None


@transaction.atomic
def take_in_mail(*, workspace: Workspace, raw: bytes, now: datetime, envelope: Iterable[str] = ()) -> Taken:
    """Understand a mail and write down what it means. Taking in the same mail again changes nothing."""
    incoming = understand(raw, envelope=envelope)
    receiving(workspace)
    ref = incoming.delivery
    origin = origin_of(workspace, ref.delivery_id) if ref and ref.workspace_id == workspace.pk else None
    if origin is None and ref and ref.workspace_id == workspace.pk and incoming.kind in {"bounce", "spam_report"}:
        about = origin_of(workspace, ref.delivery_id, about=True)
        return Taken(incoming, _came_back(workspace, incoming, about, now) if about else "no delivery of ours")
    if incoming.kind == "bounce":
        return Taken(incoming, _bounced(workspace, incoming, origin, now))
    if incoming.kind == "spam_report":
        return Taken(incoming, _spam_reported(workspace, origin, now))
    if incoming.kind == "delivery_notice":
        return Taken(incoming, _confirmed(workspace, incoming, origin, now))
    if incoming.kind == "auto_reply" or incoming.reason:
        return Taken(incoming, "no answer of a person")
    return _replied(workspace, incoming, origin, now)


def _replied(workspace: Workspace, incoming: Incoming, origin: Origin | None, now: datetime) -> Taken:
    profile = origin.profile if origin else _profile_of(workspace, incoming.sender, now)
    if profile is None:
        return Taken(incoming, "no sender")
    reply = NewReply(
        person=origin.person if origin else persons_of(workspace, [profile])[profile],
        profile=profile,
        channel=CHANNEL,
        text=incoming.text or incoming.subject,
        intent=incoming.intent,
        words=words_of(incoming.text),
        subject=incoming.subject,
        message_ref=incoming.message_id,
    )
    conversation = take_in_reply(workspace=workspace, reply=reply, origin=origin, now=now)
    return Taken(incoming, "entered" if conversation else "taken in before", conversation)


def _profile_of(workspace: Workspace, sender: str, now: datetime) -> int | None:
    """Return the profile that writes from this address, making one for a newcomer; None where the address cannot be kept."""
    try:
        address = normalise("email", sender, workspace.country)
    except Refused:
        return None
    one_at_a_time(workspace)
    known = find(workspace, "email", address)
    if known is not None or erased(workspace, [("email", address)]):
        return known
    profile = add(workspace=workspace, seen_at=[now])[0]
    attach(workspace=workspace, identifiers=[NewIdentifier(profile, "email", address, sender)], now=now)
    return profile


def _came_back(workspace: Workspace, incoming: Incoming, about: Origin, now: datetime) -> str:
    """Use the address of a parent or a colleague no more. They speak for themselves, and not for the person they were told of."""
    reason = "spam_report" if incoming.kind == "spam_report" else "hard_bounce" if incoming.severity == "hard" else ""
    if reason and about.address:
        suppress(workspace=workspace, channel=CHANNEL, addresses=[about.address], reason=reason, now=now)
    kind = "reported" if incoming.kind == "spam_report" else "bounced"
    if not note_outcome(workspace=workspace, deliveries=[about.delivery], kind=kind, at=now):
        return "taken in before"
    return "spam_reported" if kind == "reported" else "bounced"


def _bounced(workspace: Workspace, incoming: Incoming, origin: Origin | None, now: datetime) -> str:
    """Only a bounce that carries our token is believed: anyone can send one in anyone's name."""
    if origin is None:
        return "no delivery of ours"
    if incoming.severity == "hard" and origin.address:
        suppress(workspace=workspace, channel=CHANNEL, addresses=[origin.address], reason="hard_bounce", now=now)
    if not note_outcome(workspace=workspace, deliveries=[origin.delivery], kind="bounced", at=now) and origin.bounced_at:
        return "taken in before"
    _tell(workspace, origin, names.MESSAGE_BOUNCED, {"severity": incoming.severity, "reason": incoming.reason}, now)
    return "bounced"


def _spam_reported(workspace: Workspace, origin: Origin | None, now: datetime) -> str:
    if origin is None:
        return "no delivery of ours"
    new = not origin.address or suppress(workspace=workspace, channel=CHANNEL, addresses=[origin.address], reason="spam_report", now=now)
    if not new:
        return "taken in before"
    note_outcome(workspace=workspace, deliveries=[origin.delivery], kind="reported", at=now)
    withdraw(workspace=workspace, person=origin.person, profile=origin.profile, channel=CHANNEL, source="spam report", now=now)
    _tell(workspace, origin, names.SPAM_REPORTED, {}, now)
    return "spam_reported"


def _confirmed(workspace: Workspace, incoming: Incoming, origin: Origin | None, now: datetime) -> str:
    if origin is None or incoming.reason != "delivered":
        return "nothing to note"
    if not note_outcome(workspace=workspace, deliveries=[origin.delivery], kind="confirmed", at=now):
        return "taken in before"
    _tell(workspace, origin, names.MESSAGE_CONFIRMED, {}, now)
    return "confirmed"


def _tell(workspace: Workspace, origin: Origin, name: str, more: dict[str, str | None], now: datetime) -> None:
    event = NewEvent(origin.profile, now, name, {**origin.properties, **more}, run_id=origin.run, delivery_id=origin.delivery)
    timeline.write(workspace=workspace, events=[event], now=now)
