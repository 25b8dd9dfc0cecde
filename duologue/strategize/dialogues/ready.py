"""Ready-made dialogues: plan texts that come with Duologue, each a part of a plan folder with choices to make."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from duologue.kit.yaml import read_yaml, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FOLDER: Final = Path(__file__).parent / "ready_made"
HEAD: Final = "ready.yaml"
KINDS: Final = {"hand_over": "team", "tell": "team", "purpose": "purpose", "consent": "purpose", "give": "offer", "audience": "segment"}
OPTIONAL: Final = frozenset({"offers", "segments"})
_USED = re.compile(r"\$([a-z][a-z0-9_]*)")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.% -]*")


class NotReady(Exception):
    """There is no such ready-made dialogue, or no such choice in it; the sentence says so."""


@dataclass(slots=True, frozen=True)
class ReadyMade:
    """A dialogue to start from: what it is for, what it asks (name → what is meant), and what is taken where nothing is chosen."""

    name: str
    about: str
    asks: Mapping[str, str]
    defaults: Mapping[str, Any]

    @property
    def folder(self) -> Path:
        return FOLDER / self.name

    def chooses(self, choice: str) -> str:
        """Return what is chosen: a `team`, `purpose`, `offer` or `segment` that is there, or else a `text`."""
        return next(_kinds(read_yaml((self.folder / "dialogues" / f"{self.name}.yaml").read_text()).data, f"${choice}"), "text")


def names() -> list[str]:
    """Return the names of all ready-made dialogues."""
    return sorted(path.parent.name for path in FOLDER.glob(f"*/{HEAD}"))


def ready_made(name: str) -> ReadyMade:
    """Return a ready-made dialogue; raises NotReady."""
    if name not in names():
        raise NotReady(f"There is no ready-made dialogue {name!r}{suggestion(name, names()) or '; there are ' + ', '.join(names())}.")
    head = read_yaml((FOLDER / name / HEAD).read_text(), HEAD).data
    written = read_yaml((FOLDER / name / "dialogues" / f"{name}.yaml").read_text()).data
    return ReadyMade(name, head["about"], head["asks"], {**head.get("defaults", {}), **written["choices"]})


def files(name: str, chosen: Mapping[str, str]) -> dict[str, str]:
    """Return the files of a ready-made dialogue, as they belong into a plan folder, with what was chosen; raises NotReady.

    The dialogue keeps its choices at its head, so that they can be changed there; the other files have them filled in. An offer or a
    segment that is chosen from what is there already is not written.
    """
    made = ready_made(name)
    for key in chosen:
        if key not in made.asks:
            raise NotReady(f"The dialogue {name} asks for no {key!r}{suggestion(key, made.asks)}; it asks for {', '.join(made.asks)}.")
    values = {**made.defaults, **chosen}
    left_out = {str(made.defaults[key]) for key in chosen if chosen[key] != made.defaults[key]}
    found = {}
    for path in sorted(made.folder.rglob("*.yaml")):
        place = PurePosixPath(path.relative_to(made.folder).as_posix())
        if place.name == HEAD or (place.parts[0] in OPTIONAL and place.stem in left_out):
            continue
        text = path.read_text()
        found[str(place)] = _chosen_at_its_head(text, chosen) if place.parts[0] == "dialogues" else _filled(text, values)
    return found


def _kinds(data: Any, word: str, key: str = "") -> Iterator[str]:
    """Yield what the keys that a choice stands beside ask for."""
    if isinstance(data, dict):
        for inner, value in data.items():
            yield from _kinds(value, word, str(inner))
    elif isinstance(data, list):
        for value in data:
            yield from _kinds(value, word, key)
    elif data == word and key in KINDS:
        yield KINDS[key]


def _chosen_at_its_head(text: str, chosen: Mapping[str, str]) -> str:
    lines = text.splitlines(keepends=True)
    for key, value in chosen.items():
        said = value if _PLAIN.fullmatch(value) else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        at = next((number for number, line in enumerate(lines) if line.startswith(f"  {key}: ")), None)
        if at is not None:
            lines[at] = f"  {key}: {said}\n"
    return "".join(lines)


def _filled(text: str, values: Mapping[str, Any]) -> str:
    return _USED.sub(lambda found: str(values.get(found[1], found[0])), text)
