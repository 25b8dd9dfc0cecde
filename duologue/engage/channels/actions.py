"""Setting up relays."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

from duologue.engage.channels.models import Relay

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

SECURITY = ("none", "starttls", "tls")


class RelayRefused(ValueError):
    """A relay cannot be kept as it is; the sentence says why."""


def save_relay(
    *,
    workspace: Workspace,
    name: str,
    kind: str,
    channel: str = "email",
    settings: dict[str, Any] | None = None,
    is_test: bool = False,
    weight: int = 1,
    is_enabled: bool = True,
) -> Relay:
    """Keep a relay under its name, replacing an earlier one of that name.

    SMTP settings: host, port, security (none, starttls, tls), username, password_secret (the name of a secret), verify
    (default true), ca (the PEM of an authority of your own), connections (1-50), per_second, domains ({receiving domain: per
    second}), reply_domain, carrier (the service it is, where its host does not say). Raises RelayRefused.
    """
    if kind not in Relay.Kind.values:
        raise RelayRefused(f"Relay {name!r}: kind is {kind!r}; write smtp or mailbox.")
    given = dict(settings or {})
    if "password" in given:
        raise RelayRefused(f"Relay {name!r}: a password is kept as a secret; name it by password_secret.")
    if kind == Relay.Kind.SMTP:
        if not given.get("host"):
            raise RelayRefused(f"Relay {name!r} needs a host.")
        if given.get("security", "starttls") not in SECURITY:
            raise RelayRefused(f"Relay {name!r}: security is {given['security']!r}; write none, starttls or tls.")
        _check_authority(name, given.get("ca", ""))
    relay, _ = Relay.within(workspace).update_or_create(
        name=name,
        defaults={
            "workspace": workspace,
            "channel": channel,
            "kind": kind,
            "settings": given,
            "is_test": is_test or kind == Relay.Kind.MAILBOX,
            "weight": max(int(weight), 0),
            "is_enabled": is_enabled,
        },
    )
    return relay


def _check_authority(name: str, pem: str) -> None:
    if not pem:
        return
    try:
        ssl.create_default_context(cadata=pem)
    except (ssl.SSLError, ValueError, TypeError):
        raise RelayRefused(f"Relay {name!r}: ca is no certificate in PEM; it begins with -----BEGIN CERTIFICATE-----.") from None


def rest_relay(*, workspace: Workspace, name: str, until: datetime | None, trouble: str) -> None:
    """Let a relay rest until a moment, with what troubles it; None lets it work again."""
    Relay.within(workspace).filter(name=name).update(resting_until=until, trouble=trouble[:300])
