"""Keys of sending domains."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from duologue.engage.channels.email import dkim
from duologue.platform.secrets.actions import put_secret

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace


def make_dkim_key(*, workspace: Workspace, domain: str, selector: str = "duologue", algorithm: str = "rsa") -> tuple[str, str]:
    """Make and keep a signing key for a sending domain; return the name and the text of the DNS record to publish."""
    pem, record = dkim.make_key(algorithm)
    put_secret(workspace, f"dkim/{domain.lower()}", json.dumps({"selector": selector, "pem": pem}))
    return f"{selector}._domainkey.{domain.lower()}", record
