"""Clicks and openings as events on the timeline, told at the door or, from what was kept on disk, by the worker."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, connection, transaction

from duologue.engage.conversations import spool
from duologue.engage.conversations.judging import Click, judged
from duologue.engage.conversations.origin import Origin, origin_of
from duologue.engage.messages.actions import note_outcome
from duologue.engage.messages.queries import Target, link_target
from duologue.people.timeline import actions as timeline
from duologue.people.timeline import names
from duologue.people.timeline.actions import NewEvent
from duologue.platform.workspaces.models import Workspace
from duologue.platform.workspaces.queries import now

MOST_REMEMBERED = 20_000
LOOK_BACK = timedelta(days=40)
_targets: OrderedDict[tuple[int, int, int], Target] = OrderedDict()


def follow(numbers: tuple[int, int, int], method: str, agent: str, purpose: str = "") -> Target | None:
    """Note a click and return where its link leads; None where there is no such link.

    While the database is away, links that this process has led to before still lead there, and the click is kept on disk.
    """
    workspace_id, delivery, link = numbers
    try:
        workspace = Workspace.objects.filter(pk=workspace_id).first()
        target = link_target(workspace, delivery, link) if workspace else None
    except DatabaseError:
        target = _targets.get(numbers)
        if target:
            spool.keep({"numbers": numbers, "method": method, "agent": agent[:200], "purpose": purpose})
        return target
    if workspace is None or target is None:
        return None
    _remember(numbers, target)
    try:
        tell_click(workspace=workspace, delivery=delivery, link=link, target=target, method=method, agent=agent, purpose=purpose)
    except DatabaseError:
        spool.keep({"numbers": numbers, "method": method, "agent": agent[:200], "purpose": purpose})
    return target


@transaction.atomic
def tell_click(
    *,
    workspace: Workspace,
    delivery: int,
    link: int,
    target: Target,
    method: str,
    agent: str,
    purpose: str = "",
    at: datetime | None = None,
) -> str:
    """Write a click onto the timeline, judged; return the judgement."""
    moment = at or now(workspace)
    origin = origin_of(workspace, delivery)
    if origin is None:
        return "unknown"
    others = _clicks_of(workspace, origin, moment)
    human = judged(Click(method, agent, moment, link, None if workspace.is_virtual else origin.accepted_at, others, purpose))
    properties: dict[str, Any] = {**origin.properties, "link": target.name, "no": link, "url": target.url.partition("?")[0]}
    properties |= {"human": human, "footer": target.footer, **({"product_id": target.product} if target.product else {})}
    event = NewEvent(origin.profile, moment, names.LINK_CLICKED, properties, received_at=moment, run_id=origin.run, delivery_id=delivery)
    timeline.write(workspace=workspace, events=[event], now=moment)
    if human == "true" and not target.footer:
        note_outcome(workspace=workspace, deliveries=[delivery], kind="responded", at=moment)
    return human


@transaction.atomic
def tell_opening(numbers: tuple[int, int]) -> None:
    """Write an opening onto the timeline, once per delivery; it decides nothing."""
    workspace = Workspace.objects.filter(pk=numbers[0]).first()
    origin = origin_of(workspace, numbers[1]) if workspace else None
    if workspace is None or origin is None or _was_opened(workspace, origin):
        return
    moment = now(workspace)
    event = NewEvent(origin.profile, moment, names.MESSAGE_OPENED, origin.properties, run_id=origin.run, delivery_id=origin.delivery)
    timeline.write(workspace=workspace, events=[event], now=moment)


def tell_spooled() -> int:
    """Tell the clicks that were kept on disk while the database was away; return how many. For the worker."""
    told = 0
    for path, clicks in spool.waiting():
        with transaction.atomic():
            for click in clicks:
                workspace_id, delivery, link = click["numbers"]
                workspace = Workspace.objects.filter(pk=workspace_id).first()
                target = link_target(workspace, delivery, link) if workspace else None
                if workspace and target:
                    how = {key: click.get(key, "") for key in ("method", "agent", "purpose")}
                    tell_click(workspace=workspace, delivery=delivery, link=link, target=target, at=_moment(workspace, click), **how)
                    told += 1
        path.unlink(missing_ok=True)
    return told


def _moment(workspace: Workspace, click: dict[str, Any]) -> datetime | None:
    """Return when a kept click was made: that counts, not when it could be written down."""
    if workspace.is_virtual or not click.get("at"):
        return None
    return min(datetime.fromisoformat(click["at"]), now(workspace))


def _remember(numbers: tuple[int, int, int], target: Target) -> None:
    _targets[numbers] = target
    _targets.move_to_end(numbers)
    while len(_targets) > MOST_REMEMBERED:
        _targets.popitem(last=False)


def _clicks_of(workspace: Workspace, origin: Origin, moment: datetime) -> list[tuple[datetime, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT occurred_at, (properties->>'no')::int FROM people_event WHERE workspace_id = %s AND profile_id = %s AND name = %s
               AND delivery_id = %s AND occurred_at BETWEEN %s AND %s ORDER BY occurred_at DESC LIMIT 20""",
            (workspace.pk, origin.profile, names.LINK_CLICKED, origin.delivery, moment - timedelta(seconds=10), moment),
        )
        return list(cursor.fetchall())


def _was_opened(workspace: Workspace, origin: Origin) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT EXISTS (SELECT FROM people_event WHERE workspace_id = %s AND profile_id = %s AND name = %s AND delivery_id = %s
               AND occurred_at >= %s)""",
            (workspace.pk, origin.profile, names.MESSAGE_OPENED, origin.delivery, origin.accepted_at or now(workspace) - LOOK_BACK),
        )
        return bool(cursor.fetchone()[0])
