"""`add | list | forget`: the same three words for all whose calls are taken in, as mail services and shops."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from duologue.cli.frame import Refused, note, print_json, print_table, workspace_of, write_down

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from duologue.platform.workspaces.models import Workspace

    Rows = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Callers:
    """One sort of them. `noun` is what one is called, and `command` the word for it on the command line.

    `add` returns what it made as {name, kind, address} and more for the log; `rows` are listed under their keys; `gone` says that
    one of this name is forgotten.
    """

    noun: str
    command: str
    add: Callable[[Workspace, argparse.Namespace], tuple[dict[str, str], dict[str, Any]]]
    rows: Callable[[Workspace], Rows]
    forget: Callable[[Workspace, str], bool]
    gone: str


def three_words(parser: argparse.ArgumentParser, *, add: str, listing: str, forget: str) -> argparse.ArgumentParser:
    """Take add, list or forget, with these helps; return the parser of `add`, which has more to ask for."""
    words = parser.add_subparsers(dest="word", metavar="WORD", required=True)
    adding = words.add_parser("add", help=add)
    words.add_parser("list", help=listing)
    words.add_parser("forget", help=forget).add_argument("name", metavar="NAME")
    return adding


def do(args: argparse.Namespace, callers: Callers) -> int:
    """Do what was asked. Raises Refused."""
    workspace = workspace_of(args)
    if args.word == "add":
        _add(workspace, args, callers)
    elif args.word == "list":
        _list(callers.rows(workspace), callers, as_json=args.json)
    elif callers.forget(workspace, args.name):
        write_down(workspace, f"forget {callers.command}", args.name)
        note(callers.gone.format(args.name))
    else:
        raise Refused(f"There is no {callers.noun} {args.name!r}; see: duologue {callers.command} list")
    return 0


def _add(workspace: Workspace, args: argparse.Namespace, callers: Callers) -> None:
    made, kept = callers.add(workspace, args)
    write_down(workspace, f"add {callers.command}", made["name"], kind=made["kind"], **kept)
    if args.json:
        print_json(made)
    else:
        print(made["address"])
        note(f"Give this address to the {callers.noun}'s webhooks.")


def _list(rows: Rows, callers: Callers, *, as_json: bool) -> None:
    if as_json:
        print_json(rows)
    elif rows:
        print_table(list(rows[0]), [list(row.values()) for row in rows])
    else:
        note(f"There is no {callers.noun} yet; add one with: duologue {callers.command} add KIND")
