"""What was asked of the DNS, what it answered, and what is to be said of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

RESERVED: Final = (".example", ".test", ".invalid", ".localhost", ".local", ".example.com", ".example.net", ".example.org")
Well = Literal["yes", "beware", "no"]


@dataclass(slots=True, frozen=True)
class Answer:
    """What the DNS said for one name and type: texts, or why there are none ("" where it simply holds none)."""

    texts: tuple[str, ...] = ()
    trouble: str = ""

    @property
    def is_unknown(self) -> bool:
        """Say whether the DNS gave no answer at all."""
        return self.trouble not in {"", NO_DOMAIN}


NO_DOMAIN: Final = "no domain"
UNASKED: Final = Answer(trouble="not asked")
Answers = dict[tuple[str, str], Answer]


@dataclass(slots=True, frozen=True)
class Sending:
    """How a brand's mail leaves: the domain of its address, that which bounces come back to, relays' hosts, and the key that signs."""

    domain: str
    back: tuple[str, ...] = ()
    relays: tuple[str, ...] = ()
    selector: str = ""
    public_key: str = ""  # base64, as in the record's p=
    algorithm: str = "rsa"


@dataclass(slots=True, frozen=True)
class Verdict:
    """One record: whether it is well, a sentence, what to do, where it stands, what is there now, and what to put there."""

    record: str
    well: Well
    says: str
    do: str = ""
    name: str = ""
    wanted: str = ""
    found: tuple[str, ...] = ()


def is_reserved(domain: str) -> bool:
    """Say whether a domain is one for examples, which nobody can own (RFC 2606, RFC 6761)."""
    return f".{domain}".endswith(RESERVED)


def tagged(record: str) -> Mapping[str, str]:
    """Return the tags of a record like "v=DKIM1; k=rsa; p=…", names in small letters; of equal ones the first."""
    found: dict[str, str] = {}
    for part in record.split(";"):
        name, sign, value = part.partition("=")
        if sign:
            found.setdefault(name.strip().lower(), value.strip())
    return found


def untold(record: str, name: str, answer: Answer, wanted: str = "") -> Verdict:
    """Return the verdict where the DNS did not answer."""
    says = {
        "timeout": f"The DNS did not answer for {name} in time.",
        "failed": f"The name servers of {name} give no answer: their zone may be broken.",
    }.get(answer.trouble, f"The DNS could not be asked for {name}.")
    return Verdict(record, "beware", says, "Ask again in a while; if it stays so, ask who keeps the domain.", name, wanted)
