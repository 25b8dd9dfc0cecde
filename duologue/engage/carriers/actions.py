"""Adding and forgetting services, and writing down what they tell: many news at once, each once."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec
from django.db import connection, transaction

from duologue.engage.carriers.models import CarrierHeard
from duologue.engage.carriers.queries import PLACE, carrier
from duologue.engage.carriers.rules import KINDS, NAME, Carrier
from duologue.engage.conversations.judging import Click, judged
from duologue.engage.conversations.leaving import stated
from duologue.engage.conversations.origin import origins_of
from duologue.engage.messages.actions import note_each
from duologue.kit.pipeline import Refused
from duologue.people.consent.actions import NewStatement, suppress
from duologue.people.consent.queries import purposes, standing
from duologue.people.timeline import names
from duologue.people.timeline.actions import NewEvent, ensure_months, write
from duologue.platform.secrets import signing
from duologue.platform.secrets.actions import put_secret

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from duologue.engage.carriers.rules import News
    from duologue.engage.conversations.origin import Origin
    from duologue.platform.workspaces.models import Workspace

CHANNEL: Final = "email"
LONGEST_BACK: Final = timedelta(days=30)  # a moment that a service gives further back than it tries again is a mistake
TOLD_AS: Final = {"confirmed": names.MESSAGE_CONFIRMED, "bounced": names.MESSAGE_BOUNCED, "reported": names.SPAM_REPORTED}


def add_carrier(*, workspace: Workspace, name: str, kind: str, key: str = "", is_new: bool = False) -> Carrier:
    """Let a service tell what became of letters; return it with the password of the address it is to call. Raises Refused.

    One of this name gets another password, or with `is_new` is refused.
    """
    if not NAME.fullmatch(name):
        raise Refused("no name", f"{name!r} is no name for a service; take small letters, digits and dashes.")
    if kind not in KINDS:
        raise Refused("unknown kind", f"{kind!r} is no service that is understood; there are {', '.join(KINDS)}.")
    if KINDS[kind] == "needed" and len(key) < 8:
        raise Refused("no key", f"{kind} signs its calls; give the key that its webhook settings show.")
    if key and not KINDS[kind]:
        raise Refused("no key", f"{kind} does not sign its calls; leave the key out, the address holds a password.")
    if kind == "sendgrid" and key:
        _check_public_key(key)
    if is_new and carrier(workspace, name) is not None:
        raise Refused("known", f"There is a service {name!r} already. Give this one another name, or forget the other first.")
    made = Carrier(kind=kind, password=secrets.token_urlsafe(24), key=key)
    put_secret(workspace, PLACE + name, msgspec.json.encode(made).decode())
    return made


def _check_public_key(key: str) -> None:
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415 only where a key is given

    try:
        load_pem_public_key(f"-----BEGIN PUBLIC KEY-----\n{key}\n-----END PUBLIC KEY-----".encode())
    except ValueError:
        raise Refused("no key", "That is no verification key; copy it from Settings, Mail Settings, Event Webhook.") from None


def forget_carrier(*, workspace: Workspace, name: str) -> bool:
    """Hear no more of a service; say whether there was one."""
    known = carrier(workspace, name) is not None
    put_secret(workspace, PLACE + name, "")
    CarrierHeard.within(workspace).filter(name=name).delete()
    return known


def heard(*, workspace: Workspace, name: str, now: datetime) -> None:
    """Keep when a service last called and proved it."""
    CarrierHeard.within(workspace).update_or_create(workspace=workspace, name=name, defaults={"heard_at": now})


@transaction.atomic
def note_news(*, workspace: Workspace, source: str, news: Sequence[News], now: datetime) -> int:
    """Write down what a service told, in a few statements for all of it; return how many were new. The same again changes nothing.

    What a team or a parent was told about somebody is theirs: their address is used no more, and nothing is said in the person's name.
    """
    ensure_months([now, *(_moment(one, now) for one in news)])
    _hold(workspace, sorted({one.delivery for one in news}))
    origins = origins_of(workspace, {one.delivery for one in news})
    known = [one for one in news if one.delivery in origins]
    theirs = {number: found for number, (found, about) in origins.items() if not about}
    _use_no_more(workspace, known, {number: found for number, (found, _) in origins.items()}, now)
    events: list[NewEvent] = []
    done = 0
    for kind in ("confirmed", "bounced", "reported", "left"):
        told = {one.delivery: one for one in known if one.kind == kind}
        new = note_each(workspace=workspace, deliveries=list(told), kind=kind, at=now) if told else set()
        done += len(new)
        said = [(told[number], theirs[number]) for number in sorted(new) if number in theirs]
        if kind in {"reported", "left"} and said:
            _withdraw(workspace, source, [origin for _, origin in said], everything=kind == "reported", now=now)
        if kind in TOLD_AS:
            events += [_event(one, origin, TOLD_AS[kind], now, **_more(one)) for one, origin in said]
    opened, clicked = _opened(workspace, known, theirs, now), _clicked(workspace, known, theirs, now)
    write(workspace=workspace, events=[*events, *opened, *clicked], now=now)
    return done + len(opened) + len(clicked)


def _hold(workspace: Workspace, deliveries: Sequence[int]) -> None:
    """Lock the deliveries in one order, so that two processes which are told of the same ones wait for each other and never cross."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM engage_delivery WHERE workspace_id = %s AND id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
            (workspace.pk, list(deliveries)),
        )


