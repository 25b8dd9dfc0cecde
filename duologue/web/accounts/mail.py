"""Account mail (invitations, resets)."""

from __future__ import annotations

from django.core.mail.backends.smtp import EmailBackend


class ThroughOurRelay(EmailBackend):
    """Sends account mail through the SMTP server named by DUOLOGUE_ACCOUNT_MAIL_URL."""
