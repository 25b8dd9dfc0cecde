"""`duologue mail receive|listen`."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from duologue.cli.frame import AskedWrongly, Refused, note, print_json, progress, workspace_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from duologue.engage.channels.email.incoming import Incoming

NAME = "mail"
HELP = "Take in mail: one message on standard input, an mbox, a Maildir, or by SMTP."
EXAMPLE = "duologue mail receive --explain < message.eml"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take receive [FILE] --explain, or listen."""
    words = parser.add_subparsers(dest="word", metavar="WORD", required=True)
    receive = words.add_parser("receive", help="take in mail, as a mail server's pipe delivers it")
    receive.add_argument("file", nargs="?", default="-", metavar="FILE", help="a message, an mbox or a Maildir (default: standard input)")
    receive.add_argument("--explain", action="store_true", help="say what each message was understood to be, and write nothing")
    receive.add_argument("--recipient", action="append", default=[], metavar="ADDRESS", help="to whom it was delivered (RCPT TO)")
    words.add_parser("listen", help="listen for mail by SMTP on DUOLOGUE_MAIL_IN_HOST and DUOLOGUE_MAIL_IN_PORT")


def NEEDS_DATABASE(args: argparse.Namespace) -> bool:  # noqa: N802 the frame's name
    """Explaining reads the message and nothing else."""
    return not (args.word == "receive" and args.explain)


def run(args: argparse.Namespace) -> int:
    """Do it."""
    if args.word == "listen":
        return _listen()
    return _explain(args) if args.explain else _receive(args)


def _explain(args: argparse.Namespace) -> int:
    """Print one JSON document for one message, and one a line for several."""
    import json

    from duologue.engage.channels.email.incoming import understand

    several = args.file != "-" and Path(args.file).is_dir()
    found: list[Incoming] = []
    for raw in _mails(args.file):
        found.append(understand(raw, envelope=args.recipient))
        several = several or len(found) > 1
        if len(found) > 1 or several:
            for one in found:
                print(json.dumps(one.as_json(), ensure_ascii=False))
            found.clear()
            several = True
    if found:
        print_json(found[0].as_json())
    return 0


def _receive(args: argparse.Namespace) -> int:
    from collections import Counter

    from duologue.engage.conversations.mail import take_in_mail, workspace_for
    from duologue.platform.workspaces.queries import now

    done: Counter[str] = Counter()
    with progress("taking mail in") as step:
        for raw in _mails(args.file):
            workspace = workspace_of(args) if args.workspace else workspace_for(raw, args.recipient) or workspace_of(args)
            taken = take_in_mail(workspace=workspace, raw=raw, now=now(workspace), envelope=args.recipient)
            done[f"{taken.incoming.kind}: {taken.done}"] += 1
            step(1)
    if args.json:
        print_json(dict(done))
    else:
        for what, number in done.most_common():
            note(f"{number} of {what}")
    return 0


def _listen() -> int:
    from django.conf import settings

    from duologue.engage.conversations.listener import listening

    if not settings.MAIL_IN_PORT:
        raise AskedWrongly("Set DUOLOGUE_MAIL_IN_PORT to the port to listen on, for example 2525.")
    listener = listening(settings.MAIL_IN_HOST, settings.MAIL_IN_PORT)
    stop = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    try:
        listener.start()
    except OSError as trouble:
        raise Refused(f"Port {settings.MAIL_IN_PORT} on {settings.MAIL_IN_HOST} cannot be listened on: {trouble.strerror}.") from None
    note(f"Taking in mail on {settings.MAIL_IN_HOST}:{settings.MAIL_IN_PORT}.")
    stop.wait()
    listener.stop()
    return 0


def _mails(file: str) -> Iterator[bytes]:
    from duologue.engage.channels.email.incoming.mailboxes import mails_in, mails_of

    if file == "-":
        yield from mails_of(sys.stdin.buffer)
        return
    path = Path(file)
    if not path.exists():
        raise Refused(f"There is no file or folder {file}.")
    yield from mails_in(path)
