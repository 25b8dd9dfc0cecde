"""Looking through a message before it is sent, as someone would read it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from duologue.engage.messages import versions
from duologue.engage.messages.content.compile import compile_content
from duologue.engage.messages.lacking import audiences_of, lacking
from duologue.engage.messages.models import Message, MessageVersion
from duologue.engage.messages.queries import NoSuchMessage, filled_preview, reads_of
from duologue.engage.messages.rules.checking import Finding, Letter, findings, not_known
from duologue.engage.messages.surroundings import surroundings
from duologue.kit.predicate import dig

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duologue.engage.messages.content.look import Look
    from duologue.engage.messages.versions import Version
    from duologue.platform.workspaces.models import Workspace

PLAIN: Final = ("", "")


def check_message(
    workspace: Workspace, name: str, person: int | None = None, *, kind: str = "promotion", audience: str = ""
) -> list[Finding]:
    """Return what to look at in a message as a person would read it (None: someone of whom nothing is known), the worst first.

    Every language and variant is looked through; what is found in some but not in the plain one names them. Where no person is chosen
    it is counted of how many of its `audience` (else those of the dialogues that say it, else everybody) what it names is not known.
    Raises NoSuchMessage, or ContentFailed with a sentence.
    """
    row = Message.within(workspace).filter(name=name).first()
    stored = row and MessageVersion.within(workspace).filter(message=row, number=row.current).first()
    if not stored:
        raise NoSuchMessage(f"There is no message {name!r} in {workspace.name}.")
    version, look = versions.version_of(-stored.pk, stored.data), surroundings(workspace).look
    places: dict[Finding, list[tuple[str, str]]] = {}
    for place in version.contents:
        for one in findings(_letter(workspace, version, place, look, name, person, kind), look):
            places.setdefault(one, []).append(place)
    found = [one if PLAIN in where else replace(one, says=f"{_named(where)}: {one.says}") for one, where in places.items()]
    if person is None:
        audiences = [audience] if audience else audiences_of(workspace, name)
        fallback = {".".join((*place, key)): instead for place, given in version.fallback for key, instead in given.items()}
        found += [not_known(one, fallback.get(one.path, "")) for one in lacking(workspace, reads_of(version), audiences)]
    return sorted(found, key=lambda one: one.tone != "bad")


def _letter(  # noqa: PLR0917 - what makes a letter
    workspace: Workspace, version: Version, place: tuple[str, str], look: Look, name: str, person: int | None, kind: str
) -> Letter:
    """Return one of a version's contents as it would be read, whatever its reader's language."""
    written, locale = version.contents[place], place[0]
    filled = filled_preview(workspace, replace(version, contents={PLAIN: written}), name, person, kind=kind, locale=locale)
    content, values = filled.content, filled.values
    read = sorted(path for path in content.reads if path.startswith("person."))
    missing = [path for path in read if person is not None and dig(filled.known, path) in (None, "")]
    own = compile_content(written, look=look, locale=locale or "en", is_promotion=kind == "promotion")
    return Letter(
        subject=content.subject.render(values),
        preview=written.preview,
        html=content.html.render(values),
        text=content.text.render(values),
        links=tuple(link.url for link in own.links),
        missing=tuple(missing),
        is_promotion=kind == "promotion",
    )


def _named(places: Sequence[tuple[str, str]]) -> str:
    return f"In {', '.join(locale or f'variant {variant}' for locale, variant in places)}"
