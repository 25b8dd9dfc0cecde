import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from duologue.cli.children import children
from duologue.cli.supervisor import FIRST_DELAY, LONGEST_DELAY, STEADY_AFTER, Child, Supervisor

FOREVER = [sys.executable, "-c", "import time; time.sleep(600)"]


LOADED = """
import os, threading
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "duologue.settings")
from duologue.cli.children import load_jobs, load_web, load_worker
load_web(); load_worker(); load_jobs()
from django.conf import settings
open_ = [os.readlink(f"/proc/self/fd/{one}") for one in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{one}")]
size = "work" if settings.POOL["max_size"] == settings.WORK_CONNECTIONS else settings.POOL["max_size"]
print(f"{threading.active_count()} thread, {sum('socket' in one for one in open_)} sockets, the pool has the size of {size}")
"""


def live_on():
    time.sleep(600)


def wait_until(holds):
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_each_early_death_doubles_the_wait_up_to_a_limit():
    child = Child("web", live_on, started=time.monotonic())
    waits = [child.schedule() for _ in range(9)]
    assert waits[:4] == [FIRST_DELAY, FIRST_DELAY * 2, FIRST_DELAY * 4, FIRST_DELAY * 8]
    assert waits[-1] == LONGEST_DELAY


def test_a_child_that_ran_steadily_starts_again_at_once():
    child = Child("web", live_on, started=time.monotonic() - STEADY_AFTER - 1, delay=LONGEST_DELAY)
    assert child.schedule() == FIRST_DELAY


def test_what_a_dead_child_started_ends_with_it(tmp_path):
    told = tmp_path / "pid"

    def start_another():
        with subprocess.Popen(FOREVER) as another:
            told.write_text(str(another.pid))
            another.wait()

    child = Child("web", start_another)
    child.start()
    wait_until(lambda: told.exists() and told.read_text())
    grandchild = int(told.read_text())
    child.process.kill()
    wait_until(lambda: child.died() is not None)
    wait_until(lambda: not is_alive(grandchild))
    assert not is_alive(grandchild)


def test_a_child_has_its_name_its_status_its_signals_and_what_was_loaded(tmp_path):
    loaded, told = [], tmp_path / "told"

    def live():
        handlers = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
        own = handlers == [signal.SIG_DFL, signal.default_int_handler] and not signal.pthread_sigmask(signal.SIG_BLOCK, [])
        told.write_text(f"{Path('/proc/self/comm').read_text().strip()} {os.getsid(0) == os.getpid()} {own} {loaded}")
        sys.exit(3)

    child = Child("sender 2", live, lambda: loaded.append(os.getpid()))
    child.start()
    wait_until(lambda: child.process.exitcode is not None)
    assert told.read_text() == f"duologue sender True True [{os.getpid()}]"
    assert (child.died(), signal.pthread_sigmask(signal.SIG_BLOCK, [])) == (3, set())


def test_what_is_loaded_before_a_fork_begins_no_thread_of_python_and_no_connection():
    """A child would inherit a lock that nobody ever opens again, or a connection of which another one reads."""
    said = subprocess.run([sys.executable, "-c", LOADED], check=True, capture_output=True, text=True, env=os.environ).stdout
    assert said == "1 thread, 0 sockets, the pool has the size of work\n"


def is_alive(process):
    stat = Path(f"/proc/{process}/stat")
    return stat.exists() and ") Z " not in stat.read_text()


def test_it_brings_back_what_dies_and_ends_everything_when_told():
    child, pids, said = Child("worker", live_on), [], []

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
    assert child.process.exitcode is not None


def test_there_are_as_many_senders_as_asked_for(settings):
    settings.SENDERS = 2
    assert [child.name for child in children()] == ["web", "worker", "sender 1", "sender 2", "jobs"]


def test_mail_is_listened_for_where_a_port_is_set(settings):
    assert [child.name for child in children()] == ["web", "worker", "sender", "jobs"]
    settings.MAIL_IN_PORT = 2525
    assert [child.name for child in children()] == ["web", "worker", "sender", "jobs", "mail"]
