"""What a report asks of all that people did after a dialogue considered them, in statements for DuckDB and Spark alike."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from duologue.measure.funnels import worth
from duologue.measure.funnels.rules import order_of
from duologue.people.timeline import names
from duologue.strategize.segments.asking import WHOSE, Question, Rows
from duologue.strategize.segments.engine import Function
from duologue.strategize.segments.past import MICROSECONDS, Wanted

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.measure.funnels.rules import Goal
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.models import Dialogue

MOMENT: Final = timedelta(microseconds=1)
DRAWN: Final = "engage_admission a WHERE a.workspace_id = %s AND a.dialogue_id = %s AND a.verdict IN ('admitted', 'held_out')"
# people merged since are looked up through the profile whose number their admission carries
CONSIDERED: Final = f"""
    SELECT first.person, {MICROSECONDS.format("min(a.at)")}, bool_or(a.verdict = 'held_out'), bool_or(a.verdict = 'admitted')
    FROM (SELECT * FROM {DRAWN}) a JOIN people_profile first ON first.workspace_id = a.workspace_id AND first.id = a.person
    GROUP BY first.person"""
STARTED: Final = f"""
    SELECT first.person, {MICROSECONDS.format("r.started_at")} FROM engage_run r
    JOIN people_profile first ON first.workspace_id = r.workspace_id AND first.id = r.person
    WHERE r.workspace_id = %s AND r.dialogue_id = %s"""

# many are brought as they stand, and joined by who counts: the database would take three times as long over them
_DRAWN: Final = f"SELECT a.person, {MICROSECONDS.format('a.at')}, a.verdict = 'held_out' FROM {DRAWN}"
_RUNS: Final = f"""
    SELECT r.person, {MICROSECONDS.format("r.started_at")} FROM engage_run r WHERE r.workspace_id = %s AND r.dialogue_id = %s"""
_MOVED: Final = "SELECT id, person FROM people_profile WHERE workspace_id = %s AND id <> person"
_CONSIDERED: Final = """
    SELECT coalesce(m.person, d.person) AS person, min(d.since) AS since, bool_or(d.held_out) AS held_out,
           bool_or(NOT d.held_out) AS admitted
    FROM drawn d LEFT JOIN moved m ON m.id = d.person GROUP BY coalesce(m.person, d.person)"""
_STARTED: Final = """
    SELECT coalesce(m.person, r.person) AS person, r.began FROM runs r LEFT JOIN moved m ON m.id = r.person"""

_AFTER: Final = """past e LEFT JOIN moved m ON m.id = e.profile
    JOIN considered c ON c.person = coalesce(m.person, e.profile) AND e.micros > c.since"""
_ARMS: Final = """
    SELECT held_out, count(*), 0, 0, 0 FROM considered WHERE NOT (held_out AND admitted) GROUP BY held_out"""
_MIXED: Final = "SELECT count(*) FROM considered WHERE held_out AND admitted"
_REACTIONS: Final = f"""
    SELECT * FROM (
        SELECT e.delivery, count(CASE WHEN e.name = :reported THEN 1 END) AS reports,
               count(CASE WHEN e.name = :replied AND path_text(e.properties, '$."intent"') = 'complaint' THEN 1 END) AS complaints
        FROM {_AFTER} WHERE e.delivery IS NOT NULL AND e.name IN (:reported, :replied) GROUP BY e.delivery) heard
    WHERE reports > 0 OR complaints > 0"""

# each time the goal's event came, and each refund; what is worth nothing of a kind (NULL) does not count
_COUNTED: Final = f"""
    SELECT c.person, c.since, e.id, e.micros, e.name = :goal AS bought, order_of(e.properties) AS of_order,
           worth_of(e.name, e.properties) AS worth
    FROM {_AFTER} WHERE e.name IN (:goal, :refunded)"""
_FIRST: Final = "SELECT person, min(began) AS began FROM started GROUP BY person"
# what lies after the start of a run (the event that started it is no conversion) and within its time
_INSIDE: Final = """
    SELECT DISTINCT t.id FROM counted t JOIN started s ON s.person = t.person AND s.began < t.micros AND t.micros < s.began + :within
    WHERE t.worth IS NOT NULL"""
_ARMS_OF_A_GOAL: Final = """
    WITH did AS (
        SELECT person, count(CASE WHEN bought THEN 1 END) AS times, CAST(sum(worth) AS BIGINT) AS worth FROM counted
        WHERE worth IS NOT NULL AND micros < since + :within GROUP BY person
    )
    SELECT c.held_out, count(*), count(CASE WHEN d.times > 0 THEN 1 END), coalesce(sum(d.worth), 0),
           coalesce(sum(CAST(d.worth AS DECIMAL(19, 0)) * CAST(d.worth AS DECIMAL(19, 0))), 0)
    FROM considered c LEFT JOIN did d ON d.person = c.person WHERE NOT (c.held_out AND c.admitted) GROUP BY c.held_out"""
_BOUGHT: Final = f"""
    SELECT t.person, t.micros, t.of_order, t.worth, t.id, f.began FROM counted t JOIN inside i ON i.id = t.id
    JOIN ({_FIRST}) f ON f.person = t.person WHERE t.bought ORDER BY t.micros, t.id"""
_REFUNDS: Final = """
    WITH buyers AS (SELECT DISTINCT t.person FROM counted t JOIN inside i ON i.id = t.id WHERE t.bought)
    SELECT t.person, t.micros, t.of_order, t.worth, t.id, i.id IS NOT NULL FROM counted t
    LEFT JOIN inside i ON i.id = t.id LEFT JOIN buyers b ON b.person = t.person
    WHERE NOT t.bought AND t.worth IS NOT NULL AND (i.id IS NOT NULL OR (t.of_order <> '' AND b.person IS NOT NULL))
    ORDER BY t.micros, t.id"""
_BEGAN: Final = f"""
    SELECT month_of(local_time(f.began, :zone)), count(*) FROM ({_FIRST}) f GROUP BY month_of(local_time(f.began, :zone))"""


def question(workspace: Workspace, dialogue: Dialogue, goal: Goal | None, since: datetime) -> Question:
    """Return what is asked about a dialogue that considered nobody before `since`.

    `arms`, `mixed` and `reactions` are answered, and with a goal `bought`, `refunds` and `began`.
    The rows of `bought` and `refunds` are person, moment, order, worth in minor units, event, and when the person first began
    or, of a refund, whether it falls into the time of a run.
    """
    keys = (workspace.pk, dialogue.pk)
    drawn = {"person": "BIGINT", "since": "BIGINT", "held_out": "BOOLEAN"}
    beside = {"drawn": Rows(drawn, _DRAWN, keys), "moved": Rows(WHOSE, _MOVED, (workspace.pk,))}
    words: dict[str, str | int] = {"reported": names.SPAM_REPORTED, "replied": names.MESSAGE_REPLIED}
    wanted = {names.SPAM_REPORTED, names.MESSAGE_REPLIED} | ({goal.event, names.ORDER_REFUNDED} if goal else set())
    looked = {"intent"} | (goal.looks_at() if goal else set())
    reach = Wanted(sorted(wanted), looked, since - MOMENT)
    asked = {"arms": _ARMS, "mixed": _MIXED, "reactions": _REACTIONS}
    if goal is None:
        return Question(reach, asked, kept={"considered": _CONSIDERED}, beside=beside, words=words)
    beside["runs"] = Rows({"person": "BIGINT", "began": "BIGINT"}, _RUNS, keys)
    return Question(
        reach,
        asked | {"arms": _ARMS_OF_A_GOAL, "bought": _BOUGHT, "refunds": _REFUNDS, "began": _BEGAN},
        kept={"considered": _CONSIDERED, "started": _STARTED, "counted": _COUNTED, "inside": _INSIDE},
        beside=beside,
        words=words
        | {
            "goal": goal.event,
            "refunded": names.ORDER_REFUNDED,
            "within": int(goal.within.total_seconds() * 1_000_000),
            "zone": workspace.timezone,
        },
        functions={
            "worth_of": Function(goal.measure(names.ORDER_REFUNDED, workspace.currency), 2, "BIGINT", worth.told(goal, workspace.currency)),
            "order_of": Function(order_of, 1, "VARCHAR", worth.ORDER),
        },
    )
