"""One message to everybody by as many senders as there are processors: planned by the engine, sent by `work --only sender`.

Eight to ten kilobytes, fifteen values, a loop over five products, eight signed links, a text part, List-Unsubscribe; gate and
ledger; without a signature, then signed. The raw limit is what the processor time of all that took part, the sink included,
allows when every processor is always busy.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection

from bench import sink
from bench.crowd import NOON, crowd
from bench.meter import PROCESSORS, Meter, Row, database_seconds, process_peak_mb, process_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from bench.sink import Sink
    from bench.sizes import Size

UNSIGNED, SIGNED = (20_000, 1_000_000), (10_000, 100_000)  # letters, signed ones of each kind
GOALS = {"": 12_000, "rsa": 3_500, "ed25519": None}
PLANNED_GOAL = 50_000
DOMAIN = "bench-broadcast.example"
FILLING = "With kind words that go on for a line or so."
BODY = f"""
<mjml><mj-body><mj-section background-color="#ffffff"><mj-column><mj-text font-size="16px" line-height="1.5">
<h1>Hello {{{{ person.first_name }}}} {{{{ person.last_name }}}}</h1>
<p>You have been with us since {{{{ person.since }}}} in {{{{ person.city }}}}, {{{{ person.country }}}}. {FILLING}
<a href="https://shop.example/points">Your points</a>: {{{{ person.points }}}}, your card: {{{{ person.card }}}},
your shop: {{{{ person.shop }}}}.</p>
<p>{{% if person.points > 50 %}}Thank you for being so faithful.{{% else %}}There is more to discover.{{% endif %}}
<a href="https://shop.example/new">See what is new</a>, or <a href="https://shop.example/sale">what is left</a>. {FILLING}</p>
<ul>{{% for pick in person.picks %}}
<li><strong>{{{{ pick.name }}}}</strong> for {{{{ pick.price }}}} {{% if pick.is_new %}}(new){{% endif %}}</li>
{{% endfor %}}</ul>
<p><a href="https://shop.example/picks">Choose one</a>, <a href="https://shop.example/ask">ask us</a>,
<a href="https://shop.example/visit">visit us</a>. {FILLING}</p>
<p>Last time you bought {{{{ person.last_thing }}}} and {{{{ person.next_thing }}}} may go with it; {{{{ person.friend }}}} said so.
<a href="https://shop.example/again">Buy again</a> or <a href="https://shop.example/why">tell us why not</a>. {FILLING}</p>
<p>Yours, {{{{ person.contact }}}} of {{{{ brand.name }}}} ({{{{ person.locale }}}})</p>
</mj-text></mj-column></mj-section></mj-body></mjml>
"""
READ = ("first_name", "last_name", "since", "city", "points", "card", "shop", "picks", "last_thing", "next_thing", "friend", "contact")
MESSAGE = {
    "subject": "{{ person.first_name }}, this is for you",
    "mjml": BODY,
    "fallback": {f"person.{name}": "you" for name in (*READ, "country", "locale")},
}
SEGMENT = "segment: everybody\nabout: For measuring\nwhere: {person.first_name: {known: true}}\n"
DIALOGUE = """
dialogue: broadcast
about: Says one thing to everybody
purpose: promotions
audience: everybody
start: once
turns:
  once: {say: hello, then: end}
