"""Reading what another program was answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.platform.secrets.sealing import unseal

if TYPE_CHECKING:
    from duologue.platform.outbound.models import Answered


def answer_of(row: Answered) -> bytes:
    """Return the body of the answer that is kept. Raises NotOurSeal when the installation's key was changed since."""
    return unseal(bytes(row.body), place_of(row)).encode()


def place_of(row: Answered) -> str:
    """Return the place an answer is bound to, so that a copied row does not open elsewhere."""
    return f"answered/{row.workspace_id}/{row.key}/{row.word}"
