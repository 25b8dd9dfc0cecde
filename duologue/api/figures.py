"""What an operator wants to see of one installation, as Prometheus reads it. Described in docs/reference/http.md.

Queues are asked by their indexes and no further than MOST; what has been done is counted by the processes that do it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import Error, connection
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from duologue.engage.due import MOMENTS
from duologue.platform.telemetry import counters
from duologue.platform.workspaces.models import Workspace
from duologue.platform.workspaces.queries import now as present

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from prometheus_client.core import Metric

MOST: Final = 100_000
GAUGES: Final = {
    "database_up": "1 when the database answers.",
    "database_connections": "Connections to this database, of all processes.",
    "database_connections_most": "Connections that the server gives to all its databases.",
    "pool": "The web's own pool of connections: size, available, requests_waiting.",
    "waiting": f"How many wait in a queue: events to be taken in, deliveries queued; counted up to {MOST:,}.",
    "oldest_waiting_seconds": "How long the oldest thing that is due has been waiting, by kind of work; 0 when nothing is.",
    "on_the_wire": "Deliveries that are handing over just now.",
    "uncertain": "Deliveries of which no journal could say whether they left.",
    "conversations": "Conversations that wait for a human (open), and those of them whose time is up (late).",
    "follower_batches_unread": "Batches of the timeline that a follower has not dealt with.",
    "follower_seconds_behind": "How long ago the oldest batch was written that a follower has not dealt with.",
    "sending_stopped": "1 while all sending of a workspace is stopped.",
    "relay_resting": "1 while a relay is left alone after it refused or vanished.",
    "jobs": "Background jobs by state: todo, doing, failed.",
}
OF_A_WORKSPACE: Final = f"""SELECT
    (SELECT count(*) FROM (SELECT FROM people_received WHERE workspace_id = %(workspace)s AND arrives_at <= %(now)s LIMIT {MOST}) q),
    (SELECT count(*) FROM (SELECT FROM engage_delivery WHERE workspace_id = %(workspace)s AND waits LIMIT {MOST}) q),
    (SELECT count(*) FROM engage_delivery WHERE workspace_id = %(workspace)s AND state = 'handing_over'
        AND id = ANY(ARRAY(SELECT unnest(deliveries) FROM engage_onthewire WHERE workspace_id = %(workspace)s))),
    (SELECT count(*) FROM (SELECT FROM engage_delivery WHERE workspace_id = %(workspace)s AND in_doubt LIMIT {MOST}) q),
    (SELECT count(*) FROM (SELECT FROM engage_conversation WHERE workspace_id = %(workspace)s AND state = 'open' LIMIT {MOST}) q),
    (SELECT count(*) FROM (SELECT FROM engage_conversation
                           WHERE workspace_id = %(workspace)s AND state = 'open' AND due_first <= %(now)s LIMIT {MOST}) q),
    {", ".join(f"({sql})" for sql in MOMENTS.values())}"""
FOLLOWERS: Final = """SELECT c.follower, last.batch_no - c.batch_no, next.written_at FROM platform_cursor c
    CROSS JOIN LATERAL (SELECT max(batch_no) AS batch_no FROM people_batch WHERE workspace_id = c.workspace_id) last
    LEFT JOIN LATERAL (SELECT written_at FROM people_batch b WHERE b.workspace_id = c.workspace_id AND b.batch_no > c.batch_no
                       ORDER BY b.batch_no LIMIT 1) next ON true
    WHERE c.workspace_id = %(workspace)s AND last.batch_no >= c.batch_no AND c.follower NOT LIKE '%%:%%'"""
CONNECTIONS: Final = """SELECT (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()),
    current_setting('max_connections')::int"""
JOBS: Final = "SELECT status::text, count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing', 'failed') GROUP BY 1"
RELAYS: Final = """SELECT name, coalesce(resting_until > %(now)s, false)::int FROM engage_relay
    WHERE workspace_id = %(workspace)s AND is_enabled ORDER BY name"""
POOL: Final = ("pool_size", "pool_available", "requests_waiting")


class Figures:
    """Asks for everything anew each time somebody looks."""

    def describe(self) -> list[Metric]:
        """Return nothing, so that nothing is asked before somebody looks."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield all figures; those of the database are left out while it does not answer, and `database_up` is 0."""
        yield from _counted()
        said = Said()
        try:
            _of_the_installation(said)
            for workspace in Workspace.objects.order_by("name"):
                _of_workspace(said, workspace)
        except Error:
            said = Said()
            said("database_up", 0)
        else:
            said("database_up", 1)
        finally:
            connection.close()
        yield from said.gauges.values()


