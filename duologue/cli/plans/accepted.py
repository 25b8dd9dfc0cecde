"""Words that are to stay as they are in a text, as wording.yaml has them: by the text's path, each with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from duologue.brand.wording.actions import NeedsReason, accept_words
from duologue.brand.wording.queries import all_accepted
from duologue.brand.wording.rules.passages import ABOUT, LONGEST_WORDS, mark_of
from duologue.cli.plans.folder import PlanText, named
from duologue.kit.text import one_line
from duologue.kit.yaml import Mistake, amended, read_yaml, suggestion

if TYPE_CHECKING:
    from duologue.cli.plans.rooms import Room
    from duologue.kit.yaml import Document
    from duologue.platform.workspaces.models import Workspace

FILE: Final = "wording.yaml"
READ: Final = frozenset({"message", "survey", "site", "offer"})
LONGEST_PATH: Final = 120
KEYS: Final = ("about", "words", "reason")
Said = dict[str, str]


def hand_in(room: Room, file: PlanText) -> str:
    """Let these words stand; what was accepted in the same way stays as it is, with who accepted it and when. Raises Mistakes."""
    given = read_accepted(file.text, file.path)
    there = in_force(room.workspace)
    for path, entries in given.items():
        for entry in entries:
            if entry in there.get(path, []):
                continue
            about, words, reason = (entry[key] for key in KEYS)
            accept_words(workspace=room.workspace, of=path, about=about, words=words, reason=reason, now=room.now, by=room.by)
    return f"{sum(map(len, given.values()))} wordings that may stay"


def read_accepted(text: str, file: str) -> dict[str, list[Said]]:
    """Return by text what may stay in it: {about, words, reason}, each once; raises Mistakes."""
    document = read_yaml(text, file)
    given = {} if document.data is None else document.data
    if not isinstance(given, dict):
        document.refuse(
            (), "This file is a map of texts, as in messages/spring.yaml: [{about: claim, words: the finest, reason: A prize}]."
        )
        document.settle()
    found: dict[str, list[Said]] = {}
    for path, entries in given.items():
        text_of = named(path, b"")
        if isinstance(text_of, Mistake) or text_of.kind not in READ or len(path) > LONGEST_PATH or not path.isprintable():
            document.refuse((path,), f"{path!r} is no text that is read for its wording: a message, survey, site or offer.")
        if not isinstance(entries, list):
            document.refuse((path,), "What may stay is a list, as in [{about: claim, words: the finest, reason: A prize}].")
            continue
        by_mark: dict[str, Said] = {}
        for place, entry in enumerate(entries):
            said = _entry(document, path, place, entry)
            if mark_of(said["about"], said["words"]) in by_mark:
                document.refuse((path, place), "The same words are said to stay twice; keep one.")
            by_mark[mark_of(said["about"], said["words"])] = said
        found[path] = list(by_mark.values())
    document.settle()
    return found


def _entry(document: Document, path: str, place: int, entry: Any) -> Said:
    if not isinstance(entry, dict):
        document.refuse((path, place), "What may stay is a map, as in {about: claim, words: the finest, reason: A prize}.")
        return dict.fromkeys(KEYS, "")
    document.unknown_keys((path, place), entry, KEYS, "What may stay")
    said = {key: one_line("" if entry.get(key) is None else str(entry[key]), most=LONGEST_WORDS) for key in KEYS}
    if said["about"] not in ABOUT:
        hint = suggestion(said["about"], ABOUT)
        document.refuse((path, place, "about"), f"`about` is one of {', '.join(ABOUT)}, not {said['about']!r}{hint}.")
    if not said["words"]:
        document.refuse((path, place, "words"), "`words` are those that may stay.")
    if len(said["reason"]) < NeedsReason.LEAST:
        document.refuse((path, place, "reason"), "Say in a few words why it may stay: `reason`.")
    return said


def in_force(workspace: Workspace) -> dict[str, list[Said]]:
    """Return by text what may stay in it."""
    found: dict[str, list[Said]] = {}
    for row in all_accepted(workspace):
        found.setdefault(row.of, []).append({"about": row.about, "words": row.quote, "reason": row.reason})
    return found


def as_it_stands(workspace: Workspace, text: str) -> str:
    """Return wording.yaml as it would have to read now; the text itself where it does. What is no longer accepted is taken out."""
    given = read_accepted(text, FILE) if text else {}
    stand = in_force(workspace)
    changes: dict[str, Any] = {}
    for path in [*given, *sorted(stand.keys() - given.keys())]:
        before, now = given.get(path, []), stand.get(path, [])
        kept = [one for one in before if one in now]
        more = [one for one in now if one not in before]
        if more or len(kept) < len(before):
            changes[path] = [*kept, *more] or None
    return amended(text, changes)
