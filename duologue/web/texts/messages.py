"""A message that is being written: how it is worded, and how somebody would read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from duologue.engage.messages.actions import save_message, would_keep
from duologue.engage.messages.models import Message, MessageVersion
from duologue.engage.messages.rules.source import SHORT_FORM
from duologue.engage.messages.words import path_of, wording_of_text
from duologue.kit.yaml import canonical

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

BEGINNING: Final = """message: thanks
subject: Thank you{% if person.called %}, {{ person.called }}{% endif %}
preview: Your order is on its way
body: |
  Hello {{ person.called }},

  thank you for your order. Is there anything that we could do better? Just write back.

  [See what goes with it](https://shop.example/)

  {{ brand.name }}
fallback: {person.called: there}
"""
INSERTS: Final = (
    ("their name, or “there”", '{{ person.called | default: "there" }}'),
    ("a button", "[Have a look](https://shop.example/)"),
    ("a picture", "![What it shows](https://shop.example/tea.jpg)"),
    ("what the brand is called", "{{ brand.name }}"),
    ("only for those of whom we know it", "{% if person.birthday %}…{% endif %}"),
    ("the code of an offer", "{{ perk.ten-percent.code }}"),
)


def text(workspace: Workspace, name: str) -> str | None:
    """Return a message's text, as it was written or, where it came as none, as it would be; None where there is none of this name."""
    number = Message.within(workspace).filter(name=name).values("current")[:1]
    kept = MessageVersion.within(workspace).filter(message__name=name, number=number).first()
    return (kept.source or _written(kept.data["message"])) if kept else None


def _written(data: dict[str, Any]) -> str:
    """Return a message that came as values as somebody would write it: what it says by e-mail alone needs no heading."""
    said = {key: value for key, value in data.items() if key not in {"message", "email"}}
    words = data.get("email") or {}
    order = [key for key in SHORT_FORM if key in words]
    short = {key: words[key] for key in order} if "sms" not in said else {"email": words}
    return canonical({"message": data["message"], **short, **said})


def shown(workspace: Workspace, name: str, source: str) -> dict[str, Any]:
    """Return how a message is worded. Raises Mistakes."""
    would_keep(workspace=workspace, name=name, source=source)
    return {"wording": wording_of_text(workspace, source, name), "path": path_of(name)}


def keep(workspace: Workspace, name: str, source: str, now: datetime) -> int:
    """Keep a message; return its version's number. Raises Mistakes."""
    return save_message(workspace=workspace, name=name, source=source, now=now).number
