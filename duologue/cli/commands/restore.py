"""`duologue restore`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from duologue.cli.frame import AskedWrongly, Refused, note, print_json

if TYPE_CHECKING:
    import argparse
    from datetime import datetime

NAME = "restore"
HELP = "Put a backup back. What fell due since is not sent again, who was erased since is erased again, and all sending is stopped."
EXAMPLE = "duologue restore /mnt/elsewhere/duologue-2026-11-22-031500.backup"
NEEDS_DATABASE = False  # its tables are what comes back


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take what to put back."""
    parser.add_argument("file", nargs="?", default="", metavar="FILE", help="what duologue backup has written")
    parser.add_argument("--over", action="store_true", help="in place of the installation that is here, which is then gone")
    parser.add_argument("--check", action="store_true", help="only say whether the file is whole and could be put back here")
    parser.add_argument("--with-new-key", action="store_true", help="go on though the installation's key is lost")
    parser.add_argument("--as-it-is", action="store_true", help="no file: the database or the data folder was put back by other means")
    parser.add_argument(
        "--months-lost", action="store_true", help="with --as-it-is: go on though events that had left the database are in no lake"
    )


def run(args: argparse.Namespace) -> int:
    """Do it."""
    if bool(args.file) == args.as_it_is:
        raise AskedWrongly("Write duologue restore FILE, or duologue restore --as-it-is where it was put back by other means.")
    import django

    from duologue.cli.ground import holding_the_database

    with holding_the_database():
        django.setup()
        from duologue.platform.backup.archive import BackupRefused
        from duologue.platform.backup.programs import ProgramFailed
        from duologue.platform.database import ready

        try:
            return _as_it_is(args) if args.as_it_is else _from_file(args)
        except (BackupRefused, ProgramFailed, ready.NotReachable) as refusal:
            raise Refused(str(refusal)) from None
        finally:
            ready.let_go()


def _from_file(args: argparse.Namespace) -> int:
    from duologue.people.consent import apart
    from duologue.platform.backup import restoring
    from duologue.platform.backup.archive import opened
    from duologue.platform.backup.lakes import exists

    path = Path(args.file)
    with opened(path) as (file, manifest):
        restoring.refuse_unfit(path, file, manifest, over=args.over or args.check, with_new_key=args.with_new_key)
        if args.check:
            print(f"{path} is whole and can be put back here. It shows how things were on {manifest.taken_at:%d %B %Y, %H:%M:%S} UTC.")
            return 0
        restoring.be_alone()
        restoring.put_aside_what_a_cut_left()
        if exists("public.people_suppression"):
            apart.note_all()
        note("The database …")
        restoring.put_back_the_database(file, manifest)
        _make_ready()
        events = restoring.put_back_the_files(file, manifest, note)
    return _come_after(args, manifest.taken_at, events)


def _as_it_is(args: argparse.Namespace) -> int:
    from duologue.platform.backup import lakes, restoring
    from duologue.platform.backup.archive import BackupRefused

    restoring.be_alone()
    restoring.refuse_while_used()
    restoring.put_aside_what_a_cut_left()
    _make_ready()
    lakes.take_up()
    if (months := lakes.lost()) and not args.months_lost:
        raise BackupRefused(
            f"Old events that have left the database are in no lake here ({'; '.join(months)}). Put the folder lake of the data folder "
            "back as well, or restore a file of duologue backup, which holds both. Where it is lost, --months-lost goes on without them."
        )
    since = restoring.last_known()
    restoring.begin(since)
    lakes.make_the_lake_anew()
    return _come_after(args, since, 0)


def _make_ready() -> None:
    from duologue.platform.database import ready

    ready.make_ready(note=note, amid_restore=True)


def _come_after(args: argparse.Namespace, since: datetime, events: int) -> int:
    from duologue.cli.restored import come_after, sentences
    from duologue.platform.backup import restoring
    from duologue.platform.backup.generation import rise
    from duologue.platform.database.clock import database_now

    restoring.make_safe(now=database_now())
    found = come_after(since=since, note=note)
    number = rise()
    restoring.end(database_now())
    if args.json:
        print_json(
            {"restored_to": since, "generation": number, "lake_events": events, "uncertain": found.uncertain, "erased": found.erased}
        )
        return 0
    print(f"Restored: all is as it was on {since:%d %B %Y, %H:%M:%S} UTC.")
    print("\n".join(sentences(found)))
    return 0
