"""Keeping messages, planning deliveries, and noting what came of them later."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import msgspec
from django.db import connection, transaction

from duologue.engage.messages.content.compile import Link, compile_content, mistakes
from duologue.engage.messages.content.products import PRODUCTS
from duologue.engage.messages.models import Message, MessageVersion
from duologue.engage.messages.rules.body import body_of, perk_ids
from duologue.engage.messages.rules.source import contents, read_message
from duologue.engage.messages.surroundings import surroundings
from duologue.engage.perks.lives import issue, release
from duologue.kit.yaml import Mistake, Mistakes
from duologue.people.consent.queries import purposes
from duologue.people.profiles.rules import shard_of
from duologue.platform.bells.bell import SENDER, ring_once_kept
from duologue.platform.database import arrays

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from duologue.engage.messages.content.look import Look
    from duologue.engage.messages.rules.source import Message as SourceMessage
    from duologue.platform.workspaces.models import Workspace


@transaction.atomic
def save_message(*, workspace: Workspace, name: str, source: str | dict[str, Any], now: datetime, file: str = "") -> MessageVersion:
    """Keep a message as a new version; the same source again gives the version there is.

    Raises Mistakes (`kit.yaml`): every mistake with file, line and sentence.
    """
    message, look = would_keep(workspace=workspace, name=name, source=source, file=file)
    said = contents(message)
    links: list[Link] = []
    for (locale, _), content in said.items():
        links += [link for link in compile_content(content, look=look, locale=locale or "en").links if link not in links]
    data = {"message": msgspec.to_builtins(message), "links": [[link.url, link.name] for link in links]}
    row, _ = Message.within(workspace).get_or_create(workspace=workspace, name=name)
    Message.within(workspace).select_for_update().get(pk=row.pk)
    newest = MessageVersion.within(workspace).filter(message=row).order_by("-number").first()
    text = source if isinstance(source, str) else ""
    if newest is not None and newest.data == data:
        if text and newest.source != text:
            newest.source = text
            newest.save(update_fields=["source"])
        return newest
    version = MessageVersion(workspace=workspace, message=row, number=newest.number + 1 if newest else 1, data=data, since=now, source=text)
    version.save()
    Message.within(workspace).filter(pk=row.pk).update(current=version.number)
    return version


def would_keep(*, workspace: Workspace, name: str, source: str | dict[str, Any], file: str = "") -> tuple[SourceMessage, Look]:
    """Return a message as `save_message` would read it, and the look it would be given. Raises Mistakes for all that is wrong in it."""
    message, look = read_message(name, source, file), surroundings(workspace).look
    if wrong := _wrong(message, look, source if isinstance(source, str) else "", file or f"messages/{name}.yaml"):
        raise Mistakes(wrong)
    return message, look


def _wrong(message: SourceMessage, look: Look, text: str, file: str) -> list[Mistake]:
    lines = text.splitlines()
    found = []
    for (locale, variant), content in contents(message).items():
        place = f"In {locale or variant}: " if locale or variant else ""
        if PRODUCTS.is_shown(content) and not message.items:
            found.append(Mistake(file, 1, f"{place}It shows products, but not which; write  items: start.products  or another path."))
        for fault in mistakes(content, fallback=message.fallback, look=look):
            line = next((at for at, one in enumerate(lines, 1) if fault.about and fault.about in one), 1)
            mistake = Mistake(file, line, fault.sentence)
            if mistake not in found:
                found.append(mistake if line > 1 else Mistake(file, line, f"{place}{fault.sentence}"))
    return found


@dataclass(slots=True)
class NewDelivery:
    """A delivery to plan. `message` with `message_number` names a version (none: the current one); `seq` is the run's.

    `gives` are offers as (name, version's number or None), of which the first that is left is given. `window` is read on
    `zone` (empty: the person's own). `basis` is the purpose's unless said otherwise. `values` fills start.* and the like.
    `perks` were set aside for it already: by offer, as `rules.body.remembered` gives them.
    A human's reply has `conversation_id`, `subject` and `text`. What is `conditional` is asked about once more before it leaves.
    """

    person: int
    profile_id: int
    shard: int
    channel: str
    purpose: str
    due_at: datetime
    too_late_at: datetime
    run_id: int | None = None
    dialogue_id: int | None = None
    turn: str = ""
    seq: int = 1
    message: str | None = None
    message_number: int | None = None
    survey: str | None = None
    survey_number: int | None = None
    consent: str | None = None
    gives: Sequence[tuple[str, int | None]] = ()
    perks: dict[str, Any] = field(default_factory=dict)
    variant: str = ""
    issue: str = ""
    topic: str = ""
    kind: str = "promotion"
    basis: str | None = None
    window: str = ""
    zone: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    conversation_id: int | None = None
    subject: str = ""
    text: str = ""
    in_reply_to: str = ""
    conditional: bool = False
    plain: str = ""  # a letter of our own, by the name of its words
    to: str = ""  # a colleague's or a parent's address: the person is written about, not to
    test: str = ""  # what stands before the subject of a trial letter, whose links touch nobody
    to_nobody: bool = False  # filled in as for somebody of whom nothing is known


def plain_letter(name: str, person: int, profile: int, due_at: datetime, too_late_at: datetime) -> NewDelivery:
    """Return a letter in the product's own words, by their name, that serves what somebody asked for and needs no consent."""
    return NewDelivery(
        person=person,
        profile_id=profile,
        shard=shard_of(person),
        channel="email",
        purpose=name,
        due_at=due_at,
        too_late_at=too_late_at,
        turn=name,
        kind="service",
        basis="confirmation",
        plain=name,
    )


def plan(*, workspace: Workspace, deliveries: Sequence[NewDelivery], now: datetime) -> list[int]:
    """Plan deliveries in one statement; return the ids of the new ones. A (run, turn, seq) planned before is left as it is."""
    if not deliveries:
        return []
    shared = columns_of(workspace, deliveries)
    rows = [
        (d.run_id, d.dialogue_id, d.person, d.profile_id, d.shard, turn, occurrence, message, survey, d.conversation_id, _json(body), *rest)
        for d, (_, turn, occurrence, message, survey, body, *rest) in zip(deliveries, shared, strict=True)
    ]
    ring_once_kept(SENDER)
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO engage_delivery (workspace_id, run_id, dialogue_id, person, profile_id, shard, turn, occurrence,
                   message_version_id, survey_version_id, conversation_id, body, channel, purpose, kind, basis, due_at, too_late_at,
                   state, reason, detail, attempt, sender, planned_at, address, relay, cost)
               SELECT %s, n.*, 'queued', '', '', 0, '', %s, '', '', 0
               FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::smallint[], %s::text[], %s::int[], %s::bigint[],
                           %s::bigint[], %s::bigint[], %s::jsonb[], %s::text[], %s::text[], %s::text[], %s::text[],
                           %s::timestamptz[], %s::timestamptz[]) AS n
               ON CONFLICT DO NOTHING RETURNING id""",
            (workspace.pk, now, *(write(column) for write, column in zip(WRITTEN, zip(*rows, strict=True), strict=True))),
        )
        return [row[0] for row in cursor.fetchall()]


COLUMNS: Final = (
    "dialogue",
    "turn",
    "occurrence",
    "message_version",
    "survey_version",
    "body",
    "channel",
    "purpose",
    "kind",
    "basis",
    "due_at",
    "too_late_at",
)
"""What deliveries may share, as `columns_of` gives it."""


def columns_of(workspace: Workspace, deliveries: Sequence[NewDelivery]) -> list[tuple[Any, ...]]:
    """Return what is written of deliveries but for their run and their person: the COLUMNS, with versions and basis found."""
    bases = {name: purpose.basis for name, purpose in purposes(workspace).items()}
    message_ids = _message_versions(workspace, {(d.message, d.message_number) for d in deliveries if d.message})
    survey_ids = _survey_versions(workspace, {(d.survey, d.survey_number) for d in deliveries if d.survey})
    return [
        (
            d.dialogue_id,
            d.turn,
            d.seq,
            message_ids.get((d.message, d.message_number)),
            survey_ids.get((d.survey, d.survey_number)),
            _body(d),
            d.channel,
            d.purpose,
            d.kind,
            d.basis or ("confirmation" if d.consent else bases.get(d.purpose, "consent")),
            d.due_at,
            d.too_late_at,
        )
        for d in deliveries
    ]


NUMBERS, MAYBE, TEXTS = (arrays.numbers,), (arrays.numbers_or_nothing,), (arrays.texts,)
WRITTEN: Final[tuple[Callable[[Any], str], ...]] = MAYBE * 2 + NUMBERS * 3 + TEXTS + NUMBERS + MAYBE * 3 + TEXTS * 5 + (arrays.moments,) * 2
"""How each column of new deliveries is written as an array."""


def _json(body: dict[str, Any]) -> str:
    return msgspec.json.encode(body).decode() if body else "{}"


def _body(delivery: NewDelivery) -> dict[str, Any]:
    body: dict[str, Any] = {
        "message": delivery.message,
        "survey": delivery.survey,
        "consent": delivery.consent,
        "gives": [list(give) for give in delivery.gives],
        "perks": delivery.perks,
        "variant": delivery.variant,
        "issue": delivery.issue,
        "topic": delivery.topic,
        "window": delivery.window,
        "zone": delivery.zone,
        "values": delivery.values,
        "subject": delivery.subject,
        "text": delivery.text,
        "in_reply_to": delivery.in_reply_to,
        "conditional": delivery.conditional,
        "plain": delivery.plain,
        "to": delivery.to,
        "test": delivery.test,
        "to_nobody": delivery.to_nobody,
    }
    return {key: value for key, value in body.items() if value}


def _message_versions(workspace: Workspace, wanted: Collection[tuple[str | None, int | None]]) -> dict[tuple[str | None, int | None], int]:
    if not wanted:
        return {}
    pairs = sorted(wanted, key=str)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT w.name, w.number, v.id FROM unnest(%s::text[], %s::int[]) AS w (name, number)
               JOIN engage_message m ON m.workspace_id = %s AND m.name = w.name
               JOIN engage_messageversion v ON v.workspace_id = m.workspace_id AND v.message_id = m.id
                    AND v.number = coalesce(w.number, m.current)""",
            ([name for name, _ in pairs], [number for _, number in pairs], workspace.pk),
        )
        return {(name, number): version for name, number, version in cursor.fetchall()}


