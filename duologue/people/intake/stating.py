"""What an event says of consent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from duologue.people.consent.chains import NewStatement
from duologue.people.consent.rules import LONG_AGO
from duologue.people.intake.rules import CONSENT

if TYPE_CHECKING:
    from duologue.people.intake.rules import Incoming

SAID: Final = frozenset({"channel", "purpose", "wording", "source"})
"""What of its properties a statement says itself; the others are its proof."""


def statement_of(event: Incoming, profile: int) -> NewStatement:
    """Return what an event says of a profile's consent: nothing is said later than it is heard, so that whoever leaves then has left."""
    said = event.properties
    at = min(event.occurred_at, event.received_at)
    return NewStatement(
        profile_id=profile,
        channel=said["channel"],
        purpose=said["purpose"],
        state=CONSENT[event.name],
        at=at,
        source=str(said.get("source") or event.source)[:80],
        wording=str(said.get("wording") or ""),
        proof={key: value for key, value in said.items() if key not in SAID},
        heard_at=None if at > LONG_AGO else event.received_at,
    )
