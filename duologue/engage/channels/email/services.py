"""The big services that carry mail: known by their hosts, and how our own id of a letter travels with it and comes back."""

from __future__ import annotations

import json
from typing import Final

HOSTS: Final = {
    "mailgun.org": "mailgun",
    "sendgrid.net": "sendgrid",
    "postmarkapp.com": "postmark",
    "mailjet.com": "mailjet",
    "brevo.com": "brevo",
    "sparkpostmail.com": "sparkpost",
    "mandrillapp.com": "mandrill",
    "amazonaws.com": "amazon_ses",
    "resend.com": "resend",
}
OURS: Final = "duologue"


def carrier_of_host(host: str) -> str:
    """Return the kind of the service whose SMTP host this is, or nothing."""
    return HOSTS.get(".".join(host.lower().rstrip(".").rsplit(".", 2)[-2:]), "")


def id_header(carrier: str, word: str) -> str:
    """Return the header line by which a service gives our word for a letter back with all that it tells of it; nothing for others."""
    if not carrier:
        return ""
    own = json.dumps({OURS: word})
    return {
        "mailgun": f"X-Mailgun-Variables: {own}",
        "sendgrid": f'X-SMTPAPI: {{"unique_args": {own}}}',
        "postmark": f"X-PM-Metadata-{OURS}: {word}",
        "mailjet": f"X-MJ-EventPayload: {own}",
        "brevo": f"X-Mailin-custom: {own}",
        "sparkpost": f'X-MSYS-API: {{"metadata": {own}}}',
        "mandrill": f"X-MC-Metadata: {own}",
        "amazon_ses": f"X-Metadata: {own}",
        "resend": f"X-Metadata: {own}",
    }.get(carrier, "")