class Said:
    """Gauges on their way out, by name."""

    def __init__(self) -> None:
        self.gauges: dict[str, GaugeMetricFamily] = {}

    def __call__(self, name: str, value: float, **labels: str) -> None:
        """Say one of GAUGES."""
        if name not in self.gauges:
            self.gauges[name] = GaugeMetricFamily(f"duologue_{name}", GAUGES[name], labels=list(labels))
        self.gauges[name].add_metric(list(labels.values()), value)


def _of_the_installation(said: Said) -> None:
    with connection.cursor() as cursor:
        cursor.execute(CONNECTIONS)
        used, most = cursor.fetchone()
        cursor.execute(JOBS)
        jobs = dict(cursor.fetchall())
    said("database_connections", used)
    said("database_connections_most", most)
    for state in ("todo", "doing", "failed"):
        said("jobs", jobs.get(state, 0), state=state)
    for name, value in _pool().items():
        said("pool", value, what=name.removeprefix("pool_"))


def _of_workspace(said: Said, workspace: Workspace) -> None:
    now, name = present(workspace), workspace.name
    with connection.cursor() as cursor:
        cursor.execute(OF_A_WORKSPACE, {"workspace": workspace.pk, "now": now})
        events, queued, wire, uncertain, held, late, *moments = cursor.fetchone()
        cursor.execute(FOLLOWERS, {"workspace": workspace.pk})
        followers = cursor.fetchall()
        cursor.execute(RELAYS, {"workspace": workspace.pk, "now": now})
        relays = cursor.fetchall()
    said("waiting", events, workspace=name, what="events")
    said("waiting", queued, workspace=name, what="deliveries")
    said("on_the_wire", wire, workspace=name)
    said("uncertain", uncertain, workspace=name)
    said("conversations", held, workspace=name, what="open")
    said("conversations", late, workspace=name, what="late")
    said("sending_stopped", int(workspace.sending_stopped_at is not None), workspace=name)
    for work, moment in zip(MOMENTS, moments, strict=True):
        said("oldest_waiting_seconds", _since(moment, now), workspace=name, work=work)
    for follower, unread, written_at in followers:
        said("follower_batches_unread", unread, workspace=name, follower=follower)
        said("follower_seconds_behind", _since(written_at, now), workspace=name, follower=follower)
    for relay, is_resting in relays:
        said("relay_resting", is_resting, workspace=name, relay=relay)


def _since(moment: datetime | None, now: datetime) -> float:
    return max(0.0, (now - moment).total_seconds()) if moment else 0.0


def _pool() -> dict[str, float]:
    """Return how this process's pool stands; nothing where it has none."""
    if not connection.settings_dict["OPTIONS"].get("pool"):
        return {}
    stats: dict[str, Any] = connection.pool.get_stats()  # type: ignore[attr-defined]
    return {name: stats.get(name, 0) for name in POOL}


def _counted() -> Iterator[Metric]:
    found: dict[str, CounterMetricFamily] = {}
    for (figure, labels), value in sorted(counters.together().items()):
        names, said = [key for key, _ in labels], [word for _, word in labels]
        if figure not in found:
            found[figure] = CounterMetricFamily(f"duologue_{figure}", counters.FIGURES[figure], labels=names)
        found[figure].add_metric(said, value)
    yield from found.values()
