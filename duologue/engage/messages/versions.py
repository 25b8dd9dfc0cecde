"""Compiled messages, kept in memory: a version never changes, so neither does what was compiled from it."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from duologue.engage.contributions.rules import Voices
from duologue.engage.messages.content import words
from duologue.engage.messages.content.compile import Compiled, Link, compile_content
from duologue.engage.messages.content.voices import VOICES
from duologue.engage.messages.models import MessageVersion
from duologue.engage.messages.rules.source import Content, Items, Message, contents

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Mapping

    from duologue.engage.messages.content.look import Look
    from duologue.platform.workspaces.models import Workspace

MOST = 2000


@dataclass(slots=True, frozen=True)
class Version:
    """A message version as it is used: contents by (locale, variant), fall-backs, and its numbered links."""

    id: int
    contents: dict[tuple[str, str], Content]
    fallback: tuple[tuple[tuple[str, ...], dict[str, str]], ...]  # (path, what stands in for each key that is missing there)
    links: tuple[Link, ...]
    utm: bool
    items: Items | None = None  # the products it shows
    voices: Voices | None = None  # what people say, where it shows that


_versions: OrderedDict[int, Version] = OrderedDict()
_compiled: OrderedDict[Hashable, Compiled] = OrderedDict()


def versions(workspace: Workspace, ids: Collection[int]) -> dict[int, Version]:
    """Return message versions by id; those not in memory come in one query."""
    missing = [number for number in ids if number not in _versions]
    if missing:
        for number, data in MessageVersion.within(workspace).filter(id__in=missing).values_list("id", "data"):
            _keep(_versions, number, version_of(number, data))
    return {number: _versions[number] for number in ids if number in _versions}


def version_of(number: int, data: dict[str, Any]) -> Version:
    """Read a version's `data`."""
    message = msgspec.convert(data["message"], Message)
    written = contents(message)
    return Version(
        id=number,
        contents=written,
        fallback=_by_place(message.fallback),
        links=tuple(Link(url, name) for url, name in data.get("links", [])),
        utm=message.utm,
        items=message.items if isinstance(message.items, Items) else None,
        voices=(message.voices or Voices()) if any(VOICES.is_shown(content) for content in written.values()) else None,
    )


def _by_place(fallback: Mapping[str, str]) -> tuple[tuple[tuple[str, ...], dict[str, str]], ...]:
    found: dict[tuple[str, ...], dict[str, str]] = {}
    for path, instead in fallback.items():
        *place, key = path.split(".")
        found.setdefault(tuple(place), {})[key] = instead
    return tuple(found.items())


def compiled(version: Version, *, locale: str, variant: str, look: Look, is_promotion: bool, is_about: bool = False) -> Compiled:
    """Return the version compiled for a locale: the exact one, else its language, else the plain one. May raise ContentFailed."""
    key_locale = next((one for one in (locale, locale.split("-", maxsplit=1)[0]) if (one, "") in version.contents), "")
    content = version.contents.get((key_locale, variant)) or version.contents.get((key_locale, "")) or version.contents["", ""]
    shown = locale or "en"
    key = (version.id, key_locale, variant, words_of(shown), look, is_promotion, is_about)
    if key not in _compiled or version.id < 0:
        made = compile_content(content, look=look, locale=shown, is_promotion=is_promotion, is_about=is_about, links=version.links)
        _keep(_compiled, key, made)
    return _compiled[key]


def plain(kind: str, *, locale: str, look: Look, is_promotion: bool, is_about: bool = False, offer: str = "") -> Compiled:
    """Return a message of our own: `ask` and `give` turns without one, and a human's `reply`."""
    key = ("plain", kind, words_of(locale), look, is_promotion, is_about, offer)
    if key not in _compiled:
        said = words.of(words.PLAIN, locale)
        if kind == "reply":
            content = Content(subject="{{ reply.subject }}", body="{{ reply.text | newline_to_br }}", text="{{ reply.text }}")
        else:
            content = Content(subject=said[f"{kind}_subject"], body=said[f"{kind}_body"].replace("OFFER", offer))
        made = compile_content(content, look=look, locale=locale or "en", is_promotion=is_promotion, is_about=is_about)
        _keep(_compiled, key, made)
    return _compiled[key]


def words_of(locale: str) -> str:
    """Return the language in which our own words (the footer) are said for a locale."""
    language = locale.split("-", maxsplit=1)[0].lower()
    return language if language in words.FOOTER else "en"


def _keep(cache: OrderedDict[Any, Any], key: Any, value: Any) -> None:
    cache[key] = value
    if len(cache) > MOST:
        cache.popitem(last=False)
