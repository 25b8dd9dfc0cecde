"""Taking mail in by SMTP: each message is answered 250 only once everything it means is committed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from asgiref.sync import sync_to_async
from django.db import close_old_connections

from duologue.engage.channels.email.addresses import read_address
from duologue.engage.conversations.mail import take_in_mail, workspace_for
from duologue.platform.workspaces.models import Workspace
from duologue.platform.workspaces.queries import now

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_BYTES = 26_214_400
LONGEST_LINE = 1_048_576  # RFC 5321 asks for 1000 bytes at most, and not every program that writes mail does
log = structlog.get_logger()


class TakesMailIn:
    """What happens to mail at the door. Mail without our token goes to the only workspace, or is refused where there are several."""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802  aiosmtpd's name
        """Take any address of one of our domains' tokens; the mail server before us decides on the rest."""
        local_part = address.partition("@")[0]
        if local_part[:2].lower() in {"b+", "r+"} and read_address(address) is None:
            return "550 5.1.1 This address was never given out by us."
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Take one message in."""
        try:
            done = await sync_to_async(receive, thread_sensitive=False)(envelope.original_content or envelope.content, envelope.rcpt_tos)
        except Exception as trouble:  # noqa: BLE001  the sender keeps the mail and tries again
            log.error("mail not taken in", trouble=type(trouble).__name__)  # noqa: TRY400  a trace could hold an address
            return "451 4.3.0 It could not be written down; try again."
        return "250 2.0.0 Taken in" if done else "550 5.1.1 No workspace of ours takes this mail."


def receive(raw: bytes, envelope: Sequence[str]) -> bool:
    """Take one raw mail in; False when it belongs to no workspace."""
    close_old_connections()
    try:
        workspace = workspace_for(raw, envelope) or _only_workspace()
        if workspace is None:
            return False
        taken = take_in_mail(workspace=workspace, raw=raw, now=now(workspace), envelope=envelope)
        log.info("mail taken in", workspace=workspace.name, kind=taken.incoming.kind, done=taken.done)
        return True
    finally:
        close_old_connections()


class _Door(SMTP):
    line_length_limit = LONGEST_LINE


class _Listener(Controller):
    def factory(self) -> SMTP:
        """Return what talks with one caller."""
        return _Door(self.handler, **self.SMTP_kwargs)


def listening(host: str, port: int) -> Controller:
    """Return the listener, not yet started; the caller starts and stops it."""
    return _Listener(TakesMailIn(), hostname=host, port=port, data_size_limit=MOST_BYTES, decode_data=False, ident="Duologue")


def _only_workspace() -> Workspace | None:
    some = list(Workspace.objects.order_by("pk")[:2])
    return some[0] if len(some) == 1 else None
