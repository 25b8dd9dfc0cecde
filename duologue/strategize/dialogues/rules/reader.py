"""What is carried along while a dialogue is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duologue.strategize.dialogues.rules import parts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duologue.kit.yaml import Document, Place


class Reader:
    """Notes mistakes in a document, and every place in it that names a turn."""

    def __init__(self, document: Document, defaults: Mapping[str, Any]) -> None:
        self.document = document
        self.defaults = defaults
        self.targets: list[tuple[Place, str]] = []

    def target(self, place: Place, value: Any) -> str:
        """Read the name of a turn to go to."""
        named = parts.name(self.document, place, value, "A turn")
        self.targets.append((place, named))
        return named

    def late(self, place: Place, value: str) -> None:
        """Note the turn that `late` names."""
        self.target(place, value)
