"""Runs as rows: taking many out, putting many back, in single statements."""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

import msgspec
from django.db import connection

from duologue.platform.database import arrays
from duologue.platform.database import rows as blocks
from duologue.platform.database.blocks import moment
from duologue.strategize.dialogues.rules.state import RunState, Step

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

COLUMNS = """r.id, r.dialogue_id, r.version_id, p.person, r.profile_id, p.shard, r.occasion, r.wake_at, r.turn, r.seq, r.phase,
             r.arrived_at, r.counts_from, r.data, r.heard, r.started_at, r.delivered"""
FROM = "FROM engage_run r JOIN people_profile p ON p.workspace_id = r.workspace_id AND p.id = r.profile_id"


@dataclass(slots=True)
class RunRow:
    """A run taken out of the table, locked until the transaction ends. `person` and `shard` are those of now."""

    id: int
    dialogue: int
    version: int
    person: int
    profile: int
    shard: int
    occasion: str
    wake_at: datetime | None
    state: RunState


def _row(row: Sequence[Any]) -> RunRow:
    pk, dialogue, version, person, profile, shard, occasion, wake_at, turn, seq, phase, arrived, counts, data, heard, started, delivered = (
        row
    )
    state = RunState(
        run_key=pk,
        seq=seq,
        turn=turn,
        phase=phase,
        arrived_at=arrived,
        counts_from=counts,
        data=_read(data),
        heard=_read(heard) if heard != "{}" else {},
        started_at=started,
        delivered=None if delivered is None else _read(delivered),
    )
    return RunRow(pk, dialogue, version, person, profile, shard, occasion, wake_at, state)


_read = msgspec.json.Decoder().decode  # Django hands JSON out as text
_write = msgspec.json.Encoder().encode


def due(workspace: Workspace, now: datetime, watermark: datetime, shards: Collection[int] | None, most: int) -> list[RunRow]:
    """Lock and return runs whose time has come; silence only counts up to the watermark. Paused dialogues wait.

    They come in the order of their numbers: what is written for them then goes from neighbour to neighbour in each table and index.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT {COLUMNS} {FROM}
                WHERE r.workspace_id = %s AND r.under_way AND r.wake_at <= %s AND r.shard = ANY(%s)
                  AND (r.wake_at <= %s OR r.phase <> 'listening')
                  AND r.dialogue_id IN (SELECT id FROM strategize_dialogue WHERE workspace_id = %s AND state = 'live')
                LIMIT %s FOR UPDATE OF r SKIP LOCKED""",
            (workspace.pk, now, list(range(64) if shards is None else shards), watermark, workspace.pk, most),
        )
        return [_row(row) for row in sorted(cursor.fetchall(), key=itemgetter(0))]


def by_id(workspace: Workspace, runs: Collection[int]) -> list[RunRow]:
    """Lock and return those of the runs that are under way."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {COLUMNS} {FROM} WHERE r.workspace_id = %s AND r.id = ANY(%s) AND r.under_way ORDER BY r.id FOR UPDATE OF r",
            (workspace.pk, sorted(runs)),
        )
        return [_row(row) for row in cursor.fetchall()]


def ids_of_persons(workspace: Workspace, persons: Collection[int], versions: Collection[int]) -> dict[int, list[int]]:
    """Return the runs under way of these persons in these versions, over all their profiles."""
    found: dict[int, list[int]] = {}
    if not persons or not versions:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT p.person, r.id FROM people_profile p
               JOIN engage_run r ON r.workspace_id = p.workspace_id AND r.profile_id = p.id
               WHERE p.workspace_id = %s AND p.person = ANY(%s) AND r.under_way AND r.version_id = ANY(%s) AND r.dialogue_id = ANY(
                   ARRAY(SELECT DISTINCT v.dialogue_id FROM strategize_dialogueversion v WHERE v.workspace_id = %s AND v.id = ANY(%s)))""",
            (workspace.pk, sorted(persons), sorted(versions), workspace.pk, sorted(versions)),
        )
        for person, run in cursor.fetchall():
            found.setdefault(person, []).append(run)
    return found


@dataclass(slots=True)
class Moved:
    """A run after deciding: where it stands, when it is due again, why it ended."""

    row: RunRow
    state: RunState
    wake_at: datetime | None
    ended: str | None


def put_back(workspace: Workspace, moved: Sequence[Moved], now: datetime) -> None:
    """Write many runs back with one UPDATE, or two: most only move on, and are spared the columns that stay as they are."""
    more = [one for one in moved if not _only_moves_on(one)]
    less = [one for one in moved if _only_moves_on(one)] if more else moved
    with connection.cursor() as cursor:
        if less:
            cursor.execute(MOVE_ON, (*_place(less), workspace.pk))
        if more:
            cursor.execute(MOVE, (now, *_place(more), *_rest(more), workspace.pk))


def _only_moves_on(one: Moved) -> bool:
    """Say whether a run goes on with nothing told of it but its place and its data."""
    before, state = one.row.state, one.state
    return one.ended is None and state.heard == before.heard and state.delivered is None and before.delivered is None


