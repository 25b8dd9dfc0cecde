"""Keeping what was written: as a draft, or in force, with the dialogues that say it and the people who are under way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.shortcuts import redirect

from duologue.engage.broadcasts.rules.texts import is_broadcast
from duologue.engage.publishing.actions import Around, Text, publish
from duologue.engage.runs.moving import NotPossible, move_under_way, under_way
from duologue.kit.yaml import Mistake, Mistakes
from duologue.platform.audit.actions import note
from duologue.platform.workspaces.queries import now
from duologue.strategize.dialogues.actions import save_draft
from duologue.strategize.dialogues.models import Dialogue
from duologue.strategize.dialogues.queries import plan_of, saying
from duologue.web.pages import member, said

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.platform.workspaces.models import Workspace
    from duologue.web.texts.kinds import Kind

COUNTED: Final = 10_000
"""So many people under way are counted at most, each time a desk is shown."""


@dataclass(slots=True, frozen=True)
class UnderWay:
    """How many people are under way in a dialogue; `more` where they are more than were counted."""

    people: int
    more: bool


def around(workspace: Workspace, kind: Kind, name: str) -> dict[str, Any]:
    """Return what hangs on a text: of a dialogue who is under way in it, of anything else the dialogues that say it."""
    if kind.pinned:
        return {"dialogues": [version.dialogue.name for version in _saying(workspace, kind, name)]}
    found = under_way(workspace, name, most=COUNTED + 1)
    return {"under_way": UnderWay(min(found, COUNTED), found > COUNTED)}


def keep(request: HttpRequest, workspace: Workspace, kind: Kind, name: str, source: str, *, publishes: bool) -> str:
    """Keep a text, in a transaction, and return what was done in a sentence. Raises Mistakes; then nothing is to be kept."""
    if kind.keep is None:
        return _publish(request, workspace, name, source) if publishes else _draft(request, workspace, name, source)
    before = kind.text(workspace, name)
    number = kind.keep(workspace, name, source, now(workspace))
    if before != source:
        note(workspace, str(request.user), f"save {kind.word}", name, {"version": number}, staff=member(request))
    asked = set(request.POST.getlist("with"))
    those = [version.dialogue.name for version in _saying(workspace, kind, name) if version.dialogue.name in asked]
    followed = [dialogue for dialogue in those if _follow(request, workspace, dialogue)]
    in_them = f" It is what {_listed(followed)} {'says' if len(followed) == 1 else 'say'} from now on." if followed else ""
    if before == source and not followed:
        return "Nothing in it has changed."
    return f"It is kept, as version {number}.{in_them}"


def go(request: HttpRequest, workspace: Workspace, kind: Kind, name: str, sentence: str) -> HttpResponse:
    """Go to the page of what was kept, and say there what was done."""
    if kind.one:
        return said(request, sentence, kind.one, workspace.name, name)
    said(request, sentence, kind.every, workspace.name)
    return redirect("texts:change", workspace.name, kind.word, name)


def _draft(request: HttpRequest, workspace: Workspace, name: str, source: str) -> str:
    save_draft(workspace=workspace, name=name, source=source)
    note(workspace, str(request.user), "save draft", name, staff=member(request))
    return "It is kept as a draft; what is in force stays as it was."


def _publish(request: HttpRequest, workspace: Workspace, name: str, source: str) -> str:
    """Put a dialogue in force; those under way finish on their version, or go on in this one where that was chosen."""
    at, by = now(workspace), member(request)
    done = publish(Around(workspace, at, by, frozenset()), Text(name, source))
    if not done.is_new:
        return "Nothing in it has changed."
    moved = 0
    if request.POST.get("under_way") == "move" and done.was_there:
        try:
            moved = move_under_way(workspace=workspace, name=name, now=at)
        except NotPossible as refused:
            raise Mistakes([Mistake("", 0, str(refused))]) from None
    note(workspace, str(request.user), "publish dialogue", name, {"version": done.number, "moved": moved}, staff=by)
    gone_on = f" {moved:,} {'person goes' if moved == 1 else 'people go'} on in it." if moved else ""
    if not Dialogue.within(workspace).filter(name=name, started_at=None).exists():
        return f"It is in force, as version {done.number}.{gone_on}"
    return f"It is published, as version {done.number}: start it when it is to begin."


def _follow(request: HttpRequest, workspace: Workspace, dialogue: str) -> bool:
    """Put a dialogue in force as it is written, with what it names as that is now; say whether that made a new version."""
    by = member(request)
    source = Dialogue.within(workspace).values_list("draft", flat=True).get(name=dialogue)
    done = publish(Around(workspace, now(workspace), by, frozenset()), Text(dialogue, source))
    if done.is_new:
        note(workspace, str(request.user), "publish dialogue", dialogue, {"version": done.number, "moved": 0}, staff=by)
    return done.is_new


def _saying(workspace: Workspace, kind: Kind, name: str) -> list[Any]:
    """Return the versions in force that say it; a broadcast has a screen of its own, and keeps what it was made with."""
    return [version for version in saying(workspace, kind.pinned, name) if not is_broadcast(plan_of(version))]


def _listed(names: list[str]) -> str:
    """Return names as they are said: one, one and another, or some with how many more."""
    words = [name.replace("-", " ") for name in names]
    if len(words) > 2:
        return f"{words[0]}, {words[1]} and {len(words) - 2} more"
    return " and ".join(words)
