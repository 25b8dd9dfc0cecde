"""What a webhook tells, in our words, and the small steps to get there."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from duologue.kit.predicate import number

if TYPE_CHECKING:
    from collections.abc import Iterable


UNSURE: Final = "0, or not counted"
"""The stock of a product of which the shop does not say whether it is counted: sold out if it was counted before."""

SAID_AT: Final = "said_at"
"""Where a line of a product says when the shop last changed it, in ISO 8601; an empty text where that does not matter."""


@dataclass(slots=True)
class Told:
    """Events in Segment's shape, lines of a product list, keys of products that are gone, and whom to forget.

    `since` is when the order that the events are about was placed.
    """

    events: list[dict[str, Any]] = field(default_factory=list)
    since: Any = None
    products: list[dict[str, str]] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    forgotten: Whose | None = None


@dataclass(slots=True, frozen=True)
class Whose:
    """Whose an event is: the shop's number of the customer, and addresses; a guest has addresses alone."""

    user_id: str | None
    email: str | None
    phone: str | None

    @property
    def is_nobody(self) -> bool:
        """Say whether nothing tells who it is."""
        return not (self.user_id or self.email or self.phone)

    def event(self, name: str, message_id: str | None, at: Any, properties: dict[str, Any]) -> dict[str, Any]:
        """Return a track call."""
        return self._call("track", message_id, at) | {"event": name, "properties": without_empty(properties)}

    def identify(self, message_id: str, at: Any, traits: dict[str, Any]) -> dict[str, Any]:
        """Return an identify call."""
        found = without_empty({"email": self.email, "phone": self.phone, **traits})
        return self._call("identify", message_id, at) | {"traits": found}

    def alias(self, message_id: str, former: str) -> dict[str, Any]:
        """Return an alias call: whom `former` names is this one."""
        return self._call("alias", message_id, None) | {"previousId": former}

    def consent(
        self, message_id: str | None, at: Any, *, granted: bool, channel: str, purpose: str, wording: str, source: str
    ) -> dict[str, Any]:
        """Return a statement of consent."""
        said = {"channel": channel, "purpose": purpose, "source": source, "wording": wording}
        return self.event("Consent Granted" if granted else "Consent Withdrawn", message_id, at, said)

    def _call(self, kind: str, message_id: str | None, at: Any) -> dict[str, Any]:
        traits = without_empty({"email": self.email, "phone": self.phone})
        call: dict[str, Any] = {"type": kind, "messageId": message_id, "userId": self.user_id, "context": {"traits": traits}}
        return call | ({"timestamp": at} if isinstance(at, str) and at else {})


def amount(value: Any) -> float | None:
    """Return an amount in the currency's major unit; None where it is none."""
    found = number(value)
    return None if found is None else float(found)


def total(values: Iterable[Any]) -> Decimal:
    """Return the sum of what are numbers."""
    return sum((found for value in values if (found := number(value)) is not None), Decimal(0))


def inner(body: dict[str, Any], key: str) -> dict[str, Any]:
    """Return the map at a key; an empty one where there is none."""
    found = body.get(key)
    return found if isinstance(found, dict) else {}


def items(body: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """Return the maps of the list at a key."""
    found = body.get(key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def word(value: Any) -> str | None:
    """Return a text or a number as text; None where there is none."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value).strip() or None


def web_address(value: Any) -> str:
    """Return a web address as the catalogue takes it; nothing where it is none."""
    found = word(value) or ""
    found = f"https:{found}" if found.startswith("//") else found
    return found if found.startswith(("https://", "http://")) else ""


def without_empty(values: dict[str, Any]) -> dict[str, Any]:
    """Return what has a value."""
    return {key: value for key, value in values.items() if value not in (None, "", [], {})}
