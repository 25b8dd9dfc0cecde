"""Drafts of sites and dialogues, as NAME.draft.yaml has them: what one is to become, whatever is still wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from duologue.cli.plans.folder import DRAFT
from duologue.engage.publishing.actions import Around, Text, checked
from duologue.engage.sites import actions as sites
from duologue.engage.sites.queries import drafts as drafts_of_sites
from duologue.engage.sites.queries import sources as sites_in_force
from duologue.engage.sites.rules.naming import may_be_called, sentence
from duologue.kit.yaml import Mistake, Mistakes
from duologue.platform.workspaces.models import PlanFile
from duologue.strategize.dialogues.actions import save_draft
from duologue.strategize.dialogues.queries import drafts as drafts_of_dialogues
from duologue.strategize.dialogues.queries import sources as dialogues_in_force
from duologue.strategize.dialogues.rules.parts import is_name

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from duologue.cli.plans.folder import PlanText
    from duologue.cli.plans.rooms import Room
    from duologue.platform.workspaces.models import Workspace

LONGEST: Final = 100_000  # characters


def hand_in_site(room: Room, file: PlanText) -> str:
    """Keep what a site is to become, but not in place of what somebody wrote on screen since; raises Mistakes."""
    name, text, workspace = file.name, file.text, room.workspace
    why = "" if may_be_called(name) else sentence(name)
    _refuse(file, why or _wrong_with(text) or _changed_since(workspace, file, drafts_of_sites(workspace), "drop it there"))
    if sites_in_force(workspace).get(name) == text:
        return f"site {name} is in force as it is drafted"
    sites.save_draft(workspace=workspace, name=name, source=text, now=room.now, by=room.by)

    def check() -> None:
        sites.called(text, name)
        sites.checked(workspace, text)

    return f"draft of site {name}{_to_put_right(check, 'published')}"


def hand_in_dialogue(room: Room, file: PlanText) -> str:
    """Keep what a dialogue is to become, but not in place of what somebody wrote on screen since; raises Mistakes."""
    name, text, workspace = file.name, file.text, room.workspace
    why = "" if is_name(name) else f"A dialogue cannot be called {name!r}: use small letters, digits and hyphens, as in win-back."
    _refuse(file, why or _wrong_with(text) or _changed_since(workspace, file, drafts_of_dialogues(workspace), "put it in force there"))
    save_draft(workspace=workspace, name=name, source=text)
    if dialogues_in_force(workspace).get(name) == text:
        return f"dialogue {name} is in force as it is drafted"
    around = Around(workspace, room.now, None, frozenset())
    return f"draft of dialogue {name}{_to_put_right(lambda: checked(around, Text(name, text)), 'put in force')}"


def beside(path: str) -> str:
    """Return where stands what is in force beside a draft; an empty text where the path is no draft's."""
    return path.removesuffix(DRAFT) + ".yaml" if path.endswith(DRAFT) else ""


def left(workspace: Workspace, written: Collection[str]) -> list[str]:
    """Return what to be warned of: dialogues that were `written`, by path, and have another draft on screen, which stays."""
    found = [path for name in drafts_of_dialogues(workspace) if (path := f"dialogues/{name}.yaml") in written] if written else []
    return [f"{path}: a draft on screen says something else; it stays a draft, and this file is in force." for path in found]


def as_they_stand(workspace: Workspace, kept: dict[str, str]) -> dict[str, str | None]:
    """Return by path the drafts that no longer read as they were `kept`; None for one that was published or dropped."""
    stand = {f"sites/{name}{DRAFT}": text for name, text in drafts_of_sites(workspace).items()}
    stand |= {f"dialogues/{name}{DRAFT}": text for name, text in drafts_of_dialogues(workspace).items()}
    gone: dict[str, str | None] = {path: None for path in kept if path.endswith(DRAFT) and path not in stand}
    return gone | {path: text for path, text in stand.items() if kept.get(path) != text}


def _wrong_with(text: str) -> str:
    if not text.strip():
        return "A draft without words is none; leave the file out."
    if len(text) > LONGEST or "\x00" in text:
        return f"A draft is a text of {LONGEST:,} characters at most, without null characters."
    return ""


def _changed_since(workspace: Workspace, file: PlanText, drafts: dict[str, str], or_else: str) -> str:
    """Say that a draft is not as this folder knew it, where that is so."""
    there = drafts.get(file.name, file.text)
    if there == file.text:
        return ""
    kept = PlanFile.within(workspace).filter(path=file.path).first()
    if kept is not None and there == bytes(kept.content).decode("utf-8-sig", errors="replace"):
        return ""
    return f"The draft of {file.name} was changed on screen since: dump it and bring both together, or {or_else} to keep this one."


def _refuse(file: PlanText, why: str) -> None:
    if why:
        raise Mistakes([Mistake(file.path, 1, why)])


def _to_put_right(check: Callable[[], object], before: str) -> str:
    try:
        check()
    except Mistakes as found:
        return f", {len(found.mistakes)} to put right before it can be {before}"
    return ""
