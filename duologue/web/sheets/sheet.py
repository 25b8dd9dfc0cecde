"""What one kind of sheet is: its fields in groups, how its text is read and kept, and what is told beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from duologue.kit.yaml import canonical
from duologue.platform.database import versions

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from duologue.platform.database.versions import NamedVersion
    from duologue.platform.workspaces.models import Workspace
    from duologue.web.sheets.fields import Field

SHOWN: Final = 20


@dataclass(slots=True, frozen=True)
class Group:
    """Fields that stand together on a card."""

    title: str
    fields: tuple[Field, ...]
    says: str = ""


@dataclass(slots=True, frozen=True)
class Named:
    """Something that names what a sheet describes: what it is, what it is called, where it is read, and how it stands."""

    what: str
    name: str
    url: str
    state: str = ""


def nobody(_workspace: Workspace, _name: str) -> list[Named]:
    """Return what names it: nothing."""
    return []


def no_reason(_workspace: Workspace, _name: str) -> list[str]:
    """Return what else is in the way of taking it away: nothing."""
    return []


@dataclass(slots=True, frozen=True)
class Sheet:
    """One kind.

    `read` returns what a text describes, raising Mistakes; `keep` puts a text in force by a name and returns its version, raising
    Mistakes; `named_by` returns what names it, `warnings` sentences on what a text says, before and after it is kept.
    """

    word: str
    heading: str
    lead: str
    stage: str
    place: str
    example: str
    groups: tuple[Group, ...]
    model: type[NamedVersion]
    read: Callable[[str], Any]
    keep: Callable[[Workspace, str, str, datetime], NamedVersion]
    warnings: Callable[[Workspace, str, Any], list[str]]
    every: str
    """The address of the page that shows all of it."""
    one: str = ""
    """The address of the page of one."""
    named_by: Callable[[Workspace, str], list[Named]] = nobody
    held_by: Callable[[Workspace, str], list[str]] = no_reason
    """What else is in the way of taking it away; asked only then."""
    only: str = ""
    """What it is called where a workspace has one of it."""

    @property
    def fields(self) -> tuple[Field, ...]:
        """Return all its fields."""
        return tuple(one for group in self.groups for one in group.fields)

    def path(self, name: str) -> str:
        """Return where it stands in a plan folder."""
        return f"{self.only}.yaml" if self.only else f"{self.word}s/{name}.yaml"

    def text(self, workspace: Workspace, name: str) -> str | None:
        """Return the text in force, in the canonical form where it came as none; None where nothing is called so."""
        row = versions.in_force(self.model, workspace, name)
        return text_of(row) if row else None

    def earlier(self, workspace: Workspace, name: str, number: int) -> str | None:
        """Return the text of a version; None where there is none of this number."""
        row = self.model.within(workspace).filter(name=name, number=number).first()
        return text_of(row) if row else None

    def versions(self, workspace: Workspace, name: str) -> list[NamedVersion]:
        """Return the newest versions."""
        return list(self.model.within(workspace).filter(name=name).order_by("-number")[:SHOWN])


def text_of(row: NamedVersion) -> str:
    """Return the text of a version, in the canonical form where it came as none."""
    return row.source or canonical(row.data)