"""
FACTS = """INSERT INTO people_fact (workspace_id, profile_id, key, value, source, at, purposes)
    SELECT p.workspace_id, p.id, f.key, f.value, 'shop', %(now)s, '{}'
    FROM people_profile p, LATERAL (VALUES
        ('last_name', to_jsonb('Lovelace' || p.id %% 977)), ('since', to_jsonb((2000 + p.id %% 25)::text)),
        ('city', to_jsonb('City' || p.id %% 300)), ('points', to_jsonb(p.id %% 100)), ('card', to_jsonb('C-' || p.id)),
        ('shop', to_jsonb('Shop' || p.id %% 50)), ('last_thing', to_jsonb('Thing ' || p.id %% 4000)),
        ('next_thing', to_jsonb('Thing ' || p.id %% 3999)), ('friend', to_jsonb('Friend' || p.id %% 500)),
        ('contact', to_jsonb('Bob'::text)),
        ('picks', %(picks)s::jsonb)) AS f (key, value)
    WHERE p.workspace_id = %(workspace)s"""
PICKS = [{"name": f"Thing {n} of ours", "price": f"£{n}.50", "is_new": n % 2 == 0} for n in range(5)]


def measure(folder: Path, size: Size) -> list[Row]:
    if (program := sink.program()) is None:
        return [Row("broadcast: smtp-sink is not installed (Debian: postfix)", "", 0, None, GOALS[""])]
    unsigned, signed = size.many(*UNSIGNED), size.many(*SIGNED)
    rows = []
    with sink.sink(program) as running:
        _warm_up(running)
        for algorithm, count in (("", unsigned), ("rsa", signed), ("ed25519", signed)):
            rows += _measured(running, algorithm, count)
    return rows


def _warm_up(running: Sink) -> None:
    """Plan a small broadcast that nobody sends: what a worker loads once in its life is not part of a figure."""
    from duologue.platform.database.clock import database_now

    workspace = _furnished(running.port, "", 100, name="warming-up")
    _stop(workspace, database_now())
    _plan(workspace, database_now())


def _measured(running: Sink, algorithm: str, count: int) -> list[Row]:
    from duologue.platform.database.clock import database_now

    workspace = _furnished(running.port, algorithm, count)
    rows = []
    with _senders() as senders:
        _shared_out(workspace)
        _stop(workspace, database_now())
        with Meter() as meter:
            _plan(workspace, database_now())
        assert _in_state(workspace, "queued") == count, f"{_in_state(workspace, 'queued')} of {count} were planned"
        if not algorithm:
            rows.append(meter.row(f"plan a broadcast to {count:,}", "people/s", count, limit=None, goal=PLANNED_GOAL))
        before = running.taken()
        spent = Spent.by(senders, running)
        _go(workspace)
        with Meter() as meter:
            while _is_busy(workspace):
                time.sleep(0.1)
        spent = Spent.by(senders, running) - spent
        peak = max(process_peak_mb(pid) for pid in senders)
    accepted = _in_state(workspace, "accepted", dialogue=True)
    taken = running.taken() - before
    assert accepted == taken == count, f"{accepted} of {count} are accepted in the ledger, {taken} were taken by the sink"
    row = meter.row(_name(algorithm, count), "messages/s", count, limit=PROCESSORS * count / spent.all, goal=GOALS[algorithm])
    row.cpu_us, row.database_cpu_us, row.peak_mb = spent.senders * 1e6 / count, spent.database * 1e6 / count, peak
    row.note = f"{PROCESSORS} senders; the sink took {spent.sink * 1e6 / count:.0f} µs of each"
    return [*rows, row]


def _name(algorithm: str, count: int) -> str:
    signed = {"": "", "rsa": ", signed by RSA-2048", "ed25519": ", signed by Ed25519"}[algorithm]
    return f"broadcast to {count:,}{signed}"


@dataclass
class Spent:
    """Processor seconds of all that took part."""

    senders: float
    database: float
    sink: float

    @classmethod
    def by(cls, senders: list[int], running: Sink) -> Spent:
        return cls(sum(process_seconds(pid) for pid in senders), database_seconds(), running.seconds())

    def __sub__(self, earlier: Spent) -> Spent:
        return Spent(self.senders - earlier.senders, self.database - earlier.database, self.sink - earlier.sink)

    @property
    def all(self) -> float:
        return self.senders + self.database + self.sink


def _furnished(port: int, algorithm: str, count: int, name: str = "bench-broadcast"):
    from duologue.engage.channels.actions import save_relay
    from duologue.engage.channels.email.actions import make_dkim_key
    from duologue.engage.messages.actions import save_message
    from duologue.platform.workspaces.actions import create_workspace
    from duologue.strategize.dialogues.actions import publish, save_draft
    from duologue.strategize.segments.actions import save_segment

    workspace = create_workspace(name=f"{name}{algorithm and '-'}{algorithm}")
    crowd(workspace, count)
    with connection.cursor() as cursor:
        cursor.execute(FACTS, {"now": NOON, "picks": json.dumps(PICKS), "workspace": workspace.pk})
        cursor.execute("VACUUM ANALYZE people_fact")
    save_relay(
        workspace=workspace, name="sink", kind="smtp", settings={"host": "127.0.0.1", "port": port, "security": "none", "connections": 20}
    )
    if algorithm:
        make_dkim_key(workspace=workspace, domain=f"{workspace.name}.example", algorithm=algorithm)
    save_message(workspace=workspace, name="hello", source=MESSAGE, now=NOON)
    save_segment(workspace=workspace, name="everybody", source_yaml=SEGMENT, now=NOON)
    save_draft(workspace=workspace, name="broadcast", source=DIALOGUE)
    publish(workspace=workspace, name="broadcast", pins={}, now=NOON)
    return workspace


def _plan(workspace, now: datetime) -> None:
    from duologue.cli.worker.once import WORKER, turn_the_wheel
    from duologue.engage.runs.actions import start_dialogue

    start_dialogue(workspace=workspace, name="broadcast", now=now)
    turn_the_wheel(workspace, now, WORKER)


@contextmanager
def _senders() -> Iterator[list[int]]:
    """Run a sender for each processor; yields their process ids."""
    command = [sys.executable, "-m", "duologue", "work", "--only", "sender"]
    children = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(PROCESSORS)]
    try:
        yield [child.pid for child in children]
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait()


def _shared_out(workspace) -> None:
    """Give the senders a letter now and then until each holds its share of the people."""
    from duologue.engage.messages.actions import NewDelivery, plan
    from duologue.people.profiles.models import Profile
    from duologue.platform.database.clock import database_now

    one = Profile.within(workspace).order_by("pk").first()
    until = time.monotonic() + 60
    while time.monotonic() < until:
        now = database_now()
        letter = NewDelivery(one.person, one.pk, one.shard, "email", "promotions", now, now + timedelta(days=1), message="hello")
        plan(workspace=workspace, deliveries=[letter], now=now)
        time.sleep(0.7)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM platform_shardlease WHERE role = 'gate' AND expires_at > %s GROUP BY owner", (database_now(),)
            )
            if sorted(row[0] for row in cursor.fetchall()) == [64 // PROCESSORS] * PROCESSORS:
                break
    while _is_busy(workspace):
        time.sleep(0.1)


def _stop(workspace, now: datetime) -> None:
    workspace.sending_stopped_at = now
    workspace.save(update_fields=["sending_stopped_at"])


def _go(workspace) -> None:
    workspace.sending_stopped_at = None
    workspace.save(update_fields=["sending_stopped_at"])


def _is_busy(workspace) -> bool:
    with connection.cursor() as cursor:
        each = [
            f"EXISTS (SELECT FROM engage_delivery WHERE workspace_id = %s AND state = '{state}')" for state in ("queued", "handing_over")
        ]
        cursor.execute(f"SELECT {' OR '.join(each)}", (workspace.pk, workspace.pk))
        return cursor.fetchone()[0]


def _in_state(workspace, *states: str, dialogue: bool = False) -> int:
    with connection.cursor() as cursor:
        only = "AND dialogue_id IS NOT NULL" if dialogue else ""
        cursor.execute(
            f"SELECT count(*) FROM engage_delivery WHERE workspace_id = %s AND state = ANY(%s) {only}", (workspace.pk, list(states))
        )
        return cursor.fetchone()[0]
