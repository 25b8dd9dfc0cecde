"""Looking through a message before it is sent, as someone would read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.engage.messages import versions
from duologue.engage.messages.models import Message, MessageVersion
from duologue.engage.messages.queries import NoSuchMessage, filled_preview
from duologue.engage.messages.rules.checking import Finding, Letter, findings
from duologue.engage.messages.surroundings import surroundings
from duologue.kit.predicate import dig

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace


def check_message(workspace: Workspace, name: str, person: int | None = None, *, kind: str = "promotion") -> list[Finding]:
    """Return what to look at in a message as a person would read it (None: someone of whom nothing is known).

    Raises NoSuchMessage, or ContentFailed with a sentence.
    """
    row = Message.within(workspace).filter(name=name).first()
    stored = row and MessageVersion.within(workspace).filter(message=row, number=row.current).first()
    if not stored:
        raise NoSuchMessage(f"There is no message {name!r} in {workspace.name}.")
    version = versions.version_of(-stored.pk, stored.data)
    filled = filled_preview(workspace, version, name, person, kind=kind)
    content, values = filled.content, filled.values
    known = filled.known
    read = sorted(path for path in content.reads if path.startswith("person."))
    missing = [path for path in read if person is not None and dig(known, path) in (None, "")]
    return findings(
        Letter(
            subject=content.subject.render(values),
            preview=version.contents["", ""].preview,
            html=content.html.render(values),
            text=content.text.render(values),
            links=tuple(link.url for link in content.links),
            missing=tuple(missing),
            is_promotion=kind == "promotion",
        ),
        surroundings(workspace).look,
    )
