"""Drafts of sites, as sites/NAME.draft.yaml has them: what a site is to become, whatever is still wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from duologue.cli.plans.folder import DRAFT
from duologue.engage.sites import actions, queries
from duologue.engage.sites.rules.naming import may_be_called, sentence
from duologue.kit.yaml import Mistake, Mistakes
from duologue.platform.workspaces.models import PlanFile

if TYPE_CHECKING:
    from duologue.cli.plans.folder import PlanText
    from duologue.cli.plans.rooms import Room
    from duologue.platform.workspaces.models import Workspace

LONGEST: Final = 100_000  # characters


def path_of(site: str) -> str:
    """Return where the draft of a site stands in a plan folder."""
    return f"sites/{site}{DRAFT}"


def hand_in(room: Room, file: PlanText) -> str:
    """Keep what a site is to become, but not in place of what somebody wrote on screen since; raises Mistakes."""
    name, text = file.name, file.text
    why = "" if may_be_called(name) else sentence(name)
    if not text.strip():
        why = "A draft without words is none; leave the file out."
    elif len(text) > LONGEST or "\x00" in text:
        why = f"A draft is a text of {LONGEST:,} characters at most, without null characters."
    elif _was_written_on(room.workspace, file):
        why = f"The draft of {name} was changed on screen since: dump it and bring both together, or drop it there to keep this one."
    if why:
        raise Mistakes([Mistake(file.path, 1, why)])
    if queries.sources(room.workspace).get(name) == text:
        return f"site {name} is in force as it is drafted"
    actions.save_draft(workspace=room.workspace, name=name, source=text, now=room.now, by=room.by)
    return f"draft of site {name}{_wrong(room.workspace, name, text)}"


def _was_written_on(workspace: Workspace, file: PlanText) -> bool:
    row = queries.row_of(workspace, file.name)
    if row is None or row.draft in {"", file.text}:
        return False
    kept = PlanFile.within(workspace).filter(path=file.path).first()
    return kept is None or row.draft != bytes(kept.content).decode("utf-8-sig", errors="replace")


def _wrong(workspace: Workspace, name: str, text: str) -> str:
    try:
        actions.called(text, name)
        actions.checked(workspace, text)
    except Mistakes as found:
        return f", {len(found.mistakes)} to put right before it can be published"
    return ""


def as_they_stand(workspace: Workspace, kept: dict[str, str]) -> dict[str, str | None]:
    """Return by path the drafts that no longer read as they were `kept`; None for one that was published or dropped."""
    stand = {path_of(name): text for name, text in queries.drafts(workspace).items()}
    gone: dict[str, str | None] = {path: None for path in kept if path.endswith(DRAFT) and path not in stand}
    return gone | {path: text for path, text in stand.items() if kept.get(path) != text}
