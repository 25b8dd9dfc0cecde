"""`duologue backup`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from duologue.cli.frame import Refused, note, print_json, write_down

if TYPE_CHECKING:
    import argparse

NAME = "backup"
HELP = "Write all there is, as it is at this moment, into one file; nothing has to stop for it."
EXAMPLE = "duologue backup /mnt/elsewhere/"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take where to."""
    parser.add_argument("to", nargs="?", default="", metavar="FILE|FOLDER", help="(default: the folder backups in the data folder)")


def run(args: argparse.Namespace) -> int:
    """Make it."""
    from django.conf import settings

    from duologue.people.consent.apart import note_all
    from duologue.platform.backup.actions import make_backup
    from duologue.platform.backup.archive import BackupRefused, as_json
    from duologue.platform.backup.programs import ProgramFailed
    from duologue.platform.database.clock import database_now

    path = Path(args.to) if args.to else settings.DATA.path / "backups"
    if not args.to or path.is_dir() or args.to.endswith("/"):
        path /= f"duologue-{database_now():%Y-%m-%d-%H%M%S}.backup"
    if path.exists():
        raise Refused(f"{path} exists already. Name another file, or a folder.")
    note_all()
    try:
        manifest = make_backup(path, note)
    except (BackupRefused, ProgramFailed) as refusal:
        raise Refused(str(refusal)) from None
    write_down(None, "backup", path.name, generation=manifest.generation)
    if args.json:
        print_json({"file": str(path), "bytes": path.stat().st_size, **as_json(manifest)})
        return 0
    print(f"{path} holds all there was on {manifest.taken_at:%d %B %Y, %H:%M:%S} UTC ({_size(path.stat().st_size)}).")
    note(
        f"Keep the folder {settings.DATA.keys} too, apart from it: the key, without which no link in a message works and no secret "
        "can be read, and the list of addresses not to be used, by which who is erased stays erased. Neither is in the backup."
    )
    return 0


def _size(count: int) -> str:
    return f"{count / 1024**3:.1f} GiB" if count >= 1024**3 else f"{count / 1024**2:.1f} MiB"
