"""A typical customer, as written in personas/NAME.yaml."""

from __future__ import annotations

from typing import Any

import msgspec

from duologue.kit.typed import as_json, read_typed


class Persona(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Who they are, what they want and need, what they like, where they read and listen; `segment` gives it a size."""

    persona: str
    title: str = ""
    about: str = ""
    wants: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    tastes: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    segment: str = ""

    @property
    def name(self) -> str:
        """Return what people read."""
        return self.title or self.persona.replace("-", " ").capitalize()


def read_persona(text: str, file: str = "") -> Persona:
    """Return the persona a text describes; raises Mistakes."""
    return read_typed(text, file, Persona, "A persona")


def to_json(persona: Persona) -> dict[str, Any]:
    """Return a persona as JSON values; what is not said is left out."""
    return as_json(persona)


def from_json(data: dict[str, Any]) -> Persona:
    """Return the persona that `to_json` wrote."""
    return msgspec.convert(data, Persona)
