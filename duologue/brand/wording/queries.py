"""Which findings still ask for something, and which were accepted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from duologue.brand.wording.models import AcceptedWording

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from duologue.brand.wording.rules.passages import Finding
    from duologue.platform.workspaces.models import Workspace


@dataclass(slots=True)
class Reading:
    """What reading a text has brought: findings that are open, and those that were accepted, each with who said why."""

    open: list[Finding] = field(default_factory=list)
    accepted: list[tuple[Finding, AcceptedWording]] = field(default_factory=list)


def accepted_in(workspace: Workspace, of: Collection[str]) -> dict[tuple[str, str], AcceptedWording]:
    """Return what was accepted in these texts, by text and mark."""
    return {(row.of, row.mark): row for row in AcceptedWording.within(workspace).filter(of__in=of)}


def all_accepted(workspace: Workspace) -> list[AcceptedWording]:
    """Return all that was accepted, text by text, the oldest first."""
    return list(AcceptedWording.within(workspace).order_by("of", "at", "pk"))


def reading(workspace: Workspace, of: str, findings: Iterable[Finding]) -> Reading:
    """Return a text's findings, with those apart that were accepted."""
    done, accepted = Reading(), accepted_in(workspace, [of])
    for one in findings:
        row = accepted.get((of, one.mark))
        if row is None:
            done.open.append(one)
        else:
            done.accepted.append((one, row))
    return done
