"""Taking in a list of who agreed and who left."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import msgspec
from django.db import transaction
from msgspec.structs import replace

from duologue.kit.ids import digest16
from duologue.kit.pipeline import Refused
from duologue.people.consent.actions import suppress
from duologue.people.consent.queries import purposes
from duologue.people.consent.rules import LONG_AGO
from duologue.people.exchange.rules.leaving import check_overlooked, suspects
from duologue.people.exchange.rules.line import AGREED, LEFT, STATES, Line, row_of, within_list
from duologue.people.exchange.rules.states import check_name, named_after, state_of
from duologue.people.exchange.rules.tools import TOOLS
from duologue.people.identifiers.rules import normalise
from duologue.people.imports.reading import look, rows
from duologue.people.intake.actions import take_in
from duologue.people.intake.rules import understand

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from duologue.people.imports.listing import Refusal, RefusedLines
    from duologue.people.intake.rules import Incoming
    from duologue.platform.workspaces.models import Workspace

AT_ONCE: Final = 1000


@dataclass(slots=True)
class Taken:
    """What a list held, by what was made of each line, and how many lines were refused."""

    counts: Counter[str] = field(default_factory=Counter)
    refused: int = 0


@dataclass(slots=True)
class _Lines:
    """Some lines of a list as they were understood, and those that cannot be."""

    lines: list[tuple[int, Line]] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


@dataclass(slots=True, frozen=True)
class _Taking:
    """The purpose a list stands for, and what else leaving everything means."""

    workspace: Workspace
    tool: str
    channel: str
    purpose: str
    all_purposes: Sequence[str]
    now: datetime
    refused: RefusedLines
    digest: str  # of the list


def take_list(
    *,
    workspace: Workspace,
    path: Path,
    tool: str,
    purpose: str,
    now: datetime,
    refused: RefusedLines,
    state: str = "",
    name: str = "",
    told: Callable[[float], None] = lambda _lines: None,
) -> Taken:
    """Take in a list that another tool wrote; the same list again changes nothing. Lines that cannot be are `refused`. Raises Refused.

    Who agreed agrees to `purpose` from the day the list names, and where it names none from long ago, so that no leaving that is known
    gives way. Who left has left, of everything where the tool says so. Addresses that bounced or reported spam are suppressed.
    `name` is what the file was called where it was written.
    """
    known = purposes(workspace)
    if purpose not in known or known[purpose].basis != "consent":
        raise Refused("unknown purpose", f"{purpose!r} is no purpose by consent; there are {_listed(known)}.")
    if tool not in TOOLS:
        raise Refused("unknown tool", f"{tool!r} is no tool whose lists are understood; there are {', '.join(sorted(TOOLS))}.")
    name = name or path.name
    whole = STATES.get(state_of(TOOLS[tool], name, state), "")
    by_consent = [name for name, one in sorted(known.items()) if one.basis == "consent"]
    looked = look(path)
    taking = _Taking(workspace, tool, "email", purpose, by_consent, now, refused, looked.digest.hex())
    taken = Taken()
    if not whole and named_after(name):  # before any row is taken
        with rows(path, looked.encoding) as (headings, table):
            parts = (_lines(taking, [one.lower() for one in headings], some, "") for some in _in_parts(table))
            check_name(name, (line for part in parts for line in part.lines))
    with rows(path, looked.encoding) as (headings, table):
        small = [heading.lower() for heading in headings]
        if not set(TOOLS[tool].address) & set(small):
            raise Refused("no such column", f"The list has no column {TOOLS[tool].address[0]!r}; it has {', '.join(headings[:40])}.")
        refused.go_back_to(0)  # what an earlier try had listed
        for some in _in_parts(table):
            taken.counts["read"] += len(some)
            taken.refused += _take(taking, _lines(taking, small, some, whole), taken)
            told(len(some))
    return taken


def _in_parts(table: Iterable[list[str]]) -> Iterator[list[tuple[int, list[str]]]]:
    """Give the rows of a table that are not empty, with their numbers, some at once."""
    numbered = ((number, cells) for number, cells in enumerate(table, 2) if any(cells))
    while some := list(islice(numbered, AT_ONCE)):
        yield some


def _lines(taking: _Taking, headings: list[str], rows_: list[tuple[int, list[str]]], whole: str) -> _Lines:
    tool = TOOLS[taking.tool]
    found = _Lines()
    suspected = suspects(headings, tool.understood)
    for number, cells in rows_:
        row = row_of(headings, cells)
        if len(cells) < len(headings) or any(cells[len(headings) :]):
            found.refused.append((number, _uneven(cells, headings), ()))
            continue
        email = next((cell for heading in tool.address if (cell := row.get(heading, "").strip())), "")
        try:
            normalise("email", email, taking.workspace.country)
            line = within_list(tool.read(row, email, whole), whole)
            found.lines.append((number, check_overlooked(row, line, suspected)))
        except Refused as refusal:
            found.refused.append((number, refusal, ()))
    return found


def _uneven(cells: list[str], headings: list[str]) -> Refused:
    """Return why a line is refused that has more or fewer cells than there are headings: that somebody left may stand elsewhere."""
    return Refused("wrong number of columns", f"The line has {len(cells)} columns, the headings have {len(headings)}.")


@transaction.atomic
def _take(taking: _Taking, found: _Lines, taken: Taken) -> int:
    """Take in some lines: all of it or nothing. Return how many were refused."""
    lines, refused = found.lines, list(found.refused)
    for because in sorted({line.suppress for _, line in lines if line.suppress}):
        addresses = [line.email for _, line in lines if line.suppress == because]
        suppress(workspace=taking.workspace, channel=taking.channel, addresses=addresses, reason=because, now=taking.now)
    events: list[Incoming] = []
    for number, line in lines:
        try:
            events += _kept(taking, line)
        except Refused as refusal:
            refused.append((number, refusal, ()))
            continue
        taken.counts["suppressed" if line.suppress else line.state] += 1
    passage = take_in(workspace=taking.workspace, events=events, now=taking.now)
    for reason, many in Counter(refusal.reason for event, refusal in passage.stopped if event.type == "identify").items():
        taken.counts["unchanged" if reason == "seen before" else reason] += many
    taking.refused.add(refused)
    return len(refused)


def _kept(taking: _Taking, line: Line) -> list[Incoming]:
    try:
        return _events(taking, line)
    except Refused:
        if line.state != LEFT:
            raise
        return _events(taking, replace(line, facts={}, reason="", proof={}))  # whatever else cannot be kept: they left


def _events(taking: _Taking, line: Line) -> list[Incoming]:
    return [
        understand(payload, source=taking.tool, received_at=taking.now, country=taking.workspace.country)
        for payload in _payloads(taking, line)
    ]


def _payloads(taking: _Taking, line: Line) -> Iterator[bytes]:
    """Give the calls that say what a line says."""
    context = {"traits": {"email": line.email}}
    since = max(line.at or LONG_AGO, LONG_AGO)  # what an old list says of a person gives way to what is known since
    about = {"type": "identify", "traits": {**line.facts, "email": line.email}, "timestamp": min(since, taking.now).isoformat()}
    yield msgspec.json.encode(about | {"messageId": _key(taking, line, "about", facts=line.facts)})
    if line.state not in {AGREED, LEFT}:
        return
    event = "Consent Granted" if line.state == AGREED else "Consent Withdrawn"
    known = line.at if line.at and line.at > LONG_AGO else None  # 1970 is what programs write for "not known"
    if known and known > taking.now and line.state == AGREED:
        known = None  # nobody has agreed tomorrow
    at = min(known or (LONG_AGO if line.state == AGREED else taking.now), taking.now)
    for purpose in taking.all_purposes if line.everything else [taking.purpose]:
        said = {"channel": taking.channel, "purpose": purpose, "source": f"list from {taking.tool}", "wording": ""}
        proof = line.proof | ({"reason": line.reason} if line.reason else {})
        dated = {} if known else {"date": "not known"}
        # who left on a day that is not known may have left anew where another list says so
        key = _key(taking, line, purpose, at=known.isoformat() if known else taking.digest if line.state == LEFT else "")
        call = {"type": "track", "event": event, "timestamp": at.isoformat(), "messageId": key, "context": context}
        yield msgspec.json.encode(call | {"properties": said | proof | dated})


def _key(taking: _Taking, line: Line, what: str, **more: Any) -> str:
    said = msgspec.json.encode([line.email.lower(), line.state, what, more], order="sorted")
    return f"list:{digest16(taking.tool, said.decode()).hex()}"


def _listed(known: dict[str, Any]) -> str:
    return ", ".join(name for name, one in sorted(known.items()) if one.basis == "consent") or "none yet; write purposes.yaml"
