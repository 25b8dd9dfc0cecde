"""A plan folder as files: which there may be, what each is, and in which order they are applied."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from duologue.kit.yaml import Mistake, Mistakes, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SINGLE = {
    "logo.png": "logo",
    "logo-dark.png": "logo",
    "brand.yaml": "brand",
    "purposes.yaml": "purposes",
    "topics.yaml": "topics",
    "teams.yaml": "teams",
    "channels.yaml": "channels",
    "guardrails.yaml": "guardrails",
    "retention.yaml": "retention",
    "webhooks.yaml": "webhooks",
    "care.yaml": "care",
    "hosts.yaml": "hosts",
    "products.csv": "products",
    "feeds.yaml": "feeds",
    "watch.yaml": "watch",
    "wording.yaml": "wording",
}
FOLDERS = {
    "personas": "persona",
    "campaigns": "campaign",
    "placements": "placement",
    "occasions": "occasion",
    "segments": "segment",
    "offers": "offer",
    "surveys": "survey",
    "messages": "message",
    "sites": "site",
    "dialogues": "dialogue",
}
LATE = ("care", "dialogue", "dialogue draft")  # they name what the others make
_EARLY = [kind for kind in dict.fromkeys(SINGLE.values()) if kind not in LATE]
_NAMED = ("persona", "campaign", "placement", "occasion", "segment", "offer", "pool", "survey", "message", "site", "site draft")
ORDER = [*_EARLY, *_NAMED, *LATE]
DRAFT = ".draft.yaml"
DRAFTED = {"sites": "site draft", "dialogues": "dialogue draft"}
POOLS = frozenset({".txt", ".csv"})
LARGEST = 20_000_000


@dataclass(slots=True, frozen=True)
class PlanText:
    """One file of a plan folder. `name` is that of the thing it describes; for a single file, of the file."""

    path: str
    kind: str
    name: str
    content: bytes

    @property
    def text(self) -> str:
        """Return the content as text; raises Mistakes where it is not UTF-8."""
        try:
            return self.content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise Mistakes([Mistake(self.path, 1, "This file is no UTF-8 text; save it as UTF-8.")]) from None


def read_folder(folder: Path) -> list[PlanText]:
    """Return the files of a plan folder in the order they are applied; raises Mistakes for what does not belong there.

    Hidden files and Markdown (a README) are left alone.
    """
    mistakes: list[Mistake] = []
    found: list[PlanText] = []
    for path in _files(folder):
        place = path.relative_to(folder).as_posix()
        if path.stat().st_size > LARGEST:
            mistakes.append(Mistake(place, 1, "This file is larger than 20 MB."))
            continue
        file = named(place, path.read_bytes())
        if isinstance(file, Mistake):
            mistakes.append(file)
        else:
            found.append(file)
    if mistakes:
        raise Mistakes(mistakes)
    return in_order(found)


def in_order(files: list[PlanText]) -> list[PlanText]:
    """Return files in the order in which they can be applied."""
    return sorted(files, key=lambda file: (ORDER.index(file.kind), file.path))


def named(path: str, content: bytes) -> PlanText | Mistake:
    """Return what a path of a plan folder holds, or why it does not belong there."""
    if path in SINGLE:
        return PlanText(path, SINGLE[path], path, content)
    parts = PurePosixPath(path)
    first = next(iter(parts.parts), "")
    if len(parts.parts) == 2 and first in DRAFTED and path.endswith(DRAFT) and parts.name != DRAFT:
        return PlanText(path, DRAFTED[first], parts.name.removesuffix(DRAFT), content)
    if len(parts.parts) == 2 and first in FOLDERS and parts.suffix == ".yaml":
        return PlanText(path, FOLDERS[first], parts.stem, content)
    if len(parts.parts) == 2 and first == "offers" and parts.suffix in POOLS:
        return PlanText(path, "pool", parts.name, content)
    known = [*SINGLE, *FOLDERS]
    return Mistake(path, 1, f"A plan folder knows no {path!r}{suggestion(first, known)}.")


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden and path.suffix != ".md":
            yield path
