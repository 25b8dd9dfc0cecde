"""What commands share: refusals, the workspace they work in, output for people and for machines, progress."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    from duologue.platform.workspaces.models import Workspace


class Refused(Exception):
    """It could not be done; the sentence says what, where, and what to do. Exit status 1."""


class AskedWrongly(Exception):
    """The command line makes no sense; the sentence says why. Exit status 2."""


def workspace_of(args: argparse.Namespace) -> Workspace:
    """Return the workspace named by --workspace, or the only one there is.

    Raises Refused when there is none of that name, and AskedWrongly when several could be meant.
    """
    from duologue.platform.workspaces.models import Workspace

    name = args.workspace
    if name:
        found = Workspace.objects.filter(name=name).first()
        if found is None:
            raise Refused(f"There is no workspace {name!r}. Make it with: duologue workspace create {name}")
        return found
    some = list(Workspace.objects.order_by("name")[:20])
    if not some:
        raise Refused("There is no workspace yet. Make one with: duologue workspace create NAME")
    if len(some) > 1:
        raise AskedWrongly("Say which workspace with --workspace: " + ", ".join(room.name for room in some) + ".")
    return some[0]


def many(said: str) -> int:
    """Return how many of something an option asks for: a whole number from 1 up. Raises ArgumentTypeError, which argparse tells."""
    import argparse

    if not said.isascii() or not said.isdigit() or not int(said):
        raise argparse.ArgumentTypeError(f"{said!r} is not a number from 1 up")
    return int(said)


def write_down(workspace: Workspace | None, action: str, subject: str = "", **detail: Any) -> None:
    """Keep in the audit log what was done from the command line; ids and names of things, never people's data."""
    from duologue.platform.audit.actions import note as keep

    keep(workspace, "command line", action, subject, detail)


def print_json(value: Any) -> None:
    """Print one JSON document on standard output; moments become ISO 8601, other things their words."""
    json.dump(value, sys.stdout, indent=2, default=_plain, ensure_ascii=False)
    sys.stdout.write("\n")


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def typed_or_piped(prompt: str, most: int) -> str:
    """Return a secret typed on a terminal, unseen, or what standard input says, without its line end: one character more than `most`."""
    if sys.stdin.isatty():
        import getpass

        return getpass.getpass(prompt)
    return sys.stdin.read(most + 1).removesuffix("\n").removesuffix("\r")


def note(sentence: str) -> None:
    """Tell a person something beside the output, on standard error."""
    print(sentence, file=sys.stderr, flush=True)


def print_table(headings: list[str], rows: list[list[Any]]) -> None:
    """Print rows in columns for people: a table on a terminal, tab-separated lines into a pipe."""
    if not sys.stdout.isatty():
        for row in [headings, *rows]:
            print("\t".join("" if cell is None else str(cell) for cell in row))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(*headings)
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    Console().print(table)


@contextmanager
def progress(what: str, total: float | None = None) -> Iterator[Callable[[float], None]]:
    """Show long work as a bar on a terminal and nothing into a pipe; call what it gives with the steps done since last."""
    if not sys.stderr.isatty():
        yield lambda _steps: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda steps: bar.advance(task, steps)
