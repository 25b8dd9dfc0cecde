"""Which domains a workspace writes from, and how they stand in the DNS."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.conf import settings

from duologue.brand.book.queries import current
from duologue.engage.channels.email.channel import dkim_key
from duologue.engage.channels.email.dkim import public_half
from duologue.engage.channels.email.domains.asking import ask_about
from duologue.engage.channels.email.domains.rules.signing import dkim, dmarc, mx
from duologue.engage.channels.email.domains.rules.spf import spf
from duologue.engage.channels.email.domains.rules.words import Sending, Verdict, is_reserved
from duologue.engage.channels.models import Relay

if TYPE_CHECKING:
    from duologue.engage.channels.email.domains.rules.words import Answers
    from duologue.platform.workspaces.models import Workspace


@dataclass(slots=True, frozen=True)
class Domain:
    """A domain that a brand writes from, and what is to be said of each of its records."""

    sending: Sending
    is_reserved: bool
    leaves: bool  # by a relay that hands mail to the world
    verdicts: list[Verdict] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Return the domain."""
        return self.sending.domain


def domain_of(workspace: Workspace) -> Domain | None:
    """Return the domain that a workspace's e-mail comes from, unasked; None where the brand book names no sender of e-mail."""
    sender = current(workspace).senders.get("email")
    name = sender.address.rpartition("@")[2].lower() if sender else ""
    if not name:
        return None
    name = name if name.isascii() else name.encode("idna").decode()
    out = [one for one in Relay.within(workspace).filter(channel="email", kind=Relay.Kind.SMTP, is_enabled=True) if not one.is_test]
    back = tuple(dict.fromkeys(str(one.settings.get("reply_domain") or name).lower() for one in out)) or (name,)
    relays = tuple(dict.fromkeys(str(one.settings["host"]).lower() for one in out))
    key = dkim_key(workspace, name)
    algorithm, public = public_half(key.pem) if key else ("rsa", "")
    sending = Sending(name, back, relays, key.selector if key else "duologue", public, algorithm)
    return Domain(sending, is_reserved(name), bool(out), [] if is_reserved(name) else verdicts(sending, {}))


def check(domain: Domain) -> Domain:
    """Return a domain with what the DNS says of it now; takes eight seconds at most."""
    if domain.is_reserved:
        return domain
    found = verdicts(domain.sending, ask_about(domain.sending, settings.DNS))
    return Domain(domain.sending, is_reserved=False, leaves=domain.leaves, verdicts=found)


def verdicts(sending: Sending, answers: Answers) -> list[Verdict]:
    """Return what is to be said of each record, by these answers."""
    by_back = [one for name in sending.back for one in (*spf(name, sending.relays, answers), mx(name, answers))]
    found = [*by_back, dkim(sending, answers), dmarc(sending, answers)]
    return sorted(found, key=lambda one: ("SPF", "DKIM", "DMARC", "MX").index(one.record))