def _more(one: News) -> dict[str, Any]:
    return {"severity": one.severity or "soft", "reason": one.reason} if one.kind == "bounced" else {}


def _use_no_more(workspace: Workspace, news: Sequence[News], origins: dict[int, Origin], now: datetime) -> None:
    hard = [one.delivery for one in news if one.kind == "bounced" and one.severity == "hard"]
    reported = [one.delivery for one in news if one.kind == "reported"]
    for deliveries, reason in ((hard, "hard_bounce"), (reported, "spam_report")):
        addresses = {origins[number].address for number in deliveries} - {""}
        if addresses:
            suppress(workspace=workspace, channel=CHANNEL, addresses=addresses, reason=reason, now=now)


def _withdraw(workspace: Workspace, source: str, origins: Sequence[Origin], *, everything: bool, now: datetime) -> None:
    """Withdraw what the letter was sent for, or, after a spam report, everything that was agreed to on the channel."""
    asked = [name for name, purpose in purposes(workspace).items() if purpose.basis == "consent"]
    stands = standing(workspace, sorted({one.person for one in origins}))
    statements = [
        NewStatement(one.profile, CHANNEL, purpose, "withdrawn", now, source, proof={"delivery": one.delivery})
        for one in origins
        for purpose in _left(one, asked, everything=everything)
        if stands[one.person].said_yes(CHANNEL, purpose)
    ]
    stated(workspace=workspace, statements=statements, left_by=None, now=now)


def _left(origin: Origin, asked: Collection[str], *, everything: bool) -> Collection[str]:
    return [origin.purpose] if origin.purpose in asked and not everything else asked


def _opened(workspace: Workspace, news: Sequence[News], origins: dict[int, Origin], now: datetime) -> list[NewEvent]:
    told = {one.delivery: one for one in news if one.kind == "opened" and one.delivery in origins}
    before = {number for number, _ in _told_before(workspace, names.MESSAGE_OPENED, [origins[number] for number in told], now)}
    return [_event(one, origins[number], names.MESSAGE_OPENED, now) for number, one in told.items() if number not in before]


def _clicked(workspace: Workspace, news: Sequence[News], origins: dict[int, Origin], now: datetime) -> list[NewEvent]:
    """Return the clicks that our own door does not see; what leads over it is told there."""
    told = {(one.delivery, _mark(one)): one for one in news if one.kind == "clicked" and one.delivery in origins and not _is_ours(one.url)}
    before = _told_before(workspace, names.LINK_CLICKED, [origins[number] for number, _ in told], now)
    events, responded = [], []
    for key, one in told.items():
        if key in before:
            continue
        origin = origins[one.delivery]
        human = judged(Click("GET", one.agent, _moment(one, now), -1, origin.accepted_at))
        said = {"link": "", "url": one.url.partition("?")[0][:500], "human": human, "footer": False, "told": _mark(one)}
        events.append(_event(one, origin, names.LINK_CLICKED, now, **said))
        responded += [one.delivery] if human == "true" else []
    if responded:
        note_each(workspace=workspace, deliveries=responded, kind="responded", at=now)
    return events


def _mark(one: News) -> str:
    """Return what tells this click of a delivery from its others: the service's id of it, or else its moment."""
    return one.event[:120] or (one.at.isoformat() if one.at else one.url[:120])


def _is_ours(url: str) -> bool:
    token = url.partition("?")[0].rpartition("/l/")[2]
    return "/l/" in url and signing.read("click", token) is not None


def _told_before(workspace: Workspace, name: str, origins: Sequence[Origin], now: datetime) -> set[tuple[int, str]]:
    """Return (delivery, mark) of events of this name that these deliveries have."""
    if not origins:
        return set()
    first = min(one.accepted_at or now - LONGEST_BACK for one in origins) - timedelta(days=1)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT delivery_id, coalesce(properties->>'told', '') FROM people_event
               WHERE workspace_id = %s AND profile_id = ANY(%s) AND name = %s AND delivery_id = ANY(%s) AND occurred_at >= %s""",
            (workspace.pk, sorted({one.profile for one in origins}), name, sorted({one.delivery for one in origins}), first),
        )
        return set(cursor.fetchall())


def _moment(one: News, now: datetime) -> datetime:
    """Return when it happened, as the service says, where that can be."""
    return one.at if one.at is not None and now - LONGEST_BACK <= one.at <= now else now


def _event(one: News, origin: Origin, name: str, now: datetime, **more: Any) -> NewEvent:
    at = max(_moment(one, now), origin.accepted_at or now - LONGEST_BACK)
    properties = {**origin.properties, **more}
    return NewEvent(origin.profile, min(at, now), name, properties, received_at=now, run_id=origin.run, delivery_id=origin.delivery)