MOVE_ON: Final = """
UPDATE engage_run r SET turn = n.turn, seq = n.seq, phase = n.phase, arrived_at = n.arrived_at, counts_from = n.counts_from,
       wake_at = n.wake_at, data = n.data, shard = n.shard
FROM unnest(%s::bigint[], %s::text[], %s::int[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[], %s::jsonb[],
            %s::smallint[]) AS n (id, turn, seq, phase, arrived_at, counts_from, wake_at, data, shard)
WHERE r.workspace_id = %s AND r.id = n.id"""
MOVE: Final = """
UPDATE engage_run r SET turn = n.turn, seq = n.seq, phase = n.phase, arrived_at = n.arrived_at, counts_from = n.counts_from,
       wake_at = n.wake_at, data = n.data, shard = n.shard, heard = n.heard, delivered = nullif(n.delivered, 'null'),
       under_way = n.ended = '', ended_reason = n.ended, ended_at = CASE WHEN n.ended <> '' THEN %s END
FROM unnest(%s::bigint[], %s::text[], %s::int[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[], %s::jsonb[],
            %s::smallint[], %s::jsonb[], %s::jsonb[], %s::text[])
     AS n (id, turn, seq, phase, arrived_at, counts_from, wake_at, data, shard, heard, delivered, ended)
WHERE r.workspace_id = %s AND r.id = n.id"""


def _place(moved: Sequence[Moved]) -> tuple[str, ...]:
    """Return, column by column, where runs stand."""
    states = [one.state for one in moved]
    return (
        arrays.numbers([one.row.id for one in moved]),
        arrays.texts([state.turn for state in states]),
        arrays.numbers([state.seq for state in states]),
        arrays.texts([state.phase for state in states]),
        arrays.moments([state.arrived_at for state in states]),
        arrays.moments([state.counts_from for state in states]),
        arrays.moments([None if one.ended else one.wake_at for one in moved]),
        arrays.texts([encode(state.data) for state in states]),
        arrays.numbers([one.row.shard for one in moved]),
    )


def _rest(moved: Sequence[Moved]) -> tuple[str, ...]:
    """Return, column by column, what else may change in a run."""
    return (
        arrays.texts([encode(one.state.heard) for one in moved]),
        arrays.texts([encode(one.state.delivered) for one in moved]),
        arrays.texts([(one.ended or "")[:40] for one in moved]),
    )


def columns(one: Moved) -> dict[str, Any]:
    """Return a new run's columns, by name: what changes as it moves, and what it keeps from its beginning to its end."""
    state, row = one.state, one.row
    return {
        "dialogue": row.dialogue,
        "version": row.version,
        "person": row.person,
        "profile": row.profile,
        "occasion": row.occasion,
        "started_at": state.started_at,
        "id": one.row.id,
        "turn": state.turn,
        "seq": state.seq,
        "phase": state.phase,
        "arrived_at": state.arrived_at,
        "counts_from": state.counts_from,
        "wake_at": None if one.ended else one.wake_at,
        "data": state.data,
        "heard": state.heard,
        "delivered": state.delivered,
        "shard": one.row.shard,
        "ended": (one.ended or "")[:40],
    }


def encode(value: Any) -> str:
    """Return JSON text; moments become ISO 8601."""
    return _write(value).decode()


def new_ids(count: int) -> list[int]:
    """Return numbers for runs about to be started."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('engage_run_id_seq') FROM generate_series(1, %s)", (count,))
        return [row[0] for row in cursor.fetchall()]


def insert(workspace: Workspace, started: Sequence[Moved], now: datetime) -> set[int]:
    """Write new runs; one that another process started for the same person and occasion stands, and ours is left out.

    Return the ids that were written.
    """
    if not started:
        return set()
    written = encode([columns(one) for one in started])
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO engage_run (workspace_id, id, dialogue_id, version_id, person, profile_id, shard, occasion, turn, seq,
                   arrived_at, phase, counts_from, wake_at, under_way, ended_reason, started_at, ended_at, data, heard, delivered)
               SELECT %s, n.id, n.dialogue, n.version, n.person, n.profile, n.shard, n.occasion, n.turn, n.seq, n.arrived_at, n.phase,
                      n.counts_from, n.wake_at, n.ended = '', n.ended, n.started_at, CASE WHEN n.ended <> '' THEN %s END, n.data,
                      n.heard, n.delivered
               FROM json_to_recordset(%s) AS n (id bigint, dialogue bigint, version bigint, person bigint, profile bigint, shard smallint,
                    occasion text, turn text, seq int, arrived_at timestamptz, phase text, counts_from timestamptz, wake_at timestamptz,
                    ended text, started_at timestamptz, data jsonb, heard jsonb, delivered jsonb)
               ON CONFLICT (workspace_id, dialogue_id, person, occasion) WHERE under_way DO NOTHING RETURNING id""",
            (workspace.pk, now, written),
        )
        return {row[0] for row in cursor.fetchall()}


def append_steps(workspace: Workspace, steps: Sequence[tuple[RunRow, Step]]) -> None:
    """Add the turns left behind in one COPY."""
    if not steps:
        return
    number = str(workspace.pk)
    with connection.cursor() as cursor:
        blocks.copy(
            cursor,
            'engage_runstep (workspace_id, run_id, seq, dialogue_id, person, turn, arrived_at, left_at, heard, "then")',
            [
                (
                    number,
                    str(row.id),
                    str(step.seq),
                    str(row.dialogue),
                    str(row.person),
                    step.turn,
                    step.arrived_at.isoformat(),
                    moment(step.left_at),
                    step.heard[:160],
                    step.then,
                )
                for row, step in steps
            ],
        )
