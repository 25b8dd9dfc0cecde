"""What a carrier's words mean: hard or soft, and why. Enhanced codes are those of RFC 3463."""
# ruff: noqa: E501, ISC004  lists of patterns, each kept together

from __future__ import annotations

import re
from typing import Final

from duologue.engage.channels.email.incoming.incoming import Verdict

# the first that matches wins; words before codes, since many systems answer 5.0.0 or 5.7.1 to everything
WORDS: Final[tuple[tuple[str, str, str], ...]] = (
    ("blocked", "soft", r"\bsender(?:'s)?\W+(?:\w+\W+){0,3}(?:rejected|refused|denied|not|invalid|unknown|verif\w*|blocked|banned)"),
    ("mailbox_full", "soft", r"(?:mailbox|quota|inbox|storage|postfach|speicher)\W+(?:\w+\W+){0,4}(?:full|exceed\w*|over|voll|limit|überschritten)|"
     r"over ?quota|out of storage|insufficient (?:system )?storage|quota exceeded|not enough (?:disk )?space|mail ?box for .{1,80} is full|"
     r"exceeded (?:its|their|the|his|storage|mail) \w*\W?(?:quota|limit|allocation|storage)"),
    ("too_big", "soft", r"message (?:size|is|file)\W+(?:\w+\W+){0,3}(?:exceed\w*|too (?:big|large))|too large|size limit|nachricht (?:ist )?zu groß"),
    ("disabled", "hard", r"(?:account|mailbox|user|recipient|e-?mail address)\W+(?:\w+\W+){0,4}(?:disabled|deactivated|inactive|suspended|closed|"
     r"terminated|locked|discontinued|expired|blocked due to inactivity|no longer (?:active|available|in use|valid))|account has been "
     r"(?:disabled|closed|suspended)|(?:konto|postfach) (?:\w+ ){0,3}(?:deaktiviert|gesperrt|geschlossen)"),
    ("no_such_address", "hard", r"no such (?:user|person|address|recipient|mailbox|account|local user)|(?:user|recipient|mailbox|address|account|"
     r"alias|addressee)\W+(?:\w+\W+){0,8}(?:unknown|not (?:found|exist|known|listed|a valid)|does(?: no|n')t exist|invalid|unrouteable|unavailable or access denied|rejected"
     r"|could not be found|couldn't be found|wasn't found|was not found|isn't valid|is not valid|undeliverable)|(?:unknown|invalid|non-?existent|bad|unrouteable|undeliverable) "
     r"(?:local )?(?:user|recipient|mailbox|address|account|destination mailbox)|does(?: no|n')t have (?:an?|a yahoo\.\w+) (?:\S+ )?account|"
     r"not a valid (?:user|recipient|mailbox|address)|user (?:does not|doesn't) exist|no mailbox (?:here )?by that name|email account that you tried to reach|"
     r"mailbox unavailable|(?:is|ist) (?:mir )?(?:unbekannt|nicht bekannt)|existiert nicht|(?:empfänger|adresse|adressat)\W+(?:\w+\W+){0,8}"
     r"(?:unbekannt|nicht gefunden|ungültig)|unbekannter (?:empfänger|benutzer)|nicht gefunden werden|no longer (?:works|employed|with the company)|"
     r"user not found|recipnotfound|adressee unknown|not our customer|does not like recipient"),
    ("no_such_domain", "hard", r"(?:domain|host)\W+(?:\w+\W+){0,7}(?:not found|does(?: no|n')t exist|unknown|nonexistent|has no mx|couldn't be found|"
     r"does not accept mail|doesn't receive email)|nxdomain|name or service not known|host or domain name not found|unknown (?:domain|host)|"
     r"no (?:valid )?(?:mx|mail) (?:hosts?|servers?|records?)|null ?mx|unrouteable (?:mail )?domain|all relevant mx records point to non-existent"),
    ("moved", "hard", r"(?:user|recipient|mailbox)\W+(?:\w+\W+){0,3}(?:has )?moved|user not local|please (?:try|use) (?:the )?(?:new )?address"),
    ("greylisted", "soft", r"gr[ea]y-?list|try again later|temporarily deferred|please retry|too many (?:connections|messages|recipients)|rate limit|throttl"),
    ("blocked", "soft", r"spam|block(?:ed|list)|black ?list|reputation|\brbl\b|\bdnsbl\b|spamhaus|barracuda|unsolicited|content (?:rejected|filter)|"
     r"policy|poor ?reputation|suspicious|banned|abus(?:e|ive)|virus|malware|not authori[sz]ed|dmarc|\bspf\b|dkim|access denied|denied by|"
     r"block ?list|prohibit|not (?:allowed|permitted)|reverse dns|\brdns\b|\bptr\b|\bhelo\b|\behlo\b|your (?:ip|host|server|network|mail ?server|isp)|bulk|"
     r"(?<!connection )refused|relay(?:ing)? (?:denied|not permitted|access denied)|unable to relay|authentication required|rejected"),
    ("expired", "soft", r"retry time(?:out)? (?:exceeded|not reached)|queue (?:time|too long)|too (?:long|old) in (?:the )?queue|delivery (?:time )?expired|"
     r"timed? ?out|could not be delivered (?:for|within)|gave up|giving up|connection (?:refused|timed out|reset)|no route to host|network (?:is )?unreachable|"
     r"maximum hop|loops? back|routing loop|mail loop|too many hops"),
)  # fmt: skip
_COMPILED: Final = tuple((reason, severity, re.compile(pattern, re.IGNORECASE)) for reason, severity, pattern in WORDS)

