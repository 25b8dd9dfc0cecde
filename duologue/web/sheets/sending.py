"""What somebody sent from a sheet: as a form or as a text, the text that it makes, and what is wrong with it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from duologue.engage.broadcasts.rules.asking import slug
from duologue.kit.yaml import Mistake, Mistakes, read_yaml
from duologue.web.sheets.composing import composed, shown
from duologue.web.writing import as_sent, check_length

if TYPE_CHECKING:
    from django.http import HttpRequest

    from duologue.web.sheets.composing import Said
    from duologue.web.sheets.sheet import Sheet

LONGEST: Final = 20_000
NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


@dataclass(slots=True)
class Draft:
    """What is on a desk. `source` is the whole text; `said` what the fields hold, None where it stands as a text."""

    sheet: Sheet
    name: str
    """What it is called; "" while it is new."""
    base: str
    """The text that the fields change."""
    source: str
    said: Said | None
    mistakes: list[Mistake] = field(default_factory=list)


def opened(sheet: Sheet, name: str, source: str, *, as_text: bool) -> Draft:
    """Return what is on a desk that was just opened: fields, or the text where that is wanted or cannot be read."""
    try:
        if source:
            sheet.read(source)
        said = None if as_text else shown(sheet, source)
    except Mistakes as found:
        return Draft(sheet, name, source, source, None, found.mistakes)
    return Draft(sheet, name, source, source, said)


def sent(request: HttpRequest, sheet: Sheet, name: str) -> Draft:
    """Return what was sent from a desk, with what is wrong with it."""
    if "source" in request.POST:
        source = as_sent(request)
        draft = Draft(sheet, name, source, source, None)
    else:
        base = as_sent(request, "base")
        draft = Draft(sheet, name, base, base, {one.key: one.sent(request.POST) for one in sheet.fields})
    try:
        check_length(draft.base, LONGEST)
        if draft.said is not None:
            called = name or _called_in(sheet, draft.base) or slug(str(draft.said.get("title", "")))
            draft.source = composed(sheet, called or "new", draft.base, draft.said)
        check_length(draft.source, LONGEST)
        sheet.read(draft.source)
    except Mistakes as found:
        draft.mistakes = found.mistakes
    return draft


def name_of(draft: Draft) -> str:
    """Return the name that something new gets: the one its text says, or its title's. Raises Mistakes where neither is one."""
    sheet = draft.sheet
    if draft.name or sheet.only:
        return draft.name or sheet.only
    if draft.said is not None and not draft.base.strip():
        name = slug(str(draft.said.get("title", "")))
        if name:
            return name
        raise Mistakes([Mistake("", 0, f"Give it a name (`title`), as in {sheet.fields[0].example}.")])
    name = _called_in(sheet, draft.source)
    if NAME.fullmatch(name):
        return name
    sentence = f"Its name stands on a line `{sheet.word}: NAME`: small letters, digits and hyphens, as in {sheet.example.split()[1]}."
    raise Mistakes([Mistake("", read_yaml(draft.source).line((sheet.word,)), sentence)])


def _called_in(sheet: Sheet, source: str) -> str:
    data = read_yaml(source).data
    said = data.get(sheet.word) if isinstance(data, dict) else None
    return said if isinstance(said, str) else ""
