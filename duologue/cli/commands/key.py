"""`duologue key create|list|revoke`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.cli.frame import Refused, note, print_json, print_table, workspace_of, write_down

if TYPE_CHECKING:
    import argparse

    from duologue.platform.workspaces.models import Workspace

NAME = "key"
HELP = "Make, list or revoke keys for machines."
EXAMPLE = "duologue key create website --kind write"
KINDS = "write: events in, from a server; site: from public pages, by the script; manage: the management API"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take create, list or revoke."""
    words = parser.add_subparsers(dest="word", metavar="WORD", required=True)
    create = words.add_parser("create", help="make a key and show its secret, once")
    create.add_argument("name", metavar="NAME")
    create.add_argument("--kind", choices=["write", "site", "manage"], default="write", help=KINDS)
    create.add_argument("--role", default="", help="of a management key: owner, editor, analyst, care or guest")
    create.add_argument(
        "--only", action="append", default=[], metavar="AREA", help="of a management key: this part of the API; again for more"
    )
    words.add_parser("list", help="list the keys")
    revoke = words.add_parser("revoke", help="make a key worthless")
    revoke.add_argument("shown", metavar="BEGINNING", help="the beginning of the key, as the list shows it")


def run(args: argparse.Namespace) -> int:
    """Do it."""
    room = workspace_of(args)
    if args.word == "create":
        _create(room, args)
    elif args.word == "revoke":
        _revoke(room, args.shown)
    else:
        _list(room, as_json=args.json)
    return 0


def _create(room: Workspace, args: argparse.Namespace) -> None:
    from duologue.platform.database.clock import database_now
    from duologue.platform.staff import actions

    try:
        key, secret = actions.create_key(room, args.name, args.kind, args.role, database_now(), args.only)
    except actions.StaffRefused as refusal:
        raise Refused(str(refusal)) from None
    write_down(room, "create key", key.shown, name=key.name, kind=key.kind, role=key.role, only=key.only)
    if args.json:
        print_json({"name": key.name, "kind": key.kind, "role": key.role, "key": secret})
    else:
        print(secret)
        note("Keep it: it is not shown again.")


def _revoke(room: Workspace, beginning: str) -> None:
    from duologue.platform.database.clock import database_now
    from duologue.platform.staff import actions, queries

    found = [key for key in queries.keys(room) if key.shown == beginning[:12] and key.revoked_at is None]
    if len(found) != 1:
        raise Refused(f"There is no single key in use that begins with {beginning!r}; see: duologue key list")
    actions.revoke_key(room, key_id=found[0].pk, now=database_now())
    write_down(room, "revoke key", found[0].shown, name=found[0].name)


def _list(room: Workspace, *, as_json: bool) -> None:
    from duologue.platform.staff import queries

    fields = ["name", "kind", "role", "only", "shown", "created_at", "revoked_at"]
    rows = [{name: getattr(key, name) for name in fields} for key in queries.keys(room)]
    if as_json:
        print_json(rows)
    else:
        print_table(fields, [list(row.values()) for row in rows])