def _survey_versions(workspace: Workspace, wanted: Collection[tuple[str | None, int | None]]) -> dict[tuple[str | None, int | None], int]:
    if not wanted:
        return {}
    pairs = sorted(wanted, key=str)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT ON (w.name, w.number) w.name, w.number, v.id FROM unnest(%s::text[], %s::int[]) AS w (name, number)
               JOIN strategize_surveyversion v ON v.workspace_id = %s AND v.name = w.name AND (w.number IS NULL OR v.number = w.number)
               ORDER BY w.name, w.number, v.number DESC""",
            ([name for name, _ in pairs], [number for _, number in pairs], workspace.pk),
        )
        return {(name, number): version for name, number, version in cursor.fetchall()}


OVERTAKEN: Final = "overtaken"
LAST: Final = 2**31 - 1


@transaction.atomic(savepoint=False)
def withdraw(*, workspace: Workspace, turns: Iterable[tuple[int, int, int, int]], now: datetime) -> int:
    """Withhold what still waits in the queue for these turns of runs, given as (dialogue, run, first seq, last seq); return how many.

    Nobody should be told what no longer holds. Perks set aside for them go back. It is no event: the run has moved on
    already, and a turn that listens for `withheld` means its own message.
    """
    listed = list(turns)
    if not listed:
        return 0
    columns = [arrays.numbers(column) for column in zip(*listed, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE engage_delivery d SET state = 'withheld', reason = %s
               FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::int[]) AS l (dialogue, run, first, last)
               WHERE d.workspace_id = %s AND d.dialogue_id = l.dialogue AND d.run_id = l.run
                 AND d.occurrence BETWEEN l.first AND l.last AND d.state = 'queued'
               RETURNING d.body""",
            (OVERTAKEN, *columns, workspace.pk),
        )
        bodies = [body_of(row[0]) for row in cursor.fetchall()]
    if back := perk_ids(bodies):
        release(workspace=workspace, perks=back, now=now)
    return len(bodies)


