"""What an event says: Segment's shape understood, its time put right, the evidence of whose it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec

from duologue.kit.ids import digest16
from duologue.kit.pipeline import Refused
from duologue.people.consent.rules import LONG_AGO
from duologue.people.identifiers.rules import normalise
from duologue.people.profiles.rules import fact_key
from duologue.people.timeline import names

if TYPE_CHECKING:
    from collections.abc import Mapping

TYPES: Final = frozenset({"track", "identify", "page", "screen", "group", "alias"})
CONSENT: Final = {names.CONSENT_GRANTED: "granted", names.CONSENT_WITHDRAWN: "withdrawn", names.CONSENT_REFUSED: "refused"}
EARLIEST: Final = LONG_AGO
AHEAD: Final = timedelta(hours=24)
LONGEST_NAME: Final = 120
LARGEST: Final = 32 * 1024  # Segment's limit for one event, held at the door
LARGEST_KEPT: Final = 4 * 1024 * 1024  # an order of a thousand lines, from a file
MOST_TRAITS: Final = 250
MOST_PURPOSES: Final = 20
LONGEST_PURPOSE: Final = 40
NOT_FACTS: Final = frozenset({"email", "phone", "id"})


class Envelope(msgspec.Struct, rename="camel"):
    """An event as Segment's clients send it; ids may come as numbers."""

    type: str = ""
    message_id: str | None = None
    user_id: str | int | None = None
    anonymous_id: str | int | None = None
    previous_id: str | int | None = None
    group_id: str | int | None = None
    event: str | None = None
    name: str | None = None
    properties: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None
    context: dict[str, Any] | None = None
    timestamp: str | None = None
    original_timestamp: str | None = None
    sent_at: str | None = None


class Incoming(msgspec.Struct, eq=False, gc=False, array_like=True):
    """An event on its way in: what it says, whose it may be, and, once found, the profile it belongs to."""

    source: str
    received_at: datetime
    occurred_at: datetime
    type: str
    name: str
    properties: dict[str, Any] = {}
    traits: dict[str, Any] = {}
    identifiers: list[tuple[str, str]] = []
    shown: list[str] = []  # how each of the identifiers was written
    previous: str = ""
    key: bytes | None = None
    payload: bytes = b""
    purposes: tuple[str, ...] = ()
    remarks: list[str] = []
    profile_id: int = 0


_BY_TYPE: Final = {"page": names.PAGE_VIEWED, "screen": names.SCREEN_VIEWED, "group": names.GROUP_JOINED}
_envelopes = msgspec.json.Decoder(Envelope)


def open_envelope(payload: bytes | msgspec.Raw) -> Envelope:
    """Read one event and check its shape; raises Refused with a sentence where it has none."""
    try:
        envelope = _envelopes.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as mistake:
        raise Refused("not well-formed", f"This event cannot be read: {mistake}.") from mistake
    if envelope.type not in TYPES:
        raise Refused("unknown type", f"'{envelope.type[:40]}' is no type of event; use one of {', '.join(sorted(TYPES))}.")
    if envelope.type == "track" and not (envelope.event or "").strip():
        raise Refused("no event name", "A track call needs the name of its event.")
    if _missing(envelope.user_id) and _missing(envelope.anonymous_id) and not _address(envelope):
        raise Refused("nobody", "The event names nobody: give userId, anonymousId, or an email or phone among the traits.")
    if envelope.type == "alias" and (_missing(envelope.previous_id) or _missing(envelope.user_id)):
        raise Refused("half an alias", "An alias call needs both previousId and userId.")
    return envelope


def understand(payload: bytes, *, source: str, received_at: datetime, country: str) -> Incoming:
    """Make an event of what was received; raises Refused with the reason and a sentence."""
    if len(payload) > LARGEST_KEPT:
        raise Refused("too large", f"An event may have {LARGEST_KEPT} bytes, this one has {len(payload)}.")
    if b"\\u0000" in payload:
        raise Refused("not well-formed", "The event holds a null character, which no text may.")
    envelope = open_envelope(payload)
    name = name_of(envelope)
    if name in names.ONLY_OURS:
        raise Refused("reserved name", f"'{name}' is written by Duologue alone; give the event another name.")
    if len(name) > LONGEST_NAME:
        raise Refused("name too long", f"The name of an event may have {LONGEST_NAME} characters, this one has {len(name)}.")
    incoming = Incoming(
        source=source,
        received_at=received_at,
        occurred_at=occurred(envelope, received_at),
        type=envelope.type,
        name=name,
        properties=_properties(envelope),
        traits=facts_of(envelope.traits or {}) if envelope.type == "identify" else {},
        previous="" if _missing(envelope.previous_id) else str(envelope.previous_id).strip(),
        key=digest16(source, envelope.message_id) if envelope.message_id else None,
        payload=payload,
        purposes=_purposes(envelope),
    )
    add_evidence(incoming, evidence(envelope), country)
    if name in CONSENT:
        check_statement(incoming.properties)
    return incoming


