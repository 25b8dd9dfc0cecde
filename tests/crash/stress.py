"""A house under load whose processes die at random, and the proof that nothing was lost or done twice."""

from __future__ import annotations

import contextlib
import json
import os
import random
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING

import requests
from django.conf import settings
from django.db import DatabaseError, connection

from duologue.engage.channels.actions import save_relay
from duologue.engage.models import Delivery, Run
from duologue.engage.runs import plans, queries
from duologue.people.consent.actions import save_purpose
from duologue.people.models import Event, Identifier, Import, Received
from duologue.people.timeline.queries import all_read_until
from duologue.platform.database.clock import database_now
from duologue.platform.registry.ports import followers
from duologue.platform.workspaces.actions import create_workspace
from duologue.platform.workspaces.queries import now
from duologue.strategize.segments.comparing import compare
from tests.crash.far_end import FarEnd
from tests.crash.nursery import Nursery, end, is_alive
from tests.engage.channels.conftest import free_port
from tests.engage.runs.conftest import NOON, Shop

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from duologue.platform.database.server import Server

PLAN = """
dialogue: stress
purpose: promotions
starts: {event: Seen}
turns:
  first: {say: hello, listen: [{silence: 1s, then: second}]}
  second: {learn: {greeted: true}, then: third}
  third: {say: again, listen: [{silence: 1s, then: end}]}
"""
LETTERS = 2  # for each person who is seen
IN_A_CALL = 20
EVENTS_OF_EACH = 4
CONNECTIONS = 3  # of each sender
PATIENCE = 150


