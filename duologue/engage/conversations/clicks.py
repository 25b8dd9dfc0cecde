"""Clicks and openings as events on the timeline, told at the door or, from what was kept on disk, by the worker."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from duologue.engage.conversations import spool
from duologue.engage.conversations.judging import BURST, Click, judged
from duologue.engage.conversations.origin import origin_of
from duologue.engage.messages.actions import note_moments
from duologue.engage.messages.links import Sent, Target, link_targets
from duologue.people.intake.queries import receiving
from duologue.people.timeline import actions as timeline
from duologue.people.timeline import names
from duologue.people.timeline.actions import NewEvent
from duologue.platform.database import arrays
from duologue.platform.database.away import is_away, noticed_away
from duologue.platform.database.transactions import came_about, number_of_this
from duologue.platform.workspaces.models import Workspace
from duologue.platform.workspaces.queries import lately, now

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from duologue.engage.conversations.origin import Origin

MOST_REMEMBERED = 20_000
MOST_AT_ONCE = 500
LOOK_BACK = timedelta(days=40)
_targets: OrderedDict[tuple[int, int, int], Target] = OrderedDict()


class Followed(msgspec.Struct, frozen=True, gc=False):
    """A link that was followed: (workspace, delivery, link), and how; `at` where it was earlier."""

    numbers: tuple[int, int, int]
    method: str
    agent: str
    purpose: str = ""
    at: datetime | None = None

    @property
    def link(self) -> tuple[int, int]:
        return self.numbers[1], self.numbers[2]


class Away:
    """Said of a link in place of where it leads: the database, which knows, is away, or asked by too many."""


def follow(followed: Sequence[Followed]) -> list[Target | Away | None]:
    """Note clicks, durably, and return where each link leads; None where there is no such link.

    While the database is away, links that this process has led to before still lead there, and the clicks are kept on disk; of others it
    cannot be said where they lead: `Away`.
    """
    if is_away():
        return _remembered(followed)
    try:
        pairs = [(workspace, some, _led_to(workspace, some)) for workspace, some in _by_workspace(followed)]
    except (DatabaseError, InterfaceError) as trouble:
        if isinstance(trouble, OperationalError | InterfaceError):
            noticed_away()
        return _remembered(followed)
    for workspace, some, targets in pairs:
        known = [(one, target) for one in some if (target := targets[one.link]) is not None]
        for one, target in known:
            _remember(one.numbers, target)
        try:
            tell_clicks(workspace=workspace, clicks=known)
        except DatabaseError:
            _keep([one for one, _ in known])
    leads = {(workspace.pk, *link): target for workspace, _, targets in pairs for link, target in targets.items()}
    return [leads.get(one.numbers) for one in followed]


def _remembered(followed: Sequence[Followed]) -> list[Target | Away | None]:
    _keep([one for one in followed if one.numbers in _targets])
    return [_targets.get(one.numbers, Away()) for one in followed]


def _by_workspace(followed: Sequence[Followed]) -> Iterator[tuple[Workspace, list[Followed]]]:
    for pk, workspace in lately({one.numbers[0] for one in followed}).items():
        yield workspace, [one for one in followed if one.numbers[0] == pk]


def _led_to(workspace: Workspace, some: Sequence[Followed]) -> dict[tuple[int, int], Target | None]:
    return link_targets(workspace, {one.link for one in some})


def _keep(followed: Sequence[Followed]) -> None:
    if followed:
        spool.keep(*({"numbers": one.numbers, "method": one.method, "agent": one.agent[:200], "purpose": one.purpose} for one in followed))


@transaction.atomic
def tell_clicks(*, workspace: Workspace, clicks: Sequence[tuple[Followed, Target]]) -> list[str]:
    """Write clicks onto the timeline, each judged; return the judgements. Targets are as `link_targets` gave them."""
    if not clicks:
        return []
    present = receiving(workspace)
    letters = {one.numbers[1]: sent for one, target in clicks if (sent := target.sent) is not None and not sent.is_about}
    moments = [one.at or present for one, _ in clicks]
    others = _clicks_of(workspace, letters, min(moments) - BURST, max(moments))
    events, judgements = [], []
    responded: dict[int, datetime] = {}
    for (one, target), moment in zip(clicks, moments, strict=True):
        delivery, link = one.link
        sent = letters.get(delivery)
        if sent is None:
            judgements.append("unknown")
            continue
        near = [other for other in others[delivery] if moment - BURST <= other[0] <= moment]
        others[delivery].append((moment, link))
        accepted_at = None if workspace.is_virtual else sent.accepted_at
        human = judged(Click(one.method, one.agent, moment, link, accepted_at, near, one.purpose))
        events.append(_event(sent, target, one.link, moment, human))
        judgements.append(human)
        if human == "true" and not target.footer and not sent.has_response:
            responded[delivery] = min(moment, responded.get(delivery, moment))
    timeline.write(workspace=workspace, events=events, now=present)
    if responded:
        note_moments(workspace=workspace, moments=responded, kind="responded")
    return judgements


def _event(sent: Sent, target: Target, followed: tuple[int, int], moment: datetime, human: str) -> NewEvent:
    delivery, link = followed
    properties: dict[str, Any] = {
        "delivery": delivery,
        "dialogue": sent.dialogue,
        "turn": sent.turn,
        "seq": sent.seq,
        "message": sent.message,
        "channel": sent.channel,
        "link": target.name,
        "no": link,
        "url": target.url.partition("?")[0],
        "human": human,
        "footer": target.footer,
        **({"product_id": target.product} if target.product else {}),
    }
    return NewEvent(sent.profile, moment, names.LINK_CLICKED, properties, received_at=moment, run_id=sent.run, delivery_id=delivery)


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
    """Tell the clicks that were kept on disk while the database was away, each once; return how many. For the worker."""
    told = 0
    for kept in spool.waiting():
        done = came_about(kept.told_by) if kept.told_by is not None else False
        if done is None:
            continue
        if not done:
            told += _tell_file(kept)
        kept.forget()
    return told


@transaction.atomic
def _tell_file(kept: spool.Kept) -> int:
    told = sum(_tell_kept(kept.clicks[begin : begin + MOST_AT_ONCE]) for begin in range(0, len(kept.clicks), MOST_AT_ONCE))
    kept.will_be_told_by(number_of_this())
    return told


def _tell_kept(clicks: Sequence[dict[str, Any]]) -> int:
    told = 0
    for workspace, some in _by_workspace([_as_kept(click) for click in clicks]):
        targets = _led_to(workspace, some)
        present = now(workspace)
        known = [
            (msgspec.structs.replace(one, at=_moment(workspace, one.at, present)), target)
            for one in some
            if (target := targets[one.link]) is not None
        ]
        told += len(tell_clicks(workspace=workspace, clicks=known))
    return told


def _as_kept(click: dict[str, Any]) -> Followed:
    at = datetime.fromisoformat(click["at"]) if click.get("at") else None
    workspace, delivery, link = click["numbers"]
    return Followed((workspace, delivery, link), click.get("method", ""), click.get("agent", ""), click.get("purpose", ""), at)


def _moment(workspace: Workspace, at: datetime | None, present: datetime) -> datetime | None:
    """Return when a kept click was made: that counts, not when it could be written down."""
    return None if workspace.is_virtual or at is None else min(at, present)


def _remember(numbers: tuple[int, int, int], target: Target) -> None:
    _targets[numbers] = target
    _targets.move_to_end(numbers)
    if len(_targets) > MOST_REMEMBERED:
        _targets.popitem(last=False)


def _clicks_of(
    workspace: Workspace, letters: Mapping[int, Sent], since: datetime, until: datetime
) -> dict[int, list[tuple[datetime, int]]]:
    """Return by delivery when which links were followed meanwhile."""
    found: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT delivery_id, occurred_at, (properties->>'no')::int FROM people_event
               WHERE workspace_id = %s AND profile_id = ANY(%s::bigint[]) AND name = %s AND delivery_id = ANY(%s::bigint[])
                 AND occurred_at BETWEEN %s AND %s""",
            (
                workspace.pk,
                arrays.numbers({sent.profile for sent in letters.values()}),
                names.LINK_CLICKED,
                arrays.numbers(letters),
                since,
                until,
            ),
        )
        for delivery, at, link in cursor.fetchall():
            found[delivery].append((at, link))
    return found


def _was_opened(workspace: Workspace, origin: Origin) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT EXISTS (SELECT FROM people_event WHERE workspace_id = %s AND profile_id = %s AND name = %s AND delivery_id = %s
               AND occurred_at >= %s)""",
            (workspace.pk, origin.profile, names.MESSAGE_OPENED, origin.delivery, origin.accepted_at or now(workspace) - LOOK_BACK),
        )
        return bool(cursor.fetchone()[0])