def add_evidence(incoming: Incoming, pairs: Mapping[str, str], country: str) -> None:
    """Put normalised identifiers on an event; one that is wrong becomes a remark, unless no other is left: then Refused."""
    refusal: Refused | None = None
    for kind, shown in pairs.items():
        try:
            pair = (kind, normalise(kind, shown, country))
        except Refused as mistake:
            refusal = mistake
            incoming.remarks.append(mistake.reason)
            continue
        incoming.identifiers.append(pair)
        incoming.shown.append(shown.strip())
    if not incoming.identifiers:
        raise refusal or Refused("nobody", "The event names nobody.")


def evidence(envelope: Envelope) -> dict[str, str]:
    """Return by kind, the strongest first, what says whose the event is."""
    found: dict[str, str] = {}
    if not _missing(envelope.user_id):
        found["external"] = str(envelope.user_id)
    found |= _address(envelope)
    if not _missing(envelope.anonymous_id):
        found["device"] = str(envelope.anonymous_id)
    return found


def occurred(envelope: Envelope, received_at: datetime) -> datetime:
    """Return when it happened, on our clock: the sender's time, put right by how wrong its clock was when sending.

    Raises Refused for times more than 24 h ahead, before 2000, or that are none.
    """
    said = envelope.original_timestamp or envelope.timestamp
    if not said:
        return received_at
    at = moment(said)
    if envelope.sent_at:
        at = received_at - max(moment(envelope.sent_at) - at, timedelta(0))
    return in_range(at, received_at)


def in_range(at: datetime, received_at: datetime) -> datetime:
    """Return a moment the timeline can take; raises Refused for one before 2000 or over 24 h ahead."""
    if at > received_at + AHEAD:
        raise Refused("in the future", f"The event says {at:%Y-%m-%d %H:%M}, more than 24 hours ahead of now.")
    if at < EARLIEST:
        raise Refused("too long ago", f"The event says {at:%Y-%m-%d}; nothing before 2000 is kept.")
    return at


def moment(text: str) -> datetime:
    """Read a moment in ISO 8601; without an offset it is UTC. Raises Refused where it is none."""
    try:
        at = datetime.fromisoformat(text.strip())
        return at if at.tzinfo is UTC else (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as mistake:
        raise Refused("not a time", f"'{text[:40]}' is not a time; write it like 2026-01-05T12:00:00Z.") from mistake


def name_of(envelope: Envelope) -> str:
    """Return the name under which an event stands on the timeline."""
    return _BY_TYPE.get(envelope.type) or (envelope.event or "").strip()


def facts_of(traits: Mapping[str, Any]) -> dict[str, Any]:
    """Return traits as facts: keys in our writing, addresses left out (they are identifiers)."""
    facts = {fact_key(str(key)): value for key, value in list(traits.items())[:MOST_TRAITS]}
    return {key: value for key, value in facts.items() if key and key not in NOT_FACTS}


def check_statement(properties: Mapping[str, Any]) -> None:
    """Raise Refused unless the properties of a consent event name a channel and a purpose."""
    for part, most in (("channel", 20), ("purpose", 40)):
        value = properties.get(part)
        if not isinstance(value, str) or not value or len(value) > most:
            raise Refused("half a statement", f"A consent event needs its {part} among the properties.")


def _properties(envelope: Envelope) -> dict[str, Any]:
    properties = envelope.properties or {}
    if envelope.type in {"page", "screen"} and envelope.name:
        properties.setdefault("name", envelope.name)
    elif envelope.type == "group":
        properties = {**(envelope.traits or {}), "group": str(envelope.group_id or "")}
    return properties


def _purposes(envelope: Envelope) -> tuple[str, ...]:
    """Return for which purposes the facts of an identify call may be used; none named is any."""
    if envelope.type != "identify":
        return ()
    named = (envelope.context or {}).get("purposes")
    if not isinstance(named, list):
        return ()
    return tuple(one for one in named[:MOST_PURPOSES] if isinstance(one, str) and 0 < len(one) <= LONGEST_PURPOSE)


def _address(envelope: Envelope) -> dict[str, str]:
    inner = envelope.context.get("traits") if envelope.context else None
    said: dict[str, Any] = {}
    for traits in (inner if isinstance(inner, dict) else None, envelope.traits if envelope.type == "identify" else None):
        if traits:
            said |= {kind: traits[kind] for kind in ("email", "phone") if traits.get(kind)}
    return {kind: str(value) for kind, value in said.items() if isinstance(value, str | int)} if said else {}


def _missing(value: str | int | None) -> bool:
    if not isinstance(value, str):
        return value is None
    first = value[:1]
    if first not in "nNuU" and first.isalnum():  # most ids: nothing to be stripped, and none of the words
        return False
    return value.strip().lower() in {"", "null", "undefined"}
