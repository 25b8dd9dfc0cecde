"""Asking the DNS, within a time."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import dns.exception
import dns.resolver

from duologue.engage.channels.email.domains.rules.signing import dkim_name, dmarc_names
from duologue.engage.channels.email.domains.rules.spf import leads_to, records
from duologue.engage.channels.email.domains.rules.words import NO_DOMAIN, Answer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duologue.engage.channels.email.domains.rules.words import Answers, Sending

Question = tuple[str, str]
ONE: Final = 3.0  # seconds for one question, with its repetitions
ALL: Final = 8.0  # seconds for all questions about one domain
AT_ONCE: Final = 6
MOST: Final = 40  # questions about one domain


def ask_about(sending: Sending, server: str = "") -> Answers:
    """Return what the DNS says of all that a domain's mail is judged by, within eight seconds; what comes later is no answer.

    `server` is HOST:PORT of a server to ask; without it the machine's own are asked.
    """
    until = time.monotonic() + ALL
    domains = dict.fromkeys((sending.domain, *sending.back))
    first: list[Question] = [(name, kind) for name in domains for kind in ("TXT", "MX")]
    first += [(name, "TXT") for name in dmarc_names(sending.domain)]
    first += [(host, kind) for host in sending.relays for kind in ("A", "AAAA")]
    if sending.public_key:
        first.append((dkim_name(sending), "TXT"))
    answers: Answers = {}
    open_: list[Question] = first
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while open_ and len(answers) < MOST:
            open_ = list(dict.fromkeys(open_))[: MOST - len(answers)]
            answers |= zip(open_, pool.map(lambda question: _ask(question, server, until), open_), strict=True)
            open_ = [(name, "TXT") for name in _read_on(answers, [name for name, _ in open_]) if (name, "TXT") not in answers]
    return answers


def _read_on(answers: Answers, names: Iterable[str]) -> list[str]:
    return [further for name in names for text in records(answers.get((name, "TXT"))) for further in leads_to(text)]


def _ask(question: Question, server: str, until: float) -> Answer:
    name, kind = question
    left = min(ONE, until - time.monotonic())
    if left <= 0:
        return Answer(trouble="timeout")
    try:
        found = _resolver(server).resolve(name, kind, lifetime=left, search=False)
    except dns.resolver.NXDOMAIN:
        return Answer(trouble=NO_DOMAIN)
    except dns.resolver.NoAnswer:
        return Answer()
    except dns.resolver.LifetimeTimeout:
        return Answer(trouble="timeout")
    except dns.resolver.NoNameservers:
        return Answer(trouble="failed")
    except (dns.exception.DNSException, OSError, UnicodeError):
        return Answer(trouble="not asked")
    if kind == "TXT":
        return Answer(tuple(sorted(b"".join(one.strings).decode("utf-8", errors="replace") for one in found)))
    return Answer(tuple(sorted(one.to_text() for one in found)))


def _resolver(server: str) -> dns.resolver.Resolver:
    if not server:
        return dns.resolver.Resolver()
    host, _, port = server.rpartition(":") if server.count(":") == 1 or "]" in server else (server, "", "53")
    made = dns.resolver.Resolver(configure=False)
    made.nameservers, made.port = [host.strip("[]")], int(port)
    return made
