import functools
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from duologue.platform.database import footing
from duologue.platform.database.folder import DataFolder

HOLDER = Path(__file__).with_name("holder.py")
ROOT = Path(__file__).parents[3]
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "PYTHONPATH": os.pathsep.join([str(ROOT), str(Path(pytest.__file__).parents[1])]),
    "PYTHONDONTWRITEBYTECODE": "1",
}


class Holder:
    def __init__(self, folder, user=None):
        self.notes = []
        self.process = subprocess.Popen(
            [python_of_an_ordinary_account() if user else sys.executable, str(HOLDER), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            user=user,
            group=user and "nogroup",
            extra_groups=[] if user else None,
            env=ENVIRONMENT,
            cwd="/",
        )
        self._up()

    def _up(self):
        while (line := self.process.stdout.readline()).startswith("note "):
            self.notes.append(line[5:].strip())
        assert line.startswith("up "), line
        self.postmaster, self.cluster = int(line.split()[1]), Path(line.split(maxsplit=2)[2].strip())

    def ask(self, words):
        self.tell(words)
        return self.process.stdout.readline().strip()

    def tell(self, words):
        self.process.stdin.write(words + "\n")
        self.process.stdin.flush()

    def revive(self):
        self.tell("revive")
        self._up()

    def leave(self):
        answer = self.ask("leave")
        self.process.wait(60)
        self._close()
        return answer

    def kill(self):
        self.process.kill()
        self.process.wait(60)
        self._close()

    def _close(self):
        self.process.stdin.close()
        self.process.stdout.close()


def alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def end_whatever_is_left(folder):
    for path in folder.rglob("postmaster.pid"):
        pid = int(path.read_text().split()[0])
        if alive(pid) and "postgres" in Path(f"/proc/{pid}/comm").read_text():
            os.kill(pid, signal.SIGQUIT)
            while alive(pid):
                time.sleep(0.02)


@functools.cache
def python_of_an_ordinary_account():
    """The ordinary account may not reach this interpreter; Debian's own, of the same version, will do."""
    for program in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        try:
            asked = subprocess.run(
                [program, "-c", "import duologue.platform.database.embedded"],
                user="nobody",
                group="nogroup",
                extra_groups=[],
                cwd="/",
                env=ENVIRONMENT,
                check=False,
                capture_output=True,
            )
        except OSError:
            continue
        if asked.returncode == 0:
            return program
    return None


@pytest.fixture(scope="module", params=[pytest.param(None, id="as-this-account"), pytest.param("nobody", id="as-an-ordinary-account")])
def account(request):
    if request.param and os.geteuid() != 0:
        pytest.skip("only root can try as another account")
    if request.param and not python_of_an_ordinary_account():
        pytest.skip("the ordinary account cannot reach this checkout")
    return request.param


def a_folder_of(account):
    folder = Path(tempfile.mkdtemp(prefix="duologue-embedded-"))
    folder.chmod(0o755)
    if account:
        shutil.chown(folder, account)
    return folder


@pytest.fixture
def place(account):
    folder = a_folder_of(account)
    yield folder, account
    end_whatever_is_left(folder)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def one_made(account):
    """A folder whose cluster is made and at rest."""
    folder = a_folder_of(account)
    Holder(folder, account).leave()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def made(place, one_made):
    """A place that holds a copy of it: making a cluster takes a second of the processor."""
    copy(one_made, place[0])
    return place


def copy(made, folder):
    subprocess.run(["cp", "-a", f"{made}/.", folder], check=True)


def test_the_last_to_leave_stops_it_and_sockets_are_open_to_their_account_alone(made):
    first, second = Holder(*made), Holder(*made)
    assert first.postmaster == second.postmaster
    sockets = Path((first.cluster / "postmaster.pid").read_text().splitlines()[4])
    assert sockets.stat().st_mode & 0o777 == 0o700
    first.leave()
    assert alive(second.postmaster)
    assert second.ask("write 1") == "written"
    assert second.leave() == "left"
    assert not alive(second.postmaster)
    assert not sockets.exists()


def test_after_a_killed_holder_the_next_attaches_and_stops_it(made):
    first = Holder(*made)
    first.ask("write 1")
    first.kill()
    assert alive(first.postmaster)
    second = Holder(*made)
    assert (second.postmaster, second.ask("count")) == (first.postmaster, "1")
    second.leave()
    assert not alive(first.postmaster)


def test_a_killed_postmaster_is_revived_under_its_holders(made):
    holder = Holder(*made)
    holder.ask("write 1")
    before = holder.postmaster
    os.kill(before, signal.SIGKILL)
    while alive(before):
        time.sleep(0.01)
    holder.revive()
    assert holder.postmaster != before
    assert holder.ask("count") == "1"
    holder.leave()


def test_a_record_that_names_a_strangers_process_is_no_hindrance(made):
    holder = Holder(*made)
    holder.ask("write 1")
    record = (holder.cluster / "postmaster.pid").read_text()
    os.kill(holder.postmaster, signal.SIGKILL)
    holder.kill()
    stranger = subprocess.Popen(["/bin/sleep", "60"], user=made[1] or (os.geteuid() == 0 and holder.cluster.owner()) or None)
    (holder.cluster / "postmaster.pid").write_text(record.replace(str(holder.postmaster), str(stranger.pid), 1))
    again = Holder(*made)
    assert again.ask("count") == "1"
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()
    again.leave()


def test_an_interrupted_first_start_leaves_nothing_half_made(place):
    folder, user = place
    draft = folder / "postgres.draft"
    draft.mkdir()
    (draft / "PG_VERSION").write_text("18\n")
    if user:
        shutil.chown(draft, user)
    holder = Holder(*place)
    assert holder.ask("write 1") == "written"
    holder.leave()


@pytest.mark.long
def test_nothing_committed_is_lost_whoever_is_killed(made):
    chance = random.Random(7)
    written = 0
    for _ in range(4):
        holder = Holder(*made)
        other = Holder(*made)
        for _ in range(3):
            holder.ask(f"write {written}")
            written += 1
        for victim in chance.sample(["holder", "postmaster"], k=chance.choice([1, 2])):
            if victim == "holder":
                holder.kill()
            else:
                os.kill(other.postmaster, signal.SIGKILL)
        other.kill()
        if holder.process.poll() is None:
            holder.kill()
    last = Holder(*made)
    assert last.ask("count") == str(written)
    last.leave()


def test_a_data_folder_too_deep_for_a_socket(place, one_made):
    folder, user = place
    deep = folder / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    if user:
        shutil.chown(deep, user)
    copy(one_made, deep)
    holder = Holder(deep, user)
    assert holder.ask("write 1") == "written"
    holder.leave()


@pytest.fixture
def as_root():
    if os.geteuid() != 0:
        pytest.skip("only root lends the database an account")


def test_a_folder_closed_to_the_database_stays_closed(as_root):
    outer = Path(tempfile.mkdtemp(prefix="duologue-closed-"))  # 0700
    folder = outer / "data"
    folder.mkdir(mode=0o755)
    holder = Holder(folder)
    try:
        assert any("cannot reach" in note and "/var/lib/duologue" in note for note in holder.notes)
        assert holder.cluster.is_relative_to("/var/lib/duologue")
        assert holder.cluster.stat().st_mode & 0o777 == 0o700
        assert outer.stat().st_mode & 0o777 == 0o700
        assert holder.ask("write 1") == "written"
        holder.leave()
        moved = outer / "moved"
        folder.rename(moved)
        again = Holder(moved)
        assert again.ask("count") == "1"
        again.leave()
    finally:
        shutil.rmtree(holder.cluster.parent)
        shutil.rmtree(outer)


def test_programs_closed_to_the_database_are_copied_once(as_root, monkeypatch, tmp_path):
    closed = tmp_path / "closed"
    wheel = footing.wheels_programs().parent
    shutil.copytree(wheel / "pginstall18", closed / wheel.name / "pginstall18", symlinks=True)
    shutil.copytree(wheel.with_name(f"{wheel.name}.libs"), closed / f"{wheel.name}.libs", symlinks=True)
    closed.chmod(0o700)
    monkeypatch.setattr(footing, "wheels_programs", lambda: closed / wheel.name / "pginstall18")
    monkeypatch.setattr(footing, "SYSTEM_HOME", Path(tempfile.mkdtemp(prefix="duologue-home-")))
    data = DataFolder(Path(tempfile.mkdtemp(prefix="duologue-embedded-")))
    try:
        data.path.chmod(0o755)
        found = footing.find_footing(data)
        assert found.programs.is_relative_to(footing.SYSTEM_HOME / "programs")
        assert any("copy" in note for note in found.notes)
        said = subprocess.run(
            [found.programs / "bin" / "initdb", "--version"], user=found.account.pw_uid, check=True, capture_output=True, text=True
        )
        assert "18" in said.stdout
        made = found.programs.stat().st_ino
        assert footing.find_footing(data).programs.stat().st_ino == made
    finally:
        shutil.rmtree(footing.SYSTEM_HOME)
        shutil.rmtree(data.path)
