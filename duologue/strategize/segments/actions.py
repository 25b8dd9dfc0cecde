"""Saving segments, and counting them in full."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import F

from duologue.kit.yaml import Mistake, Mistakes, suggestion
from duologue.strategize.segments.compiled import all_compiled, one_compiled
from duologue.strategize.segments.evaluate import evaluate
from duologue.strategize.segments.follower import hold, read_on
from duologue.strategize.segments.full import count_everyone
from duologue.strategize.segments.models import Segment
from duologue.strategize.segments.rules import reads as looks
from duologue.strategize.segments.rules.read import line_of_segment, read_segment
from duologue.strategize.segments.rules.tree import to_json

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.segments.rules.tree import Rule

Refused = Mistakes  # what save_segment raises: .mistakes, each with file, line, sentence


class Busy(Exception):
    """Another process is counting this workspace's segments; try again in a moment."""


@transaction.atomic
def save_segment(*, workspace: Workspace, name: str, source_yaml: str, now: datetime, file: str = "") -> Segment:  # noqa: ARG001 - as all actions
    """Save a segment as written; unchanged text changes nothing. It is counted by `sweep`, or by the worker soon after.

    Raises Mistakes (file, line, sentence) for what cannot be read, a segment that is not there, and a circle of segments.
    """
    rule = checked(workspace=workspace, name=name, source_yaml=source_yaml, file=file)
    found = looks.reads(rule)
    segment = Segment.within(workspace).select_for_update().filter(name=name).first()
    tree = to_json(rule.where)
    if segment is None:
        segment = Segment(workspace=workspace, name=name, revision=0)
    elif segment.source == source_yaml:
        return segment
    changed = segment.revision == 0 or segment.rule.get("where") != tree
    segment.about, segment.source, segment.rule, segment.reads = rule.about, source_yaml, to_json(rule), found
    segment.revision += changed
    segment.save()
    return segment


def checked(*, workspace: Workspace, name: str, source_yaml: str, file: str = "") -> Rule:
    """Return the rule of a segment as written; raises Mistakes as `save_segment` does."""
    place = file or f"segments/{name}.yaml"
    rule = read_segment(source_yaml, place)
    kept = dict(Segment.within(workspace).values_list("name", "reads"))
    graph = {one: _segments_in(reads) for one, reads in {**kept, name: looks.reads(rule)}.items()}
    if unknown := [other for other in graph[name] if other not in graph]:
        raise Mistakes(Mistake(place, line_of_segment(source_yaml, other), _not_there(other, kept)) for other in unknown)
    try:
        looks.in_order(graph)
    except ValueError as circle:
        raise Mistakes([Mistake(place, 1, f"Segments refer to each other in a circle: {circle}.")]) from None
    return rule


def _not_there(name: str, kept: Iterable[str]) -> str:
    return f"There is no segment {name!r}{suggestion(name, kept) or '; save it first, or correct the name.'}"


def _segments_in(reads: Iterable[str]) -> list[str]:
    return [read.removeprefix(looks.SEGMENT) for read in reads if read.startswith(looks.SEGMENT)]


@transaction.atomic
def sweep(*, workspace: Workspace, segment: Segment, now: datetime) -> int:
    """Count a segment in full and correct what differs; return how many memberships were mended (the goal is 0).

    The first count of a new segment fills it without a word on the timeline and mends nothing. Segments that it names and
    that were not counted as they now read are counted before it. Raises Busy while another process holds this
    workspace's segments.
    """
    if not hold(workspace):
        raise Busy("Segments of this workspace are being counted by another process; try again in a moment.")
    segment.refresh_from_db()
    for other in Segment.within(workspace).filter(name__in=_segments_in(segment.reads), swept_revision__lt=F("revision")).order_by("id"):
        sweep(workspace=workspace, segment=other, now=now)
    first = segment.swept_revision == 0
    known = segment.swept_revision == segment.revision
    if known:
        _catch_up(workspace, segment, now)
    compiled = one_compiled(segment.pk, segment.revision, segment.name)
    named = any(segment.name in one.segments for one in all_compiled(workspace))
    changed = count_everyone(workspace, compiled, now, tell=not first, named=named)
    segment.refresh_from_db(fields=["size"])
    segment.swept_revision, segment.swept_at = segment.revision, now
    segment.mended = len(changed) if known else 0
    segment.save(update_fields=["swept_revision", "swept_at", "mended"])
    rules = all_compiled(workspace)
    due = {one.id: changed for one in rules if segment.name in one.segments}
    if changed and due:
        evaluate(workspace, rules, due, now)
    return int(segment.mended)


def _catch_up(workspace: Workspace, segment: Segment, now: datetime) -> None:
    """Read on and look again at what is due, so that only true mistakes are counted as mended."""
    while read_on(workspace, now):
        pass
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT person FROM strategize_segmentmember WHERE workspace_id = %s AND segment_id = %s AND recheck_at <= %s",
            (workspace.pk, segment.pk, now),
        )
        due = {row[0] for row in cursor.fetchall()}
    if due:
        evaluate(workspace, all_compiled(workspace), {segment.pk: due}, now)
