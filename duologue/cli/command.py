"""The frame every command runs in: finds the commands, reads the line, holds the database, turns refusals into sentences.

A command is a module in `commands/` with

    NAME     its word, HELP  one line, EXAMPLE  a line that can be copied,
    arguments(parser)  adds its own arguments (and sub-words, if it has them),
    run(args) -> int   does it and returns the exit status,

and `NEEDS_DATABASE = False` where it needs none, or a function of the arguments where it depends on them.
args.workspace, args.json and args.data are always there.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import signal
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from duologue.cli import commands
from duologue.cli.frame import AskedWrongly, Refused, note
from duologue.kit.pipeline import Refused as NotSo

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

DONE, COULD_NOT, ASKED_WRONGLY, INTERRUPTED = 0, 1, 2, 130
SHARED_HELP = """
everywhere:
  --workspace NAME  the workspace to work in (default: the only one)
  --json            answer for machines
  --data FOLDER     the data folder (default: DUOLOGUE_DATA, or ./data)
"""


def run(line: Sequence[str]) -> int:
    """Do what the command line asks and return the exit status: 0 done, 1 could not, 2 asked wrongly."""
    shared, rest = _shared_options().parse_known_args(list(line))
    try:
        parser, modules = build_parser(only=rest[0] if rest else None)
        args = parser.parse_args(rest, namespace=shared)
    except SystemExit as left:  # argparse has said why, or has shown the help
        return left.code if isinstance(left.code, int) else ASKED_WRONGLY
    if not getattr(args, "command", None):
        parser.print_help()
        return ASKED_WRONGLY
    if args.data:
        os.environ["DUOLOGUE_DATA"] = args.data
    os.environ["DUOLOGUE_DATA"] = str(Path(os.environ.get("DUOLOGUE_DATA") or "./data").absolute())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "duologue.settings")
    return _guarded(modules[args.command], args)


def build_parser(only: str | None = None) -> tuple[argparse.ArgumentParser, dict[str, ModuleType]]:
    """Return the parser and the commands by name; with `only`, just that command's module is loaded where it exists."""
    parser = argparse.ArgumentParser(
        prog="duologue",
        description="Duologue: a brand and its people in an ongoing, two-way conversation.",
        epilog=SHARED_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    words = parser.add_subparsers(dest="command", metavar="COMMAND")
    modules: dict[str, ModuleType] = {}
    names = sorted(name for _, name, _ in pkgutil.iter_modules(commands.__path__))
    for name in [only] if only in names else names:
        module = importlib.import_module(f"{commands.__name__}.{name}")
        modules[module.NAME] = module
        sub = words.add_parser(
            module.NAME,
            help=module.HELP,
            description=module.HELP,
            epilog=f"example:\n  {module.EXAMPLE}\n{SHARED_HELP}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        module.arguments(sub)
    return parser, modules


def _shared_options() -> argparse.ArgumentParser:
    """Options that may stand anywhere on the line."""
    shared = argparse.ArgumentParser(prog="duologue", add_help=False, allow_abbrev=False)
    shared.add_argument("--workspace", default="", metavar="NAME")
    shared.add_argument("--json", action="store_true")
    shared.add_argument("--data", default="", metavar="FOLDER")
    return shared


def _guarded(module: ModuleType, args: argparse.Namespace) -> int:
    """Run a command so that whatever goes wrong ends as one sentence and a status."""
    signal.signal(signal.SIGTERM, _leave_properly)
    try:
        with ExitStack() as leaving:
            needs = getattr(module, "NEEDS_DATABASE", True)
            if needs(args) if callable(needs) else needs:
                _stand_on_the_database(leaving)
            status: int = module.run(args)
            sys.stdout.flush()
            return status or DONE
    except (Refused, NotSo) as refusal:
        note(str(refusal))
        return COULD_NOT
    except AskedWrongly as refusal:
        note(str(refusal))
        return ASKED_WRONGLY
    except KeyboardInterrupt:
        note("Interrupted. What was finished is kept; the same command goes on from there.")
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return COULD_NOT
    except Exception as error:  # noqa: BLE001 the last door before the terminal
        return _unexpected(module.NAME, error)


def _stand_on_the_database(leaving: ExitStack) -> None:
    """Hold the database for as long as the command runs."""
    from duologue.cli.ground import standing_on_the_database

    leaving.enter_context(standing_on_the_database())


def _leave_properly(_signal: int, _frame: Any) -> None:
    """Let a polite end run the same way out as an interruption, so that what is held is given back."""
    raise KeyboardInterrupt


def _unexpected(name: str, error: Exception) -> int:
    """Keep the details in the data folder, since they may name people, and say where."""
    if os.environ.get("DUOLOGUE_DEBUG") in {"1", "yes", "true", "on"}:
        raise error
    where = _keep_details(error)
    note(f"duologue {name} could not finish: {type(error).__name__}. The details are in {where}.")
    return COULD_NOT


def _keep_details(error: Exception) -> Any:
    import traceback

    path = Path(os.environ["DUOLOGUE_DATA"]) / "run" / "last-error.txt"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text("".join(traceback.format_exception(error)))
    except OSError:
        return "no file, since the data folder cannot be written; set DUOLOGUE_DEBUG=yes to see them"
    return path
