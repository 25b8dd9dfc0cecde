"""`duologue serve`: everything one installation needs, in one command."""

from __future__ import annotations

import os
import socket
from contextlib import ExitStack
from typing import TYPE_CHECKING

from duologue.cli.frame import Refused, note

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from duologue.platform.database.server import Server

NAME = "serve"
HELP = "Run Duologue: the web, the worker and the sender, with the embedded database."
EXAMPLE = "duologue serve --host 0.0.0.0 --port 8000"
NEEDS_DATABASE = False  # it holds the database itself, to watch over it


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the address."""
    parser.add_argument("--host", default="", help="the address to listen on (default: DUOLOGUE_HOST, or 127.0.0.1)")
    parser.add_argument("--port", type=int, default=0, help="the port to listen on (default: DUOLOGUE_PORT, or 8000)")


def run(args: argparse.Namespace) -> int:
    """Run until told to stop."""
    if args.host:
        os.environ["DUOLOGUE_HOST"] = args.host
    if args.port:
        os.environ["DUOLOGUE_PORT"] = str(args.port)
    serve(_first_entrance)
    return 0


def serve(prepare: Callable[..., str], *given: object) -> None:
    """Run all children until told to stop. `prepare` is done before, apart: it returns the token of a sign-in link to show, or ''."""
    from concurrent.futures import ThreadPoolExecutor

    from duologue.cli.apart import apart
    from duologue.cli.children import load_web
    from duologue.cli.ground import holding_the_database, settings_read

    settings = settings_read()
    _refuse_a_taken_port(settings.HOST, settings.PORT)
    with ExitStack() as leaving:
        with ThreadPoolExecutor(1) as aside:  # its thread has ended before anything is forked
            coming = aside.submit(leaving.enter_context, holding_the_database())
            load_web()
        server = coming.result()
        _watch_over_all(server, apart(prepare, *given))


def _watch_over_all(server: Server | None, entrance: str) -> None:
    from django.conf import settings

    from duologue.cli.children import children
    from duologue.cli.supervisor import Supervisor
    from duologue.platform.telemetry.counters import begin_anew

    begin_anew()
    note(f"Duologue is at {settings.PUBLIC_URL}  (Ctrl-C stops it)")
    if entrance:
        note(f"Open this within the hour, once, to come in as the owner:\n\n  {settings.PUBLIC_URL}/accounts/enter/{entrance}/\n")
    Supervisor(children(), note, lambda: _watch(server)).run()
    note("Stopped.")


def _watch(server: Server | None) -> None:
    """Bring the embedded database back where it died."""
    from duologue.platform.database.embedded import revive
    from duologue.platform.database.server import ServerFailed

    if server is None:
        return
    try:
        if revive(server):
            note("The database had died and runs again.")
    except ServerFailed as failed:
        note(str(failed))


def _refuse_a_taken_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            raise Refused(f"Cannot listen on {host}:{port} ({error.strerror}). Stop what uses it, or choose --port.") from None


def _first_entrance() -> str:
    """Make the tables; where nobody works here yet, the owner and a workspace too. Return the token that lets them in, or ''."""
    from duologue.cli.ground import ready_to_work

    with ready_to_work():
        from duologue.cli.opening import open_house, stand_together
        from duologue.platform.database.clock import database_now

        stand_together()
        return open_house(now=database_now())
