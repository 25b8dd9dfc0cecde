"""Ready answers: checking their words, and filling them in for one person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from duologue.brand.book.queries import current as current_book
from duologue.engage.care.queries import current
from duologue.engage.templates.liquid import ContentFailed, Template, paths, unguarded
from duologue.people.names.rules import with_called

if TYPE_CHECKING:
    from duologue.people.profiles.queries import KnownPerson
    from duologue.platform.staff.models import Staff
    from duologue.platform.workspaces.models import Workspace

ALWAYS: Final = ("brand.name", "brand.website", "member.name")  # what there is for everybody


def faults(text: str) -> list[str]:
    """Return what is wrong with the words of a ready answer, each as a sentence."""
    try:
        read = paths(text)
    except ContentFailed as failed:
        return [f"These words cannot be filled in: {failed}."]
    unknown = sorted(path for path in read if path not in ALWAYS and not path.startswith("person."))
    found = [f"A ready answer knows no {path!r}; it knows person., {', '.join(ALWAYS)}." for path in unknown]
    bare = sorted(unguarded(text) - set(ALWAYS) - set(unknown))
    return found + [f'Not everybody has {path}; write  {{{{ {path} | default: "…" }}}}  with what stands in for it.' for path in bare]


def ready_answer(workspace: Workspace, name: str, person: KnownPerson, member: Staff) -> str | None:
    """Return a ready answer as this member would say it to this person, in the person's language; None where there is none.

    Raises ContentFailed where a value of the person's cannot be written as the answer wants it.
    """
    answer = current(workspace).answers.get(name)
    if answer is None:
        return None
    book = current_book(workspace)
    locale = person.locale or workspace.locale
    values: dict[str, Any] = {
        "person": {"name": person.name, "locale": locale, "country": person.country, **with_called(person.facts, locale=locale)},
        "brand": {"name": book.name, "website": book.website},
        "member": {"name": str(member)},
    }
    return Template(answer.said_in(locale).strip(), escape=False).render(values).strip()
