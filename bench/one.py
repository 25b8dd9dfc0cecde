"""`python -m bench.one NAME SIZE`: one round of one case on a database of its own; its rows go to standard output as JSON."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from dataclasses import asdict
from importlib import import_module
from pathlib import Path


def main(name: str, size: str) -> None:
    folder = Path(tempfile.mkdtemp(prefix="duologue-bench-"))
    folder.chmod(0o755)
    os.environ.update(DUOLOGUE_DATA=str(folder), DJANGO_SETTINGS_MODULE="duologue.settings", DUOLOGUE_SECRET_KEY="for measuring only")
    os.environ.pop("DATABASE_URL", None)
    from duologue.cli.ground import standing_on_the_database
    from duologue.kit import garbage

    try:
        with standing_on_the_database():
            garbage.stay()  # as a worker does
            rows = import_module(f"bench.{name}").measure(folder, full=size == "full")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps([asdict(row) for row in rows]))


if __name__ == "__main__":
    main(*sys.argv[1:])
