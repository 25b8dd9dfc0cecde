"""How anything that is written is worded, by the path that it has in a plan folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from duologue.brand.book.queries import current as current_book
from duologue.brand.wording.queries import reading
from duologue.engage.messages.words import wording_of
from duologue.engage.sites import queries as sites
from duologue.engage.sites.rules.page import read_site
from duologue.engage.sites.weight import findings as of_site
from duologue.kit.yaml import Mistakes
from duologue.platform.database.versions import in_force
from duologue.strategize.dialogues.rules.worded import wording as of_survey
from duologue.strategize.dialogues.surveys import survey_of
from duologue.strategize.models import SurveyVersion
from duologue.strategize.offers.queries import current as current_offer
from duologue.strategize.offers.worded import wording as of_offer

if TYPE_CHECKING:
    from collections.abc import Callable

    from duologue.brand.wording.queries import Reading
    from duologue.platform.workspaces.models import Workspace


def path_of(folder: str, name: str) -> str:
    """Return the path by which what was accepted in something is kept."""
    return f"{folder}/{name}.yaml"


def reading_of(workspace: Workspace, path: str) -> Reading | None:
    """Return what to look at in the words of what stands at a path; None where nothing is there, or it cannot be read yet."""
    folder, _, file = path.partition("/")
    reader = READERS.get(folder)
    return reader(workspace, file.removesuffix(".yaml")) if reader and file.endswith(".yaml") else None


def _site(workspace: Workspace, name: str) -> Reading | None:
    row = sites.row_of(workspace, name)
    text = (row.draft or sites.sources(workspace).get(name, "")) if row else ""
    try:
        site = read_site(text) if text else None
    except Mistakes:
        return None
    return reading(workspace, path_of("sites", name), of_site(workspace, site)) if site else None


def _survey(workspace: Workspace, name: str) -> Reading | None:
    version = in_force(SurveyVersion, workspace, name)
    if version is None:
        return None
    return reading(workspace, path_of("surveys", name), of_survey(survey_of(version), current_book(workspace), workspace.locale))


def _offer(workspace: Workspace, name: str) -> Reading | None:
    offer = current_offer(workspace, name)
    if offer is None:
        return None
    return reading(workspace, path_of("offers", name), of_offer(offer, current_book(workspace), workspace.locale))


READERS: Final[dict[str, Callable[[Workspace, str], Reading | None]]] = {
    "messages": wording_of,
    "sites": _site,
    "surveys": _survey,
    "offers": _offer,
}
