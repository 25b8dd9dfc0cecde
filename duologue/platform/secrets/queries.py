"""Reading secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.platform.secrets.models import Secret
from duologue.platform.secrets.sealing import unseal

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace


def get_secret(workspace: Workspace, name: str) -> str | None:
    """Return a secret, or None where none is kept. Raises NotOurSeal when the installation's key was changed."""
    sealed = Secret.within(workspace).filter(name=name).values_list("sealed", flat=True).first()
    return None if sealed is None else unseal(bytes(sealed), place_of(workspace, name))


def names(workspace: Workspace) -> list[str]:
    """Return the names under which secrets are kept, never what they hold."""
    return list(Secret.within(workspace).order_by("name").values_list("name", flat=True))


def place_of(workspace: Workspace, name: str) -> str:
    """Return the place a secret is bound to, so that a copied row does not open elsewhere."""
    return f"{workspace.pk}/{name}"
