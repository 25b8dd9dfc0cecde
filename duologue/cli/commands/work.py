"""`duologue work`: the worker, the sender, or both in one process."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Final

from duologue.cli.frame import Refused
from duologue.kit import garbage

if TYPE_CHECKING:
    import argparse
    from types import FrameType

    from duologue.cli.worker.loop import Loop

NAME = "work"
HELP = "Do what is due in all workspaces, until stopped."
EXAMPLE = "duologue work --only sender"
ALONE_SECONDS: Final = 1.0  # between two looks for work where the database is embedded: whoever makes any rings the bell
POLL_SECONDS: Final = 0.5  # and where others may be on other machines


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take which half of the work to do."""
    parser.add_argument("--only", choices=["worker", "sender"], help="only think (worker), or only send (sender)")
    parser.add_argument("--once", action="store_true", help="do what is due now and stop")


def run(args: argparse.Namespace) -> int:
    """Do it."""
    from django.conf import settings

    from duologue.cli.worker.loop import Loop
    from duologue.platform.backup.generation import why_not_start

    if sentence := why_not_start(only_works=True):
        raise Refused(sentence)
    loop = Loop(only=args.only or "", poll=ALONE_SECONDS if settings.EMBEDDED_DATABASE else POLL_SECONDS)
    if args.once:
        loop.turn()
    else:
        _stop_gently(loop)
        garbage.stay()
        loop.run()
    loop.leave()
    return 0


def _stop_gently(loop: Loop) -> None:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        loop.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
