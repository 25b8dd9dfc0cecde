"""E-mail as a channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.engage.channels import journal, queries
from duologue.engage.channels.email import mailbox
from duologue.engage.channels.email.mime import build
from duologue.engage.channels.models import Relay
from duologue.engage.channels.protocol import Letter, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


class Email:
    """Hands letters to the workspace's relays."""

    name = "email"
    address_kind = "email"

    def ready_at(self, *, workspace: Workspace, now: datetime) -> datetime | None:
        relays = queries.usable_relays(workspace, self.name)
        if not relays:
            return None
        return min(max(relay.resting_until or now, now) for relay in relays)

    def send(self, *, workspace: Workspace, letters: Sequence[Letter], now: datetime) -> list[Outcome]:
        relays = queries.awake_relays(workspace, self.name, now)
        if not relays:
            return [Outcome(letter.delivery, "deferred", code="no_relay", text="No relay is awake.") for letter in letters]
        relay = relays[0]
        mails = [build(letter, workspace_id=workspace.pk, reply_domain=relay.settings.get("reply_domain", "")) for letter in letters]
        if relay.kind == Relay.Kind.MAILBOX:
            return mailbox.keep(workspace=workspace, relay=relay.name, mails=mails, now=now)
        return [Outcome(letter.delivery, "deferred", code="no_relay", text="SMTP is not there yet.") for letter in letters]

    def look_up(self, *, workspace: Workspace, deliveries: Sequence[tuple[int, int, str]]) -> dict[int, Outcome]:
        found = journal.look_up(list(deliveries))
        for delivery in mailbox.kept(workspace, list(found)):
            found[delivery] = Outcome(delivery, "accepted", code="250", text="kept")
        return found
