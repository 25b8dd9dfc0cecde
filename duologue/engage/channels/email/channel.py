"""E-mail as a channel: letters become messages, are signed, shared out over the workspace's relays and handed over."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings

from duologue.engage.channels import journal, queries
from duologue.engage.channels.actions import rest_relay
from duologue.engage.channels.email import dkim, mailbox
from duologue.engage.channels.email.mime import Mail, build
from duologue.engage.channels.email.services import carrier_of_host
from duologue.engage.channels.email.smtp import Way
from duologue.engage.channels.email.wire import Handed, Share, wire
from duologue.engage.channels.models import Relay
from duologue.engage.channels.protocol import Letter, Outcome
from duologue.platform.secrets.queries import get_secret

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

SENDABLE = re.compile(r"[^\s<>\x00-\x20\x7f-\x9f]{1,64}@[A-Za-z0-9.\[\]:_-]{1,255}")
REST = timedelta(minutes=1)
LEAVE_WITHIN = 8.0  # seconds; with the two that a batch may wait for its turn, ten, and what has not left passes the gate again
SPREAD = 2654435761  # a multiplier that scatters consecutive numbers (Knuth)


class Email:
    """Hands letters to the workspace's relays."""

    name = "email"
    address_kind = "email"

    def ready_at(self, *, workspace: Workspace, now: datetime) -> datetime | None:
        """Return the first moment from `now` on at which a relay is awake, or None if there is none."""
        relays = queries.usable_relays(workspace, self.name)
        if not relays:
            return None
        return min(max(relay.resting_until or now, now) for relay in relays)

    def send(self, *, workspace: Workspace, letters: Sequence[Letter], now: datetime) -> list[Outcome]:
        """Hand letters over; what one relay in trouble did not take goes to the others."""
        open_ = [letter for letter in letters if _is_sendable(letter)]
        going = {letter.delivery for letter in open_}
        outcomes = [Outcome(letter.delivery, "failed", code="bad_address") for letter in letters if letter.delivery not in going]
        signing: dict[str, dkim.Key | None] = {}
        relays = queries.awake_relays(workspace, self.name, now)
        while open_ and relays:
            shares = _shared_out(open_, relays)
            open_ = []
            for relay, handed in _handed(workspace, shares, signing, now):
                outcomes += handed.outcomes
                open_ += [mail.letter for mail in handed.left]
                if handed.trouble:
                    rest_relay(workspace=workspace, name=relay.name, until=now + REST, trouble=handed.trouble)
                    relays = [one for one in relays if one.pk != relay.pk]
                elif relay.trouble:
                    rest_relay(workspace=workspace, name=relay.name, until=None, trouble="")
        return outcomes + [Outcome(letter.delivery, "deferred", code="no_relay", text="No relay took it.") for letter in open_]

    def look_up(self, *, workspace: Workspace, deliveries: Sequence[tuple[int, int, str]]) -> dict[int, Outcome]:
        """Read the journals of senders that are gone; what a mailbox kept was accepted."""
        found = journal.look_up(list(deliveries))
        for delivery in mailbox.kept(workspace, list(found)):
            found[delivery] = Outcome(delivery, "accepted", code="250", text="kept")
        return found


def _is_sendable(letter: Letter) -> bool:
    try:
        return SENDABLE.fullmatch(_in_ascii(letter.recipient)) is not None
    except UnicodeError:
        return False


def _in_ascii(address: str) -> str:
    """Return an address with its domain as the DNS knows it (IDNA)."""
    if address.isascii():
        return address
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.encode('idna').decode()}"


def _shared_out(letters: Sequence[Letter], relays: Sequence[Relay]) -> list[tuple[Relay, list[Letter]]]:
    """Share letters out by the relays' weights, the same letter always the same way."""
    places = [relay for relay in relays for _ in range(min(relay.weight, 100))]
    shares: dict[int, list[Letter]] = {relay.pk: [] for relay in relays}
    for letter in letters:
        shares[places[(letter.delivery * SPREAD >> 16) % len(places)].pk].append(letter)
    return [(relay, shares[relay.pk]) for relay in relays if shares[relay.pk]]


def _handed(
    workspace: Workspace, shares: Sequence[tuple[Relay, list[Letter]]], signing: dict[str, dkim.Key | None], now: datetime
) -> list[tuple[Relay, Handed]]:
    done: list[tuple[Relay, Handed]] = []
    for_wire: list[tuple[Relay, Share]] = []
    for relay, letters in shares:
        replies, carrier = relay.settings.get("reply_domain", ""), _carrier(relay)
        mails = [_mail(workspace, letter, signing, replies=replies, carrier=carrier) for letter in letters]
        if relay.kind == Relay.Kind.MAILBOX:
            done.append((relay, Handed(mailbox.keep(workspace=workspace, relay=relay.name, mails=mails, now=now), [])))
        else:
            for_wire.append((relay, _share(workspace, relay, mails)))
    if for_wire:
        done += zip([relay for relay, _ in for_wire], wire().hand_over([share for _, share in for_wire]), strict=True)
    return done


def _share(workspace: Workspace, relay: Relay, mails: Sequence[Mail]) -> Share:
    given = relay.settings
    security = given.get("security", "starttls")
    password = get_secret(workspace, given["password_secret"]) if given.get("password_secret") else None
    way = Way(
        host=given["host"],
        port=int(given.get("port") or {"tls": 465, "starttls": 587}.get(security, 25)),
        security=security,
        username=given.get("username", ""),
        password=password or "",
        verify=given.get("verify", True),
        ca=given.get("ca", ""),
        hello=given.get("hello", "localhost"),
        reply_within=float(given.get("reply_within", 60)),
    )
    return Share(
        relay=relay.name,
        way=way,
        mails=mails,
        connections=max(1, min(int(given.get("connections", 10)), 50) // settings.SENDERS),
        per_second=given["per_second"] / settings.SENDERS if given.get("per_second") else None,
        domains=tuple(sorted((domain, limit / settings.SENDERS) for domain, limit in (given.get("domains") or {}).items() if limit)),
        leave_within=LEAVE_WITHIN,
    )


def _mail(workspace: Workspace, letter: Letter, signing: dict[str, dkim.Key | None], *, replies: str, carrier: str) -> Mail:
    letter.recipient = _in_ascii(letter.recipient)
    mail = build(letter, workspace_id=workspace.id, reply_domain=replies, carrier=carrier)
    domain = letter.sender_address.rpartition("@")[2].lower()
    if domain not in signing:
        signing[domain] = dkim_key(workspace, domain)
    key = signing[domain]
    if key is not None:
        mail.head = dkim.signature(mail.head, b"".join(mail.body), key, letter.at) + mail.head
    return mail


def _carrier(relay: Relay) -> str:
    """Return the kind of service that a relay is, as its settings or its host say."""
    return str(relay.settings.get("carrier") or carrier_of_host(str(relay.settings.get("host", ""))))


def dkim_key(workspace: Workspace, domain: str) -> dkim.Key | None:
    """Return the key kept for a sending domain, if there is one (see `email.actions.make_dkim_key`)."""
    kept = get_secret(workspace, f"dkim/{domain}")
    if not kept:
        return None
    told = json.loads(kept)
    return dkim.Key(domain=domain, selector=told["selector"], pem=told["pem"])
