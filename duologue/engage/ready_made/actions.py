"""Adding what is ready-made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import F

from duologue.engage.messages.actions import save_message
from duologue.engage.messages.models import MessageVersion
from duologue.engage.publishing.actions import Around, Text, publish
from duologue.kit.yaml import Mistakes
from duologue.platform.database.versions import sources
from duologue.platform.workspaces.models import PlanFile, Workspace
from duologue.strategize.dialogues.models import Dialogue, SurveyVersion
from duologue.strategize.dialogues.ready import files
from duologue.strategize.dialogues.surveys import take_survey
from duologue.strategize.offers.actions import take_offer
from duologue.strategize.offers.models import OfferVersion
from duologue.strategize.segments.models import Segment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from duologue.engage.publishing.actions import Published
    from duologue.platform.staff.models import Staff

ONE_OF: Final = {"segments": "a segment", "offers": "an offer", "surveys": "a survey", "messages": "a message", "dialogues": "a dialogue"}
"""What a ready-made dialogue brings, in the order in which it is kept."""


class InTheWay(Exception):
    """Something of the same name is there already and says something else; the sentence names it. Nothing was added."""


@transaction.atomic
def add(*, workspace: Workspace, name: str, chosen: Mapping[str, str], now: datetime, staff: Staff | None = None) -> Published:
    """Add a ready-made dialogue with what was chosen, as a draft that can be started, as `apply` of its files would.

    Raises NotReady for what is not ready-made, InTheWay, and Mistakes for a choice that does not fit, each with the file that it is in.
    """
    Workspace.objects.select_for_update().get(pk=workspace.pk)
    texts = files(name, chosen)
    there = _there(workspace, set(texts))
    if taken := [path for path, text in texts.items() if path in there and there[path] != text]:
        folder, _, file = taken[0].partition("/")
        raise InTheWay(
            f"There is {ONE_OF[folder]} named {file.removesuffix('.yaml')} already, which says something else. Nothing was added; "
            f"to have both, write this dialogue into a plan folder, and give its files other names there."
        )
    _keep(workspace, {path: text for path, text in texts.items() if not path.startswith("dialogues/")}, now)
    done = publish(Around(workspace, now, staff, frozenset()), Text(name, texts[f"dialogues/{name}.yaml"]))
    for path, text in texts.items():
        kept = {"content": text.encode(), "edited_on_screen": False, "applied_at": now}
        PlanFile.within(workspace).update_or_create(workspace=workspace, path=path, defaults=kept)
    return done


def _keep(workspace: Workspace, texts: Mapping[str, str], now: datetime) -> None:
    """Keep what the dialogue names; raises Mistakes with all that is wrong in all of it."""
    found = []
    for folder, keep in _ROOMS.items():
        for path in sorted(path for path in texts if path.startswith(f"{folder}/")):
            try:
                keep(workspace, path, texts[path], now)
            except Mistakes as wrong:
                found.extend(wrong.mistakes)
    if found:
        raise Mistakes(found)


def _segment(workspace: Workspace, path: str, text: str, now: datetime) -> None:
    # DuckDB and Arrow are for those who write segments: other pages do not wait for them, nor hold their memory
    from duologue.strategize.segments.actions import save_segment  # noqa: PLC0415

    save_segment(workspace=workspace, name=_name(path), source_yaml=text, now=now, file=path)


def _offer(workspace: Workspace, path: str, text: str, now: datetime) -> None:
    take_offer(workspace=workspace, name=_name(path), source=text, now=now, file=path)


def _survey(workspace: Workspace, path: str, text: str, now: datetime) -> None:
    take_survey(workspace=workspace, name=_name(path), source=text, now=now, file=path)


def _message(workspace: Workspace, path: str, text: str, now: datetime) -> None:
    save_message(workspace=workspace, name=_name(path), source=text, now=now, file=path)


_ROOMS: Final[dict[str, Callable[[Workspace, str, str, datetime], None]]] = {
    "segments": _segment,
    "offers": _offer,
    "surveys": _survey,
    "messages": _message,
}


def _name(path: str) -> str:
    return path.partition("/")[2].removesuffix(".yaml")


def _there(workspace: Workspace, paths: set[str]) -> dict[str, str]:
    """Return by path what of these is there already, as text."""
    named: dict[str, list[str]] = {}
    for path in paths:
        named.setdefault(path.partition("/")[0], []).append(_name(path))
    kept = MessageVersion.within(workspace).filter(number=F("message__current"), message__name__in=named.get("messages", []))
    offers = OfferVersion.within(workspace).filter(number=F("offer__current"), offer__name__in=named.get("offers", []))
    return {
        **{f"messages/{name}.yaml": text for name, text in kept.values_list("message__name", "source")},
        **{f"surveys/{name}.yaml": text for name, text in sources(SurveyVersion, workspace).items()},
        **{f"segments/{name}.yaml": text for name, text in Segment.within(workspace).values_list("name", "source")},
        **{f"dialogues/{name}.yaml": "" for name in Dialogue.within(workspace).values_list("name", flat=True)},
        **{f"offers/{name}.yaml": text for name, text in offers.values_list("offer__name", "source")},
    }