class House:
    """Web, workers, senders and an import on this test's database; `server` is the database where it is to die, too."""

    def __init__(self, *, seed: str, people: int, lines: int, breaks: float, folder: Path, server: Server | None = None, **counts: int):
        self.chance = random.Random(seed)
        self.server = server
        self.folder = folder
        self.far_end = FarEnd(random.Random(seed), breaks)
        self._furnish(people)
        self.files = [self._file(number, lines) for number in range(2)]
        self.port = free_port()
        self._nursery = Nursery(_environment(folder), folder / "said")
        self.words = {"web": ["web", str(self.port)], "import": ["events", "import", str(self.files[0])]}
        for kind, count in counts.items():
            self.words |= {f"{kind} {number}": ["work", "--only", kind] for number in range(count)}
        self.pids: dict[str, int] = {}
        self.deaths: Counter[str] = Counter()
        self.acknowledged: list[int] = []
        self._numbers = iter(range(10**9))
        self._stopping, self._given_up = threading.Event(), threading.Event()
        self._talker = threading.Thread(target=self._talk)

    def open(self) -> None:
        for name in self.words:
            self._start(name)
        self._talker.start()

    def close(self) -> None:
        self._stopping.set()
        self._given_up.set()
        if self._talker.is_alive():
            self._talker.join()
        for pid in self.pids.values():
            end(pid)
        self._nursery.close()
        self.far_end.close()

    # --- dying -------------------------------------------------------------------------------------------------
    def kill_one(self) -> None:
        """Kill a process by chance and start it again; of those of a kind one is chosen, the database now and then."""
        kinds = Counter(name.partition(" ")[0] for name in self.words)
        drawn = self.chance.choice([*kinds, *kinds, *(["database"] if self.server else [])])
        self.deaths[drawn] += 1
        if drawn == "database":
            end(self.server._recorded_pid())
            self.revive()
            return
        name = self.chance.choice([name for name in self.words if name.partition(" ")[0] == drawn])
        end(self.pids[name])
        if name == "import":
            self._next_file()
        self._start(name)

    def revive(self) -> None:
        from duologue.platform.database.embedded import revive

        assert revive(self.server)

    def _start(self, name: str) -> None:
        self.pids[name] = self._nursery.beget(*self.words[name])

    def _next_file(self) -> None:
        self.files.append(self.files.pop(0))
        self.words["import"] = ["events", "import", str(self.files[0])]

    # --- load --------------------------------------------------------------------------------------------------
    def _talk(self) -> None:
        """Report events as Segment's clients do: the same call again until it is answered with 200."""
        while not self._stopping.is_set():
            numbers = [next(self._numbers) for _ in range(IN_A_CALL)]
            body = json.dumps({"batch": [_seen(number, self.people) for number in numbers]})
            while not self._given_up.is_set():
                with contextlib.suppress(requests.RequestException):
                    answer = requests.post(f"http://127.0.0.1:{self.port}/v1/batch", data=body, auth=(self.key, ""), timeout=30)
                    assert answer.status_code in {200, 503}, answer.text
                    if answer.status_code == 200:
                        self.acknowledged += numbers
                        break
                self._given_up.wait(0.05)
            self._stopping.wait(0.2)

    def _furnish(self, people: int) -> None:
        from duologue.platform.staff.actions import create_key

        plans.forget()
        self.workspace = create_workspace(name="shop")
        save_purpose(workspace=self.workspace, name="promotions")
        way = {"host": "127.0.0.1", "port": self.far_end.port, "security": "none", "connections": CONNECTIONS, "reply_within": 20}
        save_relay(workspace=self.workspace, name="far end", kind="smtp", is_test=True, settings=way)
        shop = Shop(self.workspace)
        for _ in range(0, people, 500):
            shop.add_people(min(people, 500))
        self.people = shop.people
        Identifier._rows.bulk_create(
            Identifier(workspace=self.workspace, profile_id=n, kind="external", value=f"u{n}", shown=f"u{n}", first_seen_at=NOON)
            for n in self.people
        )
        self.dialogue = shop.dialogue(PLAN)
        _, self.key = create_key(workspace=self.workspace, name="site", kind="write", role="", now=shop.now)

    def _file(self, number: int, lines: int) -> Path:
        path = self.folder / f"history{number}.ndjson"
        said = (
            {"type": "track", "event": "Looked", "userId": f"u{self.people[n % len(self.people)]}", "messageId": f"f{number}-{n}"}
            for n in range(lines)
        )
        path.write_text("".join(f"{json.dumps(one)}\n" for one in said))
        self.lines = lines
        return path

    # --- the end -----------------------------------------------------------------------------------------------
    def come_to_rest(self) -> None:
        """Let the imports end, and everything that is under way; what the ten seconds of dead leases hold up is not waited for."""
        self._stopping.set()
        self._talker.join()
        for _ in self.files:
            while not asked(lambda: self._is_imported(self.files[0])):
                if not is_alive(self.pids["import"]):
                    self._start("import")
                time.sleep(0.1)
            self._next_file()
        deadline = time.monotonic() + PATIENCE
        while waits := asked(self._what_waits):
            assert time.monotonic() < deadline, waits
            time.sleep(0.1)

    def _is_imported(self, path: Path) -> bool:
        return Import.within(self.workspace).filter(file__endswith=path.name, state="done").exists()

    def _what_waits(self) -> dict[str, object]:
        Delivery.within(self.workspace).filter(state="queued", due_at__gt=now(self.workspace)).update(due_at=now(self.workspace))
        self._let_go_of_the_dead()
        found = {
            "received": Received.within(self.workspace).count(),
            "unread": not all_read_until(self.workspace, "runs"),
            "under way": Run.within(self.workspace).filter(under_way=True).count(),
            "to send": Delivery.within(self.workspace).filter(state__in=["queued", "handing_over"]).count(),
        }
        return {key: value for key, value in found.items() if value}

    def _let_go_of_the_dead(self) -> None:
        owners = [f"%:{pid}" for pid in self.pids.values()]
        with connection.cursor() as cursor:
            for table, until in (("platform_shardlease", "expires_at"), ("platform_shardowner", "seen_until")):
                cursor.execute(f"UPDATE {table} SET {until} = %s WHERE owner NOT LIKE ALL(%s)", (database_now(), owners))

    def reconcile(self) -> Counter[str]:
        """Prove that ledger, far end, timeline and lake agree; return how many deliveries are in which state."""
        for name in [name for name in self.pids if name != "web"]:
            end(self.pids.pop(name))
        self._events_are_there_once()
        self._lake_holds_the_timeline()
        seen = {_person(number, self.people) for number in self.acknowledged}
        runs = queries.runs_of(self.workspace, self.dialogue.pk)
        assert (runs["started"], runs["under_way"], runs["ended"]) == (len(seen), 0, {"end": len(seen)})
        assert queries.unbalanced(self.workspace) == []
        return self._letters_left_once(seen)

    def _events_are_there_once(self) -> None:
        there = Counter(Event.within(self.workspace).filter(name="Seen").values_list("properties__n", flat=True))
        assert there == Counter(self.acknowledged)
        assert Event.within(self.workspace).filter(name="Looked").count() == self.lines * len(self.files)

    def _lake_holds_the_timeline(self) -> None:
        follower = next(one for one in followers() if one.name == "lake")
        follower.events, follower.seconds, follower.rest = 1, 0.0, 0.0
        while follower.follow(workspace=self.workspace, now=now(self.workspace)):
            pass
        months = compare(self.workspace)
        assert all(month.equal for month in months), months
        assert sum(month.lake for month in months) == Event.within(self.workspace).count()

    def _letters_left_once(self, seen: set[int]) -> Counter[str]:
        got, answered = self.far_end.got, self.far_end.answered
        assert set(got.values()) <= {1}
        rows = Delivery.within(self.workspace).values_list("pk", "address", "state", "profile_id", "turn")
        of_state = {(address, pk): state for pk, address, state, _, _ in rows}
        accepted = {one for one, state in of_state.items() if state == "accepted"}
        uncertain = {one for one, state in of_state.items() if state == "uncertain"}
        assert accepted | uncertain == set(of_state)
        assert accepted <= set(answered)
        assert set(got) - accepted <= uncertain
        assert Counter((profile, turn) for _, _, _, profile, turn in rows) == Counter((p, t) for p in seen for t in ("first", "third"))
        assert Counter(address for address, _ in of_state) == Counter({f"p{person}@example.com": LETTERS for person in seen})
        sent = Event.within(self.workspace).filter(name="Message Sent").values_list("delivery_id", flat=True)
        assert Counter(sent) == Counter(pk for _, pk in accepted)
        return Counter(of_state.values())


def asked(question: Callable[[], object]) -> object:
    """Ask the database, again where it had to be started anew."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return question()
        except DatabaseError:
            assert time.monotonic() < deadline
            connection.close()
            time.sleep(0.1)


def _seen(number: int, people: list[int]) -> dict[str, object]:
    return {
        "type": "track",
        "event": "Seen",
        "userId": f"u{_person(number, people)}",
        "messageId": f"m{number}",
        "properties": {"n": number},
    }


def _person(number: int, people: list[int]) -> int:
    return people[number // EVENTS_OF_EACH % len(people)]


def _environment(folder: Path) -> dict[str, str]:
    place = connection.settings_dict
    url = f"postgresql://{place['USER']}@/{place['NAME']}?host={place['HOST']}&port={place['PORT'] or 5432}"
    return {**os.environ, "DATABASE_URL": url, "DUOLOGUE_DATA": str(folder), "DUOLOGUE_SECRET_KEY": settings.SECRET_KEY}
