"""Buyers: of those who first bought in a month, how many bought again, and what each was worth."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from duologue.measure.buyers.queries import buyers
from duologue.measure.buyers.rules import WITHIN, returning
from duologue.measure.buyers.tasks import count_soon
from duologue.measure.reports.rules import as_csv as written
from duologue.platform.staff.rules import Right
from duologue.web.access import inside
from duologue.web.pages import as_table, page

if TYPE_CHECKING:
    from django.http import HttpRequest

    from duologue.platform.workspaces.models import Workspace

PLACE: Final = "measure/buyers"
SHOWN: Final = 24  # months, the last ones
TOLD: Final = 3  # months; the page's sentence says so in words


@require_GET
@inside(Right.LOOK)
def buyers_page(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Show the last months as they were counted; where they never were, a job counts them."""
    found = buyers(workspace)
    if found["at"] is None:
        count_soon(workspace)
    told = returning(found["cohorts"], TOLD)
    context: dict[str, Any] = {
        "any": bool(found["cohorts"]),
        "counted_at": datetime.fromisoformat(found["at"]) if found["at"] else None,
        "within": WITHIN,
        "months": [_line(month, one) for month, one in reversed(list(found["cohorts"].items())[-SHOWN:])],
        "more": max(0, len(found["cohorts"]) - SHOWN),
        "told": {"again": round(100 * told[1] / told[0])} if told else None,
    }
    return page(request, workspace, "measure/buyers.html", place=PLACE, **context)


@require_POST
@inside(Right.LOOK)
def again(_request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Leave counting anew to a job."""
    count_soon(workspace)
    return redirect("measure:buyers", workspace.name)


@require_GET
@inside(Right.LOOK)
def as_json(_request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Return all months as JSON, as the API gives them."""
    return JsonResponse(buyers(workspace), json_dumps_params={"indent": 2})


@require_GET
@inside(Right.LOOK)
def as_csv(_request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Return all months as CSV, one figure on each line."""
    return as_table(written(buyers(workspace)), "buyers")


def _line(month: str, one: dict[str, Any]) -> dict[str, Any]:
    shares = [round(100 * one["again"][key] / one["people"]) if (key := str(months)) in one["again"] else None for months in WITHIN]
    each = {"orders_each": one["orders"] / one["people"], "revenue_each": round(one["revenue"] / one["people"])}
    return {"month": month, "people": one["people"], "cells": shares, **each}
