"""Runs the commands of a page as a reader would: one after the other, in one shell."""

import os
import re
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from duologue.platform.database.embedded import held
from duologue.platform.database.folder import DataFolder

HOUSE = Path(__file__).parents[2]
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
NOT_OURS = ("DATABASE_URL", "DUOLOGUE_", "PYTEST_", "DJANGO_")


@dataclass
class Step:
    """A command of the page, what the page shows of its output, and what it really said."""

    command: str
    shown: list[str]
    status: int | None = None
    output: str = ""

    @property
    def missing(self):
        """The lines that the page shows and the command did not say; how a table is drawn does not matter."""
        said = {plain(line) for line in self.output.splitlines()}
        return [line for line in self.shown if plain(line) not in said]


def plain(line):
    return " ".join(re.sub(r"[│┃┏┓┡┩└┘━─]", " ", line).split())


def steps_of(page):
    steps = []
    for block in BLOCK.findall(page.read_text(encoding="utf-8")):
        for line in block.splitlines():
            if line.startswith("$ "):
                steps.append(Step(line[2:], []))
            elif line.strip() not in {"", "…"}:
                steps[-1].shown.append(line)
    return steps


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def run_page(page, folder, replaced):
    """Run a page's commands in a copy of the examples; `replaced` are pieces of text changed in page and plan.

    The database of the page's folder is held meanwhile: else each command would start and stop it, which other tests look at.
    """
    copy = folder / "examples"
    shutil.copytree(HOUSE / "examples", copy)
    for path in copy.rglob("*.yaml"):
        path.write_text(changed(path.read_text(), replaced))
    (folder / ".venv").symlink_to(Path(sys.executable).parents[1])
    steps = steps_of(page)
    said = folder / "said"
    said.mkdir()
    lines = ["trap 'kill $(jobs -p) 2>/dev/null' EXIT"]
    for number, step in enumerate(steps):
        lines.append(f"{{ {changed(step.command, replaced)}\n}} >{said}/{number} 2>&1; echo $? >{said}/{number}.status")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(NOT_OURS)}
    with held(DataFolder(folder / "data-retail"), durable=False, note=lambda _sentence: None):
        subprocess.run(["bash", "-c", "\n".join(lines)], cwd=folder, env=environment, stdin=subprocess.DEVNULL, check=False)
    for number, step in enumerate(steps):
        step.output = (said / str(number)).read_text()
        step.status = int((said / f"{number}.status").read_text())
    return steps


def changed(text, replaced):
    for old, new in replaced.items():
        text = text.replace(old, new)
    return text
