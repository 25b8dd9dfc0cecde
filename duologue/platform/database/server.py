"""One PostgreSQL server of ours: made, started, waited for, revived after any kind of death, stopped."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from collections.abc import Callable

    from duologue.platform.database.footing import Footing

GIBIBYTE = 1024**3
PATIENCE = 60.0  # seconds for what a dead server left behind to go away
DATABASE = "duologue"


class ServerFailed(Exception):
    """The server did not come up; the sentence holds the last words of its log."""


@dataclass(frozen=True)
class Server:
    """Every method expects the caller to hold the lock under which the server may change."""

    footing: Footing
    sockets: Path
    durable: bool
    note: Callable[[str], None]

    def ensure_running(self) -> None:
        """Attach to the server or start it, wait until it answers, and make its database. Raises ServerFailed."""
        self._make_cluster()
        if not self._answers(patiently=self.is_alive()):
            self._clear_away_the_dead()
            self._start()

    def is_alive(self) -> bool:
        """Say whether a postmaster of this cluster runs; a number taken over by another process does not count."""
        pid = self._recorded_pid()
        return pid is not None and pid in self._processes(starting_with=pid)

    def stop(self) -> None:
        """Stop it and wait until its files are closed."""
        if self.is_alive():
            self._run([self._program("pg_ctl"), "-D", self.footing.cluster, "-m", "fast", "-w", "-t", "600", "stop"], check=False)
        shutil.rmtree(self.sockets, ignore_errors=True)

    # --- making ------------------------------------------------------------------------------------------------
    def _make_cluster(self) -> None:
        """Make the cluster beside its place and move it there when complete, so that none is ever half made."""
        cluster = self.footing.cluster
        if (cluster / "PG_VERSION").exists():
            return
        self.note("Making the database (once) …")
        draft = cluster.with_name("postgres.draft")
        shutil.rmtree(draft, ignore_errors=True)
        self._own_folder(draft)
        options = ["-U", DATABASE, "--encoding=UTF8", "--locale=C", "--auth=trust", *([] if self.durable else ["--no-sync"])]
        self._run([self._program("initdb"), "-D", draft, *options])
        if cluster.exists():
            cluster.rmdir()
        draft.rename(cluster)

    def _own_folder(self, folder: Path) -> None:
        """Make a folder that only the server's account may enter; never take one over that is somebody else's."""
        account = self.footing.account
        owner = account.pw_uid if account else os.geteuid()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
        if folder.is_symlink() or found.st_uid not in {owner, os.geteuid()}:
            raise ServerFailed(f"{folder} belongs to another account; remove it.")
        if account:
            os.chown(folder, account.pw_uid, account.pw_gid)
        folder.chmod(0o700)

    # --- starting ----------------------------------------------------------------------------------------------
    def _start(self) -> None:
        log = self.footing.cluster / "log"
        for attempt in range(3):
            self._own_folder(self.sockets)
            self._run(
                [self._program("pg_ctl"), "-D", self.footing.cluster, "-W", "-s", "-l", log, "-o", self._options(), "start"], check=False
            )
            if self._answers(patiently=True):
                return
            time.sleep(0.2 * (attempt + 1))
            self._clear_away_the_dead()
        raise ServerFailed(f"The embedded database did not start. Its log, {log}, ends with: {self._last_words(log)}")

    def _options(self) -> str:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": self.sockets,
            "unix_socket_permissions": "0700",
            "max_connections": 200,
            "shared_buffers": f"{self._buffers() // 1024**2}MB",
            "max_wal_size": "8GB",
            "checkpoint_timeout": "15min",
            "effective_io_concurrency": 64,
            "random_page_cost": "1.1",
            "autovacuum_naptime": "15s",
            "autovacuum_vacuum_cost_delay": "1ms",
            "autovacuum_vacuum_insert_scale_factor": "0.1",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "jit": "off",
            # what statements and errors quote may name people: only the server's own life is logged
            "log_min_messages": "log",
            "log_min_error_statement": "panic",
            "log_error_verbosity": "terse",
            **({} if self.durable else {"fsync": "off", "full_page_writes": "off"}),
        }
        if _shared_memory_is_tight():
            settings["dynamic_shared_memory_type"] = "mmap"
        return " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())

    def _buffers(self) -> int:
        return min(4 * GIBIBYTE, max(128 * 1024**2, memory() // 4)) if self.durable else 128 * 1024**2

    def _answers(self, *, patiently: bool) -> bool:
        """Say whether the server takes queries; patiently: as long as its process lives, through any recovery."""
        began = told = time.monotonic()
        while True:
            try:
                self._make_database()
            except psycopg.OperationalError:
                pass
            else:
                return True
            waited = time.monotonic() - began
            if not patiently or (waited > 1 and not self.is_alive()):
                return False
            if waited > PATIENCE and not (self.sockets / ".s.PGSQL.5432").exists():
                raise ServerFailed("The database of this folder runs already, under another account. Use that account.")
            if time.monotonic() - told > 5:
                told = time.monotonic()
                self.note(f"Waiting for the database to recover ({waited:.0f} s) …")
            time.sleep(0.05)

    def _make_database(self) -> None:
        with psycopg.connect(host=str(self.sockets), port=5432, user=DATABASE, dbname="postgres", autocommit=True, connect_timeout=5) as it:
            if it.execute("SELECT FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone() is None:
                it.execute(f"CREATE DATABASE {DATABASE}")

    # --- after a death -----------------------------------------------------------------------------------------
    def _clear_away_the_dead(self) -> None:
        """Wait for what a killed postmaster left running, end it if it stays, and remove a record that names nobody."""
        if self.is_alive():
            return
        deadline = time.monotonic() + PATIENCE / 6
        while left := self._processes():
            if time.monotonic() > deadline:
                for pid in left:
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)
        if Path("/proc/self/cwd").exists():  # elsewhere PostgreSQL's own judgement has to do
            (self.footing.cluster / "postmaster.pid").unlink(missing_ok=True)

    def _recorded_pid(self) -> int | None:
        try:
            return int((self.footing.cluster / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None

    def _processes(self, starting_with: int | None = None) -> list[int]:
        """Return the living processes that work in this cluster; with a number, only that one is looked at."""
        if not Path("/proc/self/cwd").exists():
            return [starting_with] if starting_with and _answers_signals(starting_with) else []
        numbers = [starting_with] if starting_with else [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
        return [pid for pid in numbers if self._works_here(pid)]

    def _works_here(self, pid: int) -> bool:
        try:
            return Path(f"/proc/{pid}/cwd").readlink() == self.footing.cluster.resolve() and _is_postgres(pid)
        except OSError:
            return False

    # --- programs ----------------------------------------------------------------------------------------------
    def _program(self, name: str) -> Path:
        return self.footing.programs / "bin" / name

    def _run(self, command: list[object], *, check: bool = True) -> None:
        account = self.footing.account
        done = subprocess.run(
            [str(part) for part in command],
            check=False,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if check else subprocess.DEVNULL,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            umask=0o077,
        )
        if check and done.returncode:
            raise ServerFailed(f"{Path(str(command[0])).name} failed: {done.stderr.decode(errors='replace').strip()[-600:]}")

    def _last_words(self, log: Path) -> str:
        try:
            return " / ".join(log.read_text(errors="replace").strip().splitlines()[-3:])
        except OSError:
            return "(it has none)"


def memory() -> int:
    """Return the bytes of memory this process may use: the machine's, or less where its control group says so."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for limit in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            return min(machine, int(Path(limit).read_text()))
        except (OSError, ValueError):
            continue
    return machine


def _shared_memory_is_tight() -> bool:
    try:
        return shutil.disk_usage("/dev/shm").total < GIBIBYTE // 4  # noqa: S108 only looked at
    except OSError:
        return False


def _is_postgres(pid: int) -> bool:
    """Say whether a process is PostgreSQL and lives; one that waits for its parent to notice its end does not."""
    name, _, rest = Path(f"/proc/{pid}/stat").read_text().partition("(")[2].rpartition(")")
    return name.startswith("postgres") and rest.split()[0] not in {"Z", "X"}


def _answers_signals(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
