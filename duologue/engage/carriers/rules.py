"""Which services are understood, what each needs to be believed, how our own id travels with a letter, and what is news."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 msgspec and dataclasses read it
from typing import Any, Final, Literal

import msgspec

NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,38}")
USER: Final = "duologue"
KINDS: Final = {
    "mailgun": "needed",
    "sendgrid": "possible",
    "postmark": "",
    "mailjet": "",
    "brevo": "",
    "sparkpost": "",
    "mandrill": "needed",
    "amazon_ses": "",
    "resend": "possible",
}
"""By kind, whether it signs its calls: with a key that is needed, or possible; else a password in the address proves them."""
TITLES: Final = {
    "mailgun": "Mailgun",
    "sendgrid": "SendGrid",
    "postmark": "Postmark",
    "mailjet": "Mailjet",
    "brevo": "Brevo",
    "sparkpost": "SparkPost",
    "mandrill": "Mandrill",
    "amazon_ses": "Amazon SES",
    "resend": "Resend",
}
"""By kind, how a service calls itself."""
INBOUND: Final = frozenset({"mailgun", "sendgrid", "postmark", "mailjet", "sparkpost", "mandrill"})
"""Those that also bring mail that people write, whole, in the call itself."""

NO_USE: Final = frozenset({"bounced", "invalid"})
SPARKPOST: Final = ("message_event", "gen_event", "relay_event")  # where what happened stands, within `msys`
Kind = Literal["confirmed", "bounced", "reported", "opened", "clicked", "left"]


class Carrier(msgspec.Struct, frozen=True, kw_only=True):
    """A service that may tell us: its kind, the password in the address it calls, and the key it signs with, if it does."""

    kind: str
    password: str
    key: str = ""


@dataclass(slots=True, frozen=True)
class News:
    """One thing that a service told of one delivery."""

    kind: Kind
    delivery: int
    at: datetime | None = None
    severity: str = ""  # of what bounced: hard or soft
    reason: str = ""
    url: str = ""
    agent: str = ""
    event: str = ""  # the service's own id of it, where it has one


def is_hard(kind: str, said: Any, reason: str) -> bool:
    """Say whether a service tells of a failure that will always be one: the address is of no use.

    `said` is the event as the service wrote it, `reason` django-anymail's word for why. What services do not call permanent is not.
    """
    event, kinds = _text(said, "event"), _text(said, "type")
    if kind == "mailgun":
        return _text(said, "event-data", "severity") == "permanent" and reason == "bounced"
    if kind == "sendgrid":
        return kinds == "bounce" or (event == "dropped" and reason in NO_USE)
    if kind == "postmark":
        return _text(said, "Type") in {"HardBounce", "BadEmailAddress"} or _text(said, "SuppressionReason") == "HardBounce"
    if kind == "mailjet":
        return _text(said, "hard_bounce") == "True"
    if kind == "brevo":
        return event in {"hard_bounce", "invalid_email"}
    if kind == "sparkpost":
        return "10" in (classes := {_text(said, "msys", one, "bounce_class") for one in SPARKPOST}) or "30" in classes
    if kind == "mandrill":
        return event == "hard_bounce" or (event == "reject" and reason in NO_USE)
    if kind == "amazon_ses":
        return _text(said, "bounce", "bounceType") == "Permanent"
    return _text(said, "data", "bounce", "type") == "Permanent"


def _text(said: Any, *way: str) -> str:
    """Return what stands at the end of a way through maps, as text; nothing where the way leads nowhere."""
    for key in way:
        said = said.get(key) if isinstance(said, dict) else None
    return str(said) if isinstance(said, str | int | bool) else ""
