"""SPF (RFC 7208): who may send for the domain that bounces come back to."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Final

from duologue.engage.channels.email.domains.rules.words import UNASKED, Answer, Verdict, untold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from duologue.engage.channels.email.domains.rules.words import Answers

MOST_LOOKUPS: Final = 10
NUMBERS: Final = {2: "two", 3: "three", 4: "four"}
KNOWN: Final = {  # what the big services ask their customers to include, by the end of their relays' names
    "amazonaws.com": "amazonses.com",
    "mailgun.org": "mailgun.org",
    "sendgrid.net": "sendgrid.net",
    "google.com": "_spf.google.com",
    "gmail.com": "_spf.google.com",
    "office365.com": "spf.protection.outlook.com",
    "outlook.com": "spf.protection.outlook.com",
    "brevo.com": "spf.brevo.com",
    "mailjet.com": "spf.mailjet.com",
    "postmarkapp.com": "spf.mtasv.net",
    "mandrillapp.com": "spf.mandrillapp.com",
    "sparkpostmail.com": "sparkpostmail.com",
}
_MECHANISM: Final = r"[+?~-]?(?:all|(?:include|exists):\S+|(?:a|mx|ptr)(?::[^\s/]+)?(?:/\d+)?(?://\d+)?|ip[46]:\S+)"
_TERM: Final = re.compile(rf"{_MECHANISM}|[a-z][a-z0-9_.-]*=\S*", re.IGNORECASE)
_ASKS: Final = re.compile(r"[+?~-]?(?:(?:include|exists):|(?:a|mx|ptr)(?=[:/]|$))|redirect=", re.IGNORECASE)
_LEADS: Final = re.compile(r"[+?~-]?include:|redirect=", re.IGNORECASE)
_ALL: Final = re.compile(r"[+?~-]?all", re.IGNORECASE)


def records(answer: Answer | None) -> list[str]:
    """Return those texts of an answer that are SPF records."""
    return [text for text in answer.texts if f"{text.lower()} ".startswith("v=spf1 ")] if answer else []


def leads_to(record: str) -> list[str]:
    """Return the domains whose records a record reads in turn: by include and redirect."""
    return [_LEADS.sub("", term, count=1).rstrip(".").lower() for term in _terms(record) if _LEADS.match(term) and "%" not in term]


def needed(relays: Sequence[str]) -> list[str]:
    """Return what a record must hold so that these relays may send: an include for a known service, else the relay itself."""
    found = []
    for host in relays:
        known = next((include for end, include in KNOWN.items() if f".{host}".endswith(f".{end}")), "")
        version = _version(host)
        found.append(f"include:{known}" if known else f"ip{version}:{host}" if version else f"a:{host}")
    return list(dict.fromkeys(found)) or ["mx"]


def spf(domain: str, relays: Sequence[str], answers: Answers) -> list[Verdict]:
    """Return what is to be said of the SPF record of a domain."""
    answer, wanted = answers.get((domain, "TXT"), UNASKED), needed(relays)
    fresh = f"v=spf1 {' '.join(wanted)} ~all"
    if answer.is_unknown:
        return [untold("SPF", domain, answer, fresh)]
    there = records(answer)
    if not there:
        says = f"{domain} has no SPF record: whoever receives the mail cannot tell that your relay may send it."
        return [Verdict("SPF", "no", says, "Publish the one below.", domain, fresh)]
    if len(there) > 1:
        says = f"There are {NUMBERS.get(len(there), len(there))} SPF records at {domain}; with more than one, none counts."
        merged = _with(" ".join(["v=spf1", *(term for one in there for term in _terms(one))]), wanted)
        return [Verdict("SPF", "no", says, "Keep one, as below, and remove the others.", domain, merged, tuple(there))]
    return list(_one(domain, there[0], wanted, answers)) or [
        Verdict("SPF", "yes", f"The SPF record of {domain} is in order.", "", domain, "", tuple(there))
    ]


def _one(domain: str, record: str, wanted: Sequence[str], answers: Answers) -> Iterator[Verdict]:
    here, was = f"The SPF record of {domain}", (record,)
    terms = _terms(record)
    for term in [term for term in terms if not _TERM.fullmatch(term)][:1]:
        yield Verdict("SPF", "no", f"{here} holds “{term}”, which no receiver understands.", "Mend or remove it.", domain, "", was)
    last = next((term.lower() for term in terms if _ALL.fullmatch(term)), "")
    better = _with(record, [], ends="~all")
    if last in {"all", "+all"}:
        says = f"{here} ends in “{last}”: anybody in the world may send in its name."
        yield Verdict("SPF", "no", says, "End it in ~all.", domain, better, was)
    elif last == "?all" or (not last and not any(term.lower().startswith("redirect=") for term in terms)):
        says = f"{here} does not say what to think of mail from elsewhere."
        yield Verdict("SPF", "beware", says, "End it in ~all.", domain, better, was)
    missing = [term for term in wanted if not _holds(term, record, domain, answers, (domain,))]
    if missing:
        says = f"{here} does not let your relay send: {' and '.join(missing)} is missing."
        yield Verdict("SPF", "no", says, "Put the one below in its place.", domain, _with(record, missing), was)
    asked, broken = _lookups(record, answers, (domain,))
    if asked > MOST_LOOKUPS:
        says = f"{here} needs {asked} look-ups; receivers stop after {MOST_LOOKUPS}, and it fails."
        yield Verdict("SPF", "no", says, "Remove what no longer sends for you, or name its networks by ip4: instead.", domain, "", was)
    for name in dict.fromkeys(broken):
        yield Verdict(
            "SPF", "no", f"{here} includes {name}, which has no SPF record; so the whole record fails.", "Remove it.", domain, "", was
        )


def _holds(term: str, record: str, domain: str, answers: Answers, seen: tuple[str, ...]) -> bool:
    """Say whether a record lets a term send, itself or by what it includes; a relay named by name also by its addresses."""
    terms, host = {one.lower().lstrip("+") for one in _terms(record)}, term.partition(":")[2]
    inner = [name for name in leads_to(record) if name not in seen]
    if term in terms or (term.startswith("include:") and host in inner):
        return True
    if term == "mx" and terms & {"a", f"a:{domain}", f"mx:{domain}"}:
        return True
    if not term.startswith("include:") and _covers(terms, host, domain, answers):
        return True
    read = [(name, text) for name in inner for text in records(answers.get((name, "TXT")))[:1]]
    return any(_holds(term, text, name, answers, (*seen, *inner)) for name, text in read)


def _covers(terms: set[str], host: str, domain: str, answers: Answers) -> bool:
    exchanges = {text.split()[-1].rstrip(".").lower() for text in answers.get((domain, "MX"), Answer()).texts}
    if ("a" in terms and host == domain) or ("mx" in terms and host in exchanges):
        return True
    addresses = [host] if _version(host) else [one for kind in ("A", "AAAA") for one in answers.get((host, kind), Answer()).texts]
    networks = [term.partition(":")[2] for term in terms if term.startswith(("ip4:", "ip6:"))]
    return bool(addresses) and all(any(_within(one, network) for network in networks) for one in addresses)


def _lookups(record: str, answers: Answers, seen: tuple[str, ...]) -> tuple[int, list[str]]:
    """Return how many look-ups a record needs in all, and which domains it includes that have no record."""
    asked, broken = sum(1 for term in _terms(record) if _ASKS.match(term)), list[str]()
    for name in leads_to(record):
        answer = answers.get((name, "TXT"))
        if name in seen or answer is None:
            continue
        inner = records(answer)
        if not inner and not answer.is_unknown:
            broken.append(name)
        for text in inner[:1]:
            more, worse = _lookups(text, answers, (*seen, name))
            asked, broken = asked + more, broken + worse
    return asked, broken


def _with(record: str, wanted: Sequence[str], *, ends: str = "") -> str:
    """Return a record that holds these terms too, each once, and ends in `all`: as it did, unless that let everybody send."""
    said = {term.lower() for term in _terms(record)}
    ends = ends or ("-all" if "-all" in said and "~all" not in said else "~all")
    terms = [term.replace("redirect=", "include:") for term in _terms(record) if not _ALL.fullmatch(term)]
    return " ".join(["v=spf1", *dict.fromkeys([*terms, *wanted]), ends])


def _terms(record: str) -> list[str]:
    return record.split()[1:]


def _within(address: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(network, strict=False)
    except (ValueError, TypeError):
        return False


def _version(host: str) -> int:
    """Return 4 or 6 for an address, 0 for a name."""
    try:
        return ipaddress.ip_address(host).version
    except ValueError:
        return 0
