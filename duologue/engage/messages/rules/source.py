"""The source of a message: YAML as people write it, read into a value, with every mistake said in a sentence."""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

from duologue.engage.contributions.rules import Voices, wrong_voices
from duologue.kit.typed import read_typed
from duologue.kit.yaml import Mistake, Mistakes, canonical

NAMES_ITEMS: Final = ("start", "answer", "call", "occasion", "placement", "person")
MOST_ITEMS: Final = 12
SHORT_FORM = ("subject", "preview", "body", "mjml", "text")


class Content(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What is said by one channel: a Markdown `body` in the brand's look, or an `mjml` document of one's own."""

    subject: str = ""
    preview: str = ""
    body: str = ""
    mjml: str = ""
    text: str = ""


class Said(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """The contents of one locale or variant, by channel."""

    email: Content | None = None
    sms: Content | None = None
    subject: str = ""
    preview: str = ""
    body: str = ""
    mjml: str = ""
    text: str = ""

    def __post_init__(self) -> None:
        if self.email is None and any(getattr(self, name) for name in SHORT_FORM):
            self.email = Content(**{name: getattr(self, name) for name in SHORT_FORM})
            for name in SHORT_FORM:
                setattr(self, name, "")


class Items(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """The products that a message shows: where its run names them, how many at most, and whether those sold out drop out."""

    of: str
    most: int = 4
    sold_out: Literal["drop", "keep"] = "drop"


class Message(Said, omit_defaults=True, forbid_unknown_fields=True):
    """A whole message. `fallback` says what stands in for a value a person may lack: {"person.called": "there"}."""

    message: str = ""
    about: str = ""
    purpose: str = ""
    locale: str = ""
    fallback: dict[str, Any] = {}
    locales: dict[str, Said] = {}
    variants: dict[str, Said] = {}
    utm: bool = True
    items: str | Items | None = None
    voices: Voices | None = None


def read_message(name: str, source: str | dict[str, Any], file: str = "") -> Message:
    """Read a message from YAML text (or from a mapping). Raises Mistakes, with file, line and sentence."""
    file = file or f"messages/{name}.yaml"
    message = read_typed(source if isinstance(source, str) else canonical(source), file, Message, "A message")
    message.message = message.message or name
    message.fallback = {path: str(value) for path, value in _flat(message.fallback)}
    if message.message != name:
        raise Mistakes([Mistake(file, 1, f"It calls itself {message.message!r}; name and file must agree.")])
    if isinstance(message.items, str):
        message.items = Items(of=message.items)
    if message.items and (why := _wrong_items(message.items)):
        raise Mistakes([Mistake(file, 1, why)])
    if message.voices and (why := wrong_voices(message.voices)):
        raise Mistakes([Mistake(file, 1, why)])
    if message.email is None and message.sms is None:
        raise Mistakes([Mistake(file, 1, "It says nothing: write subject and body.")])
    return message


def _wrong_items(items: Items) -> str:
    if items.of.partition(".")[0] not in NAMES_ITEMS:
        return f"`items` is a path that begins with {', '.join(NAMES_ITEMS)}, such as start.products; {items.of!r} is not."
    if not 1 <= items.most <= MOST_ITEMS:
        return f"`most` of `items` is 1 to {MOST_ITEMS} products: more are too many for one message."
    return ""


def contents(message: Message) -> dict[tuple[str, str], Content]:
    """Return every e-mail content by (locale, variant); a part that says nothing of its own takes it from the plain one."""
    if message.email is None:
        return {}
    found = {("", ""): message.email}
    for locale, said in message.locales.items():
        found[locale, ""] = _over(said.email, message.email)
    for variant, said in message.variants.items():
        found["", variant] = _over(said.email, message.email)
    return found


def _over(own: Content | None, plain: Content) -> Content:
    if own is None:
        return plain
    has_body = bool(own.body or own.mjml)
    return Content(
        subject=own.subject or plain.subject,
        preview=own.preview or plain.preview,
        body=own.body if has_body else plain.body,
        mjml=own.mjml if has_body else plain.mjml,
        text=own.text if has_body or own.text else plain.text,
    )


def _flat(nested: dict[str, Any], before: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for key, value in nested.items():
        if isinstance(value, dict):
            found += _flat(value, f"{before}{key}.")
        else:
            found.append((f"{before}{key}", value))
    return found