CODES: Final[dict[str, tuple[str, str]]] = {
    "1.1": ("no_such_address", "hard"),
    "1.0": ("no_such_address", "hard"),
    "1.2": ("no_such_domain", "hard"),
    "1.3": ("no_such_address", "hard"),
    "1.4": ("no_such_address", "hard"),
    "1.6": ("moved", "hard"),
    "1.8": ("blocked", "soft"),
    "1.10": ("no_such_address", "hard"),
    "2.0": ("no_such_address", "hard"),
    "2.1": ("disabled", "hard"),
    "2.2": ("mailbox_full", "soft"),
    "2.3": ("too_big", "soft"),
    "3.4": ("too_big", "soft"),
    "4.1": ("expired", "soft"),
    "4.3": ("expired", "soft"),
    "4.4": ("no_such_domain", "hard"),
    "4.6": ("expired", "soft"),
    "4.7": ("expired", "soft"),
    "6.7": ("unknown", "soft"),  # a carrier on the way takes no addresses beyond ASCII; the address is good
}
ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]\d)")
BASIC = re.compile(r"(?:^|[\s:;(\[-])([45])\d\d(?=[\s,;:\])-])")
CERTAIN = frozenset({"1.1", "1.2", "1.3", "1.6", "2.1", "2.2", "2.3", "3.4"})  # codes that say more than most words


def judged(status: str, diagnostic: str, *, final: bool) -> Verdict:
    """Return severity and reason of a failure from its status code and the carrier's words.

    A permanent failure without a known reason is hard; a temporary code, or a permanent one that speaks of us
    rather than of the address (full, too big, blocked, given up), is soft. `final` says that no more tries follow.
    """
    words = " ".join(diagnostic.split())[:3000]
    category, detail = _code(status, words)
    reason, severity = "unknown", "hard" if category == "5" or (not category and final) else "soft"
    said = next(((reason, severity) for reason, severity, pattern in _COMPILED if pattern.search(words)), None)
    if detail in CERTAIN and not (said and said[0] in {"mailbox_full", "disabled"}):
        reason, severity = CODES[detail]
    elif said:
        reason, severity = said
    elif detail in CODES:
        reason, severity = CODES[detail]
    elif detail.startswith("7."):
        reason, severity = "blocked", "soft"
    if category == "4":
        severity = "soft"
        reason = "expired" if reason == "unknown" and final else reason
    return Verdict(kind="bounce", severity="hard" if severity == "hard" else "soft", reason=reason, diagnostic=words[:300])


def is_nobodys(text: str) -> bool:
    """Say whether a 550 to RCPT TO means that nobody has the address, by words alone.

    RFC 5321 (4.2.3) says 550 of a mailbox that is not there, and of one refused for reasons of policy. What has an enhanced code says so
    by that. Words that speak of us, of policy or of a full mailbox blame no address; where no words tell, the mailbox is not there.
    """
    return ENHANCED.search(text) is None and judged("", f"550 {text}", final=True).severity == "hard"


def _code(status: str, words: str) -> tuple[str, str]:
    """Return the class (2, 4, 5 or '') and the rest ('1.1') of the best code to be had."""
    told = ENHANCED.search(status)
    in_words = ENHANCED.search(words)
    best = told
    if in_words and (told is None or told.group(2, 3) == ("0", "0")):
        best = in_words
    if best:
        return best.group(1), f"{best.group(2)}.{best.group(3)}"
    basic = BASIC.search(words)
    return (basic.group(1), "") if basic else ("", "")
