"""How often `make bench` runs its cases, at which size, and what is left behind when it is told to stop."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench import rounds
from bench.meter import Row
from bench.sizes import Size


@pytest.fixture
def ran(monkeypatch):
    """Let each case take as many seconds as its name says, without its being run; return the names as they came."""
    now, names = [0.0], []

    def one(name, _size):
        names.append(name)
        now[0] += int(name.partition("-")[2])
        return [] if name.startswith("broken") else [Row(name, "s", 1.0, None, None)]

    monkeypatch.setattr(rounds, "_round", one)
    monkeypatch.setattr(rounds.time, "monotonic", lambda: now[0])
    return names


def test_all_run_once_then_those_again_that_take_the_least_while_there_is_time(ran):
    several = rounds.Rounds(["slow-100", "quick-5", "middling-20"], Size(), most=3, seconds=160)
    told = [rows[0].case for rows in several.run(lambda *_: None)]
    assert told == ran == ["slow-100", "quick-5", "middling-20", "quick-5", "middling-20", "quick-5"]


def test_every_case_runs_once_however_little_time_there_is_and_a_failed_one_not_again(ran):
    several = rounds.Rounds(["slow-100", "broken-1", "quick-5"], Size(), most=2, seconds=1)
    assert [rows[0].case for rows in several.run(lambda *_: None)] == ["slow-100", "quick-5"]
    assert (several.failed, ran) == (["broken-1"], ["slow-100", "broken-1", "quick-5"])


def test_a_size_asked_for_stands_in_place_of_a_cases_own_and_is_not_taken_for_a_usual_one():
    asked = Size(full=True, people=10_000_000, events=1_000_000_000)
    assert (asked.many(100, 1_000), asked.past(100, 1_000), asked.choose(10, 30)) == (10_000_000, 1_000_000_000, 30)
    assert (Size().name, Size(full=True).name, asked.name) == ("small", "full", "10,000,000 people and 1,000,000,000 events")
    with pytest.raises(ValueError, match="11,000,000 people cannot be measured: from 1,000 to 10,000,000"):
        Size(people=11_000_000)


def _below(process: int) -> dict[int, str]:
    """Return every process that this one started, and those that they did, with their command lines."""
    found, grew = {}, {process}
    while grew:
        listed = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", ",".join(map(str, grew))], capture_output=True, text=True, check=False)
        lines = [line.split(maxsplit=1) for line in listed.stdout.splitlines()]
        grew = {int(number) for number, _ in lines} - found.keys()
        found |= {int(number): words for number, words in lines}
    return found


@pytest.mark.long
def test_told_to_stop_it_leaves_no_server_behind():
    bench = subprocess.Popen([sys.executable, "-m", "bench", "--only", "start", "--rounds", "1"], env={**os.environ, "ONLY": ""})
    until = time.monotonic() + 60
    while not any(" serve" in words for words in _below(bench.pid).values()):
        assert time.monotonic() < until, _below(bench.pid)
        time.sleep(0.1)
    left = _below(bench.pid)
    bench.send_signal(signal.SIGTERM)
    assert bench.wait(60)
    until = time.monotonic() + 10
    while running := [number for number in left if Path(f"/proc/{number}/cmdline").exists()]:
        assert time.monotonic() < until, {number: left[number] for number in running}
        time.sleep(0.1)
