"""DKIM (RFC 6376, RFC 8301) and DMARC (RFC 7489): how receivers check a signature, and what becomes of mail with none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from duologue.engage.channels.email.domains.rules.words import UNASKED, Verdict, tagged, untold

if TYPE_CHECKING:
    from duologue.engage.channels.email.domains.rules.words import Answers, Sending

_MAILTO: Final = re.compile(r"mailto:[^\s@]+@[^\s@,!]+", re.IGNORECASE)
INSTEAD: Final = "Put the record below in its place."


def dkim_name(sending: Sending) -> str:
    """Return where the key of a domain stands."""
    return f"{sending.selector}._domainkey.{sending.domain}"


def dkim(sending: Sending, answers: Answers) -> Verdict:
    """Return what is to be said of the key in the DNS."""
    if not sending.public_key:
        says = f"Mail from {sending.domain} is not signed: there is no key for it."
        return Verdict("DKIM", "no", says, f"Make one: duologue secret dkim {sending.domain}")
    name, wanted = dkim_name(sending), f"v=DKIM1; k={sending.algorithm}; p={sending.public_key}"
    answer = answers.get((name, "TXT"), UNASKED)
    if answer.is_unknown:
        return untold("DKIM", name, answer, wanted)
    keys = [text for text in answer.texts if "p" in tagged(text)]

    def bad(says: str, do: str = INSTEAD) -> Verdict:
        return Verdict("DKIM", "no", says, do, name, wanted, answer.texts)

    if not keys:
        return bad(f"There is no DKIM key at {name}: no receiver can check the signature.", "Publish the record below.")
    if len(keys) > 1:
        return bad(f"There are {len(keys)} DKIM keys at {name}; receivers take any one of them.", "Keep the one below.")
    tags = tagged(keys[0])
    given, kind = "".join(tags["p"].split()), tags.get("k", "rsa").lower()
    if not given:
        return bad(f"The DKIM key at {name} is withdrawn: its p= is empty.")
    if given != sending.public_key and sending.public_key.startswith(given):
        return bad(f"The DKIM key at {name} is cut off.", "Many forms take 255 letters at most: split it into two texts, each in quotes.")
    if given != sending.public_key:
        return bad(f"The DKIM key at {name} is not the one that signs.")
    if kind != sending.algorithm:
        return bad(f"The record at {name} says k={kind}, but the key is {sending.algorithm}.")
    if "y" in tags.get("t", "").split(":"):
        says = f"The DKIM key at {name} is marked as a test (t=y); some receivers ignore it."
        return Verdict("DKIM", "beware", says, "Take t=y out.", name, wanted, answer.texts)
    return Verdict("DKIM", "yes", f"The DKIM key at {name} is the one that signs.", "", name, "", answer.texts)


def dmarc_names(domain: str) -> list[str]:
    """Return where a DMARC record may stand for a domain: at itself, or at what is above it."""
    parts = domain.split(".")
    return [f"_dmarc.{'.'.join(parts[at:])}" for at in range(max(1, len(parts) - 1))]


def dmarc(sending: Sending, answers: Answers) -> Verdict:
    """Return what is to be said of the DMARC record: the domain's own, or the nearest above it."""
    names = dmarc_names(sending.domain)
    wanted = f"v=DMARC1; p=none; rua=mailto:dmarc@{sending.domain}"
    for name in names:
        answer = answers.get((name, "TXT"), UNASKED)
        if answer.is_unknown:
            return untold("DMARC", name, answer, wanted)
        there = [text for text in answer.texts if text.lower().replace(" ", "").startswith("v=dmarc1")]
        if len(there) > 1:
            says = f"There are {len(there)} DMARC records at {name}; with more than one, none counts."
            return Verdict("DMARC", "no", says, "Keep one.", name, there[0], tuple(there))
        if there:
            return _policy(name, there[0], wanted, is_above=name != names[0])
    says = f"{sending.domain} has no DMARC record. The big providers take no bulk mail without one."
    do = "Publish the one below, with an address of yours. Once its reports are quiet, change p=none to p=quarantine."
    return Verdict("DMARC", "no", says, do, names[0], wanted)


def _policy(name: str, record: str, wanted: str, *, is_above: bool) -> Verdict:
    tags, here, was = tagged(record), f"The DMARC record at {name}", (record,)
    policy = ((tags.get("sp") if is_above else "") or tags.get("p", "")).lower()
    if policy not in {"none", "quarantine", "reject"}:
        says = f"{here} says p={policy or '(nothing)'}, which no receiver understands."
        return Verdict("DMARC", "no", says, "Write p=none, p=quarantine or p=reject.", name, wanted, was)
    reports = tags.get("rua", "")
    if reports and not _MAILTO.search(reports):
        says = f"{here} sends its reports to “{reports}”, which is no address."
        return Verdict("DMARC", "beware", says, "Write rua=mailto: and an address of yours.", name, "", was)
    if policy == "none":
        says = f"{here} only watches (p=none): whoever forges your name gets through."
        return Verdict("DMARC", "beware", says, "That is right for the first weeks. Then change it to p=quarantine.", name, "", was)
    if not reports:
        says = f"{here} asks for no reports, so you do not see what is refused."
        return Verdict("DMARC", "beware", says, "Add rua=mailto: and an address of yours.", name, "", was)
    return Verdict("DMARC", "yes", f"{here} is in order (p={policy}).", "", name, "", was)


def mx(domain: str, answers: Answers) -> Verdict:
    """Return what is to be said of how bounces and replies find back."""
    answer = answers.get((domain, "MX"), UNASKED)
    if answer.is_unknown:
        return untold("MX", domain, answer)
    hosts = [text.split()[-1] for text in answer.texts]
    if hosts == ["."]:
        says = f"{domain} says that it takes no mail, so replies and bounces are lost."
        return Verdict("MX", "no", says, "Put an MX record in place of “0 .”.", domain, "", answer.texts)
    if not hosts:
        says = f"{domain} has no MX record: replies and bounces do not find back."
        return Verdict("MX", "no", says, "Name the server there that hands mail to Duologue.", domain)
    there = ", ".join(host.rstrip(".") for host in hosts[:3])
    return Verdict("MX", "yes", f"Replies and bounces to {domain} go to {there}.", "", domain, "", answer.texts)
