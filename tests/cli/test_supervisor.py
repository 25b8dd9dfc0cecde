import os
import signal
import sys
import time
from pathlib import Path

from duologue.cli.commands.serve import children
from duologue.cli.supervisor import FIRST_DELAY, LONGEST_DELAY, STEADY_AFTER, Child, Supervisor

FOREVER = [sys.executable, "-c", "import time; time.sleep(600)"]


def wait_until(holds):
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_each_early_death_doubles_the_wait_up_to_a_limit():
    child = Child("web", FOREVER, started=time.monotonic())
    waits = [child.schedule() for _ in range(9)]
    assert waits[:4] == [FIRST_DELAY, FIRST_DELAY * 2, FIRST_DELAY * 4, FIRST_DELAY * 8]
    assert waits[-1] == LONGEST_DELAY


def test_a_child_that_ran_steadily_starts_again_at_once():
    child = Child("web", FOREVER, started=time.monotonic() - STEADY_AFTER - 1, delay=LONGEST_DELAY)
    assert child.schedule() == FIRST_DELAY


def test_what_a_dead_child_started_ends_with_it(tmp_path):
    told = tmp_path / "pid"
    nested = f"import subprocess, sys; p = subprocess.Popen({FOREVER!r}); open({str(told)!r}, 'w').write(str(p.pid)); p.wait()"
    child = Child("web", [sys.executable, "-c", nested])
    child.start()
    wait_until(lambda: told.exists() and told.read_text())
    grandchild = int(told.read_text())
    child.process.kill()
    wait_until(lambda: child.died() is not None)
    wait_until(lambda: not is_alive(grandchild))
    assert not is_alive(grandchild)


def is_alive(process):
    stat = Path(f"/proc/{process}/stat")
    return stat.exists() and ") Z " not in stat.read_text()


def test_it_brings_back_what_dies_and_ends_everything_when_told():
    child, pids, said = Child("worker", FOREVER), [], []

    def between():
        if child.process and child.process.pid not in pids:
            pids.append(child.process.pid)
            os.kill(child.process.pid if len(pids) == 1 else os.getpid(), signal.SIGKILL if len(pids) == 1 else signal.SIGTERM)

    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        Supervisor([child], said.append, between).run()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert len(pids) == 2
    assert said == ["The worker ended (killed by SIGKILL); it starts again in 0.5 s."]
    assert child.process.poll() is not None


def test_there_are_as_many_senders_as_asked_for(settings):
    settings.SENDERS = 2
    assert [child.name for child in children()] == ["web", "worker", "sender 1", "sender 2", "jobs"]


def test_mail_is_listened_for_where_a_port_is_set(settings):
    assert [child.name for child in children()] == ["web", "worker", "sender", "jobs"]
    settings.MAIL_IN_PORT = 2525
    assert [child.name for child in children()] == ["web", "worker", "sender", "jobs", "mail"]
