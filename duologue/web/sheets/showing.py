"""What a desk shows of a sheet, and what stands beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.urls import reverse

from duologue.kit.clock import DAYS
from duologue.kit.yaml import Mistakes, read_yaml
from duologue.web.sheets.composing import beyond, by_field, value_at
from duologue.web.sheets.protection import UNITS, Caps
from duologue.web.sheets.sending import LONGEST, name_of

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace
    from duologue.web.sheets.fields import Field, Options
    from duologue.web.sheets.sending import Draft

EVERY_DAY: Final = tuple(zip(DAYS, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), strict=True))


@dataclass(slots=True, frozen=True)
class Shown:
    """A field on a desk: what it holds, what is wrong with it, and what may be chosen."""

    field: Field
    value: Any
    faults: list[str]
    options: Options

    @property
    def type(self) -> str:
        """Return the type of its input."""
        return self.field.input(self.value)

    @property
    def chosen(self) -> list[str]:
        """Return the values that may be chosen."""
        return [value for value, _ in self.options]

    @property
    def rows(self) -> list[dict[str, str]]:
        """Return the lines of caps, with some to spare."""
        return Caps.with_spare(self.value)


def whole(workspace: Workspace, draft: Draft) -> dict[str, Any]:
    """Return what a desk shows."""
    sheet, name = draft.sheet, draft.name
    faults, others = ({}, []) if draft.said is None else by_field(sheet, draft.source, draft.mistakes)
    return {
        "sheet": sheet,
        "draft": draft,
        "name": name,
        "title": _title(draft),
        "groups": [] if draft.said is None else _groups(workspace, draft, faults),
        "others": others,
        "beyond": [] if draft.said is None or draft.mistakes else beyond(sheet, draft.base),
        "named": sheet.named_by(workspace, name) if name else [],
        "versions": sheet.versions(workspace, name) if name else [],
        "back": reverse(sheet.one, args=[workspace.name, name]) if name and sheet.one else reverse(sheet.every, args=[workspace.name]),
        "path": sheet.path(name) if name else "",
        "week": EVERY_DAY,
        "units": UNITS.items(),
        "most": LONGEST,
    }


def told(workspace: Workspace, draft: Draft) -> dict[str, Any]:
    """Return what stands beside a desk: the text where fields are filled in, what it says where it is written, and what is wrong."""
    sheet = draft.sheet
    context: dict[str, Any] = {"draft": draft, "mistakes": draft.mistakes, "workspace": workspace}
    if draft.mistakes:
        return context
    try:
        name = name_of(draft)
    except Mistakes:
        name = ""
    data = read_yaml(draft.source).data or {}
    says = [(one.label, value) for one in sheet.fields if (value := value_at(data, one)) is not None]
    return context | {
        "says": says,
        "warnings": sheet.warnings(workspace, name, sheet.read(draft.source)),
        "path": sheet.path(name or "NAME"),
    }


def _title(draft: Draft) -> str:
    """Return what people call it: its title, or its name in words."""
    if draft.sheet.only:
        return draft.sheet.heading
    said = (draft.said or {}).get("title", "")
    return said if said and draft.name else draft.name.replace("-", " ").capitalize()


def _groups(workspace: Workspace, draft: Draft, faults: dict[str, list[str]]) -> list[Any]:
    said = draft.said or {}
    return [
        (group, [Shown(one, said[one.key], faults.get(one.key, []), _options(workspace, one, said[one.key])) for one in group.fields])
        for group in draft.sheet.groups
    ]


def _options(workspace: Workspace, one: Field, value: Any) -> Options:
    """Return what may be chosen, with what is chosen by now though it is not there."""
    found = one.options(workspace)
    is_odd = one.looks == "choice" and value and value not in {key for key, _ in found}
    return [*found, (value, f"{value} (not there)")] if is_odd else found
