"""Where the data folder keeps its parts."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

SOCKET_PATH_LIMIT = 90  # a Unix socket's whole path may hold 107 bytes, of which PostgreSQL's file name needs 17
SYSTEM_RUN = Path("/run")


@dataclass(frozen=True)
class DataFolder:
    """The folder named by DUOLOGUE_DATA: database, lake, keys, journals and imported files live below it."""

    path: Path

    @property
    def key(self) -> str:
        """A short name for this folder that stays the same as long as it does not move."""
        return hashlib.blake2b(str(self.path).encode(), digest_size=8).hexdigest()

    @property
    def lake(self) -> Path:
        return self.path / "lake"

    @property
    def keys(self) -> Path:
        return self.path / "keys"

    @property
    def run(self) -> Path:
        """Locks, journals and the like: what running processes share."""
        return self.path / "run"

    @property
    def imports(self) -> Path:
        return self.path / "imports"

    @property
    def socket_folder(self) -> Path:
        """The folder of the embedded server's socket, never so deep that its path is too long for the system."""
        if os.geteuid() == 0 and SYSTEM_RUN.is_dir():
            return SYSTEM_RUN / "duologue" / self.key
        inside = self.path / "run" / "pg"
        if os.geteuid() != 0 and len(str(inside)) <= SOCKET_PATH_LIMIT:
            return inside
        return Path(tempfile.gettempdir()) / f"duologue-{os.geteuid()}-{self.key}"

    def database(self) -> dict[str, object]:
        """Django's description of the embedded database."""
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "duologue",
            "USER": "duologue",
            "PASSWORD": "",
            "HOST": str(self.socket_folder),
            "PORT": "5432",
        }
