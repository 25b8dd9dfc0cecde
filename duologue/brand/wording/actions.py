"""Accepting what was found in a text, and no longer accepting it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction

from duologue.brand.wording.models import AcceptedWording
from duologue.brand.wording.rules.passages import LONGEST_WORDS, mark_of
from duologue.kit.text import one_line
from duologue.platform.audit.actions import note

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.brand.wording.rules.passages import Finding
    from duologue.platform.staff.models import Staff
    from duologue.platform.workspaces.models import Workspace


class NeedsReason(ValueError):
    """Nothing is accepted without a reason."""

    LEAST: Final = 3  # characters


def accept(*, workspace: Workspace, of: str, finding: Finding, reason: str, now: datetime, by: str, staff: Staff | None = None) -> None:
    """Let a finding in a text stand, for a reason that the audit log keeps. Raises NeedsReason."""
    accept_words(workspace=workspace, of=of, about=finding.about, words=finding.quote, reason=reason, now=now, by=by, staff=staff)


@transaction.atomic
def accept_words(
    *, workspace: Workspace, of: str, about: str, words: str, reason: str, now: datetime, by: str, staff: Staff | None = None
) -> None:
    """Let words stand in a text where they are found to be `about` something ("claim"), as `accept` does. Raises NeedsReason."""
    reason = one_line(reason, most=LONGEST_WORDS)
    if len(reason) < NeedsReason.LEAST:
        raise NeedsReason("Say in a few words why it may stay; the reason is kept in the log.")
    quote = one_line(words, most=LONGEST_WORDS)
    AcceptedWording.within(workspace).update_or_create(
        workspace=workspace,
        of=of,
        mark=mark_of(about, quote),
        defaults={"about": about, "quote": quote, "reason": reason, "by": by[:120], "at": now},
    )
    note(workspace, by, "accept wording", of, {"about": about, "words": quote, "reason": reason}, staff=staff)


@transaction.atomic
def no_longer_accept(*, workspace: Workspace, of: str, mark: str, by: str, staff: Staff | None = None) -> bool:
    """Find it again; return whether it had been accepted."""
    row = AcceptedWording.within(workspace).filter(of=of, mark=mark).first()
    if row is None:
        return False
    row.delete()
    note(workspace, by, "no longer accept wording", of, {"words": row.quote}, staff=staff)
    return True
