# ruff: noqa: INP001 a script to be run by its path, in no package
"""A mail server for trying things out: takes every letter and delivers none.

    python sink.py [--port 2525] [--keep FOLDER]

It is Debian's smtp-sink where that is installed (it comes with postfix), since that is the faster one, and aiosmtpd, which
Duologue brings along, where it is not. With --keep every letter is written into the folder, to be looked at.
It listens on this machine only, and ends by Ctrl-C or a polite kill.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import signal
from itertools import count
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP

HOST = "127.0.0.1"
SMTP_SINK = shutil.which("smtp-sink", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


class Keeper:
    """Says yes to every letter, and keeps it where a folder was given."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.numbers = count(1)

    async def handle_DATA(self, _server: SMTP, _session: Any, envelope: Any) -> str:  # noqa: N802 aiosmtpd asks for it by this name
        """Take one letter."""
        if self.folder is not None:
            (self.folder / f"{next(self.numbers):06}.eml").write_bytes(envelope.content)
        return "250 2.0.0 Taken"


async def serve(port: int, folder: Path | None) -> None:
    """Take letters until asked to end."""
    loop = asyncio.get_running_loop()
    ending = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ending.set)
    keeper = Keeper(folder)
    server = await loop.create_server(lambda: SMTP(keeper, hostname="sink.example"), HOST, port)
    async with server:
        await ending.wait()


def main() -> None:
    """Read the line, and be the one server or the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=2525)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="write every letter into this folder")
    args = parser.parse_args()
    if args.keep is not None:
        args.keep.mkdir(parents=True, exist_ok=True)
    elif SMTP_SINK is not None:
        user = ["-u", "nobody"] if os.getuid() == 0 else []
        os.execv(SMTP_SINK, [SMTP_SINK, *user, f"{HOST}:{args.port}", "200"])  # noqa: S606 it becomes that server
    asyncio.run(serve(args.port, args.keep))


if __name__ == "__main__":
    main()
