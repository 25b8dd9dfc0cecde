"""Account mail (invitations, resets)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.mail.backends.filebased import EmailBackend as IntoFiles
from django.core.mail.backends.smtp import EmailBackend as OverSmtp

if TYPE_CHECKING:
    from django.core.mail.backends.base import BaseEmailBackend

EXAMPLE = "smtp://user:password@mail.example.com:587"


def ThroughOurRelay(**options: Any) -> BaseEmailBackend:  # noqa: N802 Django calls it like a class
    """Send through the server named by DUOLOGUE_ACCOUNT_MAIL_URL; without it, write mails into the data folder."""
    if not settings.ACCOUNT_MAIL_URL:
        return IntoFiles(file_path=str(settings.DATA.path / "mail"), **options)
    return OverSmtp(**server_of(settings.ACCOUNT_MAIL_URL), **options)


def mail_is_kept_as_files() -> bool:
    """Say whether nobody will get account mail, so that pages can tell."""
    return not settings.ACCOUNT_MAIL_URL


def server_of(url: str) -> dict[str, Any]:
    """Read smtp://user:password@host:port (TLS is asked for where there is a password) or smtps://…; raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError(f"DUOLOGUE_ACCOUNT_MAIL_URL must be like {EXAMPLE}, or begin with smtps://.")
    inside = parts.scheme == "smtps"
    return {
        "host": parts.hostname,
        "port": parts.port or (465 if inside else 587 if parts.password else 25),
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_ssl": inside,
        "use_tls": not inside and bool(parts.password),
        "timeout": 20,
    }
