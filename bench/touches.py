"""Last touch: what the report of a dialogue to which everybody was invited credits its turns with, beside SQL by hand over the lake."""

from __future__ import annotations

import tempfile
import time
from datetime import timedelta
from pathlib import Path
from statistics import median

from django.db import connection

from bench.crowd import NOON
from bench.meter import Meter, Row

RATIO = 1.3
TIMES = 3
PLAN = {"goal": {"event": "Order Completed", "within": "30d", "value": "revenue"}}
# everybody on some day of a month, one in ten held out; the others were written to once, and half of them again after a week
INVITED = (
    """INSERT INTO engage_admission (workspace_id, dialogue_id, person, verdict, reason, at, decided_at)
       SELECT workspace_id, %(dialogue)s, id, CASE WHEN mod(id, 10) = 0 THEN 'held_out' ELSE 'admitted' END, '', at, at
       FROM people_profile, LATERAL (SELECT %(since)s::timestamptz + mod(id * 7919, 2592000) * interval '1 second' AS at) t
       WHERE workspace_id = %(workspace)s""",
    """INSERT INTO engage_run (workspace_id, dialogue_id, version_id, person, profile_id, shard, occasion, turn, seq, arrived_at, phase,
           under_way, ended_reason, started_at, ended_at, data, heard)
       SELECT workspace_id, dialogue_id, %(version)s, person, person, 0, '', 'gift', 2, at, '', false, 'end', at, at, '{}', '{}'
       FROM engage_admission WHERE workspace_id = %(workspace)s AND dialogue_id = %(dialogue)s AND verdict = 'admitted'""",
    """INSERT INTO engage_delivery (workspace_id, dialogue_id, run_id, person, profile_id, shard, turn, occurrence, body, channel, purpose,
           kind, basis, state, reason, detail, attempt, sender, due_at, too_late_at, planned_at, accepted_at, address, relay, cost)
       SELECT r.workspace_id, r.dialogue_id, r.id, r.person, r.person, 0, t.turn, 1, '{}', 'email', 'promotions',
              'promotion', 'consent', 'accepted', '', '', 1, '', s.at, s.at, s.at, s.at, '', '', 0
       FROM engage_run r, (VALUES ('invite', interval '1 hour', 1), ('gift', interval '7 days', 2)) t (turn, later, every),
            LATERAL (SELECT r.started_at + t.later AS at) s
       WHERE r.workspace_id = %(workspace)s AND r.dialogue_id = %(dialogue)s AND mod(r.id, t.every) = 0""",
    "ANALYZE engage_admission, engage_run, engage_delivery",
)
TABLES = {
    "runs": "SELECT person, (extract(epoch FROM started_at) * 1000000)::bigint FROM engage_run WHERE dialogue_id = %s",
    "said": "SELECT person, (extract(epoch FROM accepted_at) * 1000000)::bigint, turn FROM engage_delivery WHERE dialogue_id = %s",
}
COLUMNS = {"runs": {"person": "BIGINT", "micros": "BIGINT"}, "said": {"person": "BIGINT", "micros": "BIGINT", "turn": "VARCHAR"}}
BY_HAND = """
    WITH bought AS (
        SELECT e.profile_id AS person, epoch_us(e.occurred_at) AS micros, json_extract_string(e.properties, '$.revenue') AS revenue
        FROM {lake} e WHERE e.name = 'Order Completed' AND e.occurred_at > {since}
    ), within_reach AS (
        SELECT b.* FROM bought b ASOF JOIN runs r ON r.person = b.person AND r.micros < b.micros WHERE b.micros < r.micros + {month}
    )
    SELECT CASE WHEN s.micros >= w.micros - {month} THEN s.turn ELSE '(no touch)' END AS touch, count(*),
           (sum(CAST(w.revenue AS DECIMAL(18, 4))) * 100)::BIGINT
    FROM within_reach w ASOF LEFT JOIN said s ON s.person = w.person AND s.micros <= w.micros GROUP BY 1 ORDER BY 1"""


def last_touch(workspace, people: int) -> Row:
    """Tell the middle time of what the report does for its last touches, and of the statement by hand, once both credit the same."""
    dialogue, since = _invited(workspace), NOON - timedelta(days=90)
    took: dict[str, list[float]] = {"report": [], "hand": []}
    with tempfile.TemporaryDirectory() as folder, Meter() as meter:
        duck, written = _before_duck(workspace, dialogue, Path(folder), since)
        for _ in range(TIMES):
            began = time.perf_counter()
            ours = _by_report(workspace, dialogue)
            took["report"].append((time.perf_counter() - began) * 1000)
            began = time.perf_counter()
            theirs = duck.execute(written).fetchall()
            took["hand"].append((time.perf_counter() - began) * 1000)
        duck.close()
    assert ours == theirs, f"the report credits {ours}, and by hand it is {theirs}"
    assert {touch for touch, _, _ in ours} == {"(no touch)", "invite", "gift"}, ours
    report, hand = median(took["report"]), median(took["hand"])
    row = Row(f"last touch of {people:,} people's orders", "ms", report, hand, RATIO * hand, less_is_better=True, foreign=meter.foreign)
    row.cpu_us, row.database_cpu_us, row.peak_mb = meter.cpu * 1e6 / TIMES, meter.database_cpu * 1e6 / TIMES, meter.memory
    row.note = "with all that the comparison and the cohorts need; by hand the credits alone"
    return row


def _invited(workspace):
    from duologue.strategize.models import Dialogue, DialogueVersion

    dialogue = Dialogue(workspace=workspace, name="win-back", draft="", state="live", current=1)
    dialogue.save()
    version = DialogueVersion(workspace=workspace, dialogue=dialogue, number=1, source="", plan=PLAN, pins={}, published_at=NOON)
    version.save()
    asked = {"workspace": workspace.pk, "dialogue": dialogue.pk, "version": version.pk, "since": NOON - timedelta(days=90)}
    with connection.cursor() as cursor:
        for sql in INVITED:
            cursor.execute(sql, asked if "%(" in sql else None)
    return dialogue


def _before_duck(workspace, dialogue, folder: Path, since):
    from duologue.platform.lake import queries as lake
    from duologue.platform.lake.streams import Scratch
    from duologue.strategize.segments import engine

    duck = engine.new_connection(threads=2, memory="1GB", spill=f"{folder}/spill")
    for name, query in TABLES.items():
        Scratch(duck, folder).take(name, COLUMNS[name], query, (dialogue.pk,))
    month = int(timedelta(days=30).total_seconds() * 1e6)
    return duck, BY_HAND.format(lake=lake.snapshot(workspace).rows(), since=f"TIMESTAMPTZ '{since.isoformat()}'", month=month)


def _by_report(workspace, dialogue) -> list[tuple[str, int, int]]:
    """Return (touch, conversions, revenue in minor units) as the dialogue's report has them."""
    from duologue.measure.attribution.rules import Conversion
    from duologue.measure.attribution.rules import last_touch as credited
    from duologue.measure.funnels.conversions import outcomes
    from duologue.measure.reports.goals import goal_of

    found = outcomes(workspace, dialogue, goal_of(PLAN))
    shares = credited(Conversion(bought.revenue, bought.touches) for bought in found.bought)
    return sorted((touch, int(credit.conversions), credit.revenue) for touch, credit in shares.items())
