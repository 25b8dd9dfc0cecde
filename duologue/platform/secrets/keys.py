"""The installation's own key: made once, kept in the data folder, readable by its owner alone."""

from __future__ import annotations

import os
import secrets as random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duologue.platform.database.folder import DataFolder


def installation_key(data: DataFolder) -> str:
    """Return the key of this data folder, making it on first use; two processes that race get the same one."""
    path = data.keys / "installation"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.parent.chmod(0o700)
        draft = path.with_name(f"installation.{os.getpid()}")
        draft.write_text(random.token_urlsafe(48))
        draft.chmod(0o600)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
