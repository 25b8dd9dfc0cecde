"""What every staff page has in common: its frame, its place in the menu, and lists in pages."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Field
from django.http import HttpResponse
from django.shortcuts import redirect, render

from duologue.engage.conversations.models import Conversation
from duologue.kit.text import whole_number
from duologue.platform.staff.models import Staff
from duologue.platform.staff.rules import Right, may
from duologue.platform.workspaces.queries import now

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import Model, QuerySet
    from django.http import HttpRequest

    from duologue.platform.workspaces.models import Workspace

PAGE_SIZE = 50


def page(request: HttpRequest, workspace: Workspace, template: str, *, place: str, **context: Any) -> HttpResponse:
    """Render a staff page inside the frame; `place` is the menu entry it belongs to, as 'stage/entry'."""
    role = getattr(request, "role", "")
    frame = {
        "workspace": workspace,
        "place": place,
        "stage": place.split("/", 1)[0],
        "now": context.pop("now", None) or now(workspace),
        "can": {right.name.lower(): may(role, right) for right in Right},
        "open_conversations": Conversation.within(workspace).filter(state=Conversation.State.OPEN).count(),
    }
    return render(request, template, {**frame, **context})


def said(request: HttpRequest, sentence: str, to: str, *args: Any, refused: bool = False) -> HttpResponse:
    """Go to a page and say there what was done, or why it was not."""
    (messages.error if refused else messages.success)(request, sentence)
    return redirect(to, *args)


def as_table(text: str, name: str) -> HttpResponse:
    """Return CSV to be kept as a file; `name` is without its ending."""
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}.csv"'})


def member(request: HttpRequest) -> Staff:
    """Return who asks; every staff page is only reached signed in."""
    assert isinstance(request.user, Staff)
    return request.user


@dataclass(frozen=True, slots=True)
class Slice:
    """One page of a list, and the token of the next one, empty on the last."""

    rows: list[Any]
    following: str


def sliced(rows: QuerySet[Any], request: HttpRequest, *by: str, size: int = PAGE_SIZE) -> Slice:
    """Return one page by keyset: rows ordered descending by `by` (unique in sum), after the place that `?after=` names."""
    after = _place(request.GET.get("after", ""), [_field(rows.model, name) for name in by])
    if after is not None:
        rows = rows.extra(  # noqa: S610  columns are ours, values are parameters
            where=[f"({', '.join(_column(rows.model, name) for name in by)}) < ({', '.join(['%s'] * len(by))})"], params=after
        )
    found = list(rows.order_by(*(f"-{name}" for name in by))[: size + 1])
    following = _token([getattr(found[size - 1], name) for name in by]) if len(found) > size else ""
    return Slice(rows=found[:size], following=following)


def _field(model: type[Model], name: str) -> Field[Any, Any]:
    field = model._meta.get_field(name)
    assert isinstance(field, Field)
    return field


def _column(model: type[Model], name: str) -> str:
    return f'"{model._meta.db_table}"."{_field(model, name).column}"'


def _token(values: Sequence[Any]) -> str:
    text = json.dumps([value.isoformat() if hasattr(value, "isoformat") else value for value in values])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _place(token: str, fields: Sequence[Field[Any, Any]]) -> list[Any] | None:
    """Return the place that a token names, or None for one that we did not write."""
    if not token:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        if not isinstance(values, list) or len(values) != len(fields):
            return None
        return [field.clean(field.to_python(value), None) for field, value in zip(fields, values, strict=True)]
    except (binascii.Error, ValueError, TypeError, OverflowError, RecursionError, ValidationError):
        return None


def moment_and_number(token: str) -> tuple[datetime, int] | None:
    """Return the place in a list by time that `?after=` names, or None for one that we did not write."""
    at, _, digits = token.partition("_")
    number = whole_number(digits)
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    return None if number is None or moment.tzinfo is None else (moment, number)
