"""A parent's page: may the brand write to the child, and for what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duologue.engage.parents.actions import child_in, parent_says
from duologue.people.consent import ages
from duologue.people.consent.queries import purposes, standing
from duologue.people.consent.rules import PARENT
from duologue.web.public.access import Visit, by_link_for

if TYPE_CHECKING:
    from django.http import HttpResponse

    from duologue.people.consent.models import Purpose

SEEN = "shown"


@by_link_for("parent")
def parent(visit: Visit) -> HttpResponse:
    """Ask; a POST keeps a yes or a no for each purpose. By the same link it can be taken back at any time."""
    asked = {name: purpose for name, purpose in purposes(visit.workspace).items() if purpose.basis == "consent"}
    if visit.request.method == "POST":
        seen = set(visit.request.POST.getlist(SEEN)) or set(asked)
        agreed = {name: name in visit.request.POST for name in asked if name in seen}
        wordings = {name: f"{visit.words['parent_ask']} {asked[name].title}. {asked[name].about}".strip() for name in agreed}
        parent_says(
            workspace=visit.workspace,
            profile=visit.origin.profile,
            agreed=agreed,
            wordings=wordings,
            delivery=visit.origin.delivery,
            now=visit.now,
        )
        said = [(asked[name].title, visit.words["yes" if yes else "no"]) for name, yes in agreed.items()]
        return visit.page("parent.html", kept=said, **_context(visit, list(asked.values())))
    return visit.page("parent.html", **_context(visit, list(asked.values())))


def _context(visit: Visit, asked: list[Purpose]) -> dict[str, Any]:
    stands = standing(visit.workspace, [visit.origin.person])[visit.origin.person]
    country = visit.person.country or visit.workspace.country
    return {
        "child": child_in(workspace=visit.workspace, delivery=visit.origin.delivery),
        "age": ages.age_of_consent(country),
        "purposes": [(one, stands.said_yes(PARENT, one.name)) for one in asked],
    }