LATER_COLUMNS = {
    "bounced": "bounced_at",
    "confirmed": "confirmed_at",
    "responded": "responded_at",
    "reported": "reported_at",
    "left": "left_at",
}


@transaction.atomic(savepoint=False)
def note_outcome(*, workspace: Workspace, deliveries: Sequence[int], kind: str, at: datetime) -> int:
    """Note what became of deliveries later and return how many were new; see `note_each`."""
    return len(note_each(workspace=workspace, deliveries=deliveries, kind=kind, at=at))


def note_each(*, workspace: Workspace, deliveries: Sequence[int], kind: str, at: datetime) -> set[int]:
    """Note what became of deliveries later, all at one moment; see `note_moments`."""
    return note_moments(workspace=workspace, moments=dict.fromkeys(deliveries, at), kind=kind)


def note_moments(*, workspace: Workspace, moments: Mapping[int, datetime], kind: str) -> set[int]:
    """Note what became of deliveries later, by its kind in LATER_COLUMNS, each when it did; a first moment stays. Return what is new.

    Any of them settles one in doubt: the carrier had it. Unless it bounced, what was set aside for it is issued.
    """
    column = LATER_COLUMNS[kind]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH found AS (SELECT id, state FROM engage_delivery
                   WHERE workspace_id = %(workspace)s AND id = ANY(%(ids)s::bigint[]) AND {column} IS NULL
                     AND state IN ('accepted', 'uncertain')
                   ORDER BY id FOR UPDATE)
                UPDATE engage_delivery d SET {column} = said.at, state = 'accepted', reason = '',
                       accepted_at = coalesce(d.accepted_at, d.handed_over_at, said.at)
                FROM found JOIN unnest(%(ids)s::bigint[], %(moments)s::timestamptz[]) AS said (id, at) ON said.id = found.id
                WHERE d.workspace_id = %(workspace)s AND d.id = found.id RETURNING found.state, d.body, d.id""",
            {"workspace": workspace.pk, "ids": arrays.numbers(moments), "moments": arrays.moments(moments.values())},
        )
        rows = cursor.fetchall()
    if kind != "bounced":
        _issue_what_arrived(workspace, [(moments[delivery], body_of(body)) for state, body, delivery in rows if state == "uncertain"])
    return {row[2] for row in rows}


def _issue_what_arrived(workspace: Workspace, arrived: Sequence[tuple[datetime, dict[str, Any]]]) -> None:
    for at in sorted({at for at, _ in arrived}):
        if given := perk_ids([body for when, body in arrived if when == at]):
            issue(workspace=workspace, perks=given, now=at)
