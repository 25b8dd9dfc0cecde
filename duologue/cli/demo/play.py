"""Plays the demo's year: people join, buy, read, answer and go quiet; the engine does the rest."""

from __future__ import annotations

import asyncio
import heapq
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from django.db import connection

from duologue.cli.demo.behaviour import Chance, Human
from duologue.cli.demo.doors import Doors
from duologue.cli.demo.letters import code_in, main_link, way_out
from duologue.cli.demo.reactions import Act, reactions
from duologue.cli.worker.clock import advance
from duologue.engage.channels.models import KeptMail
from duologue.engage.conversations.actions import close
from duologue.engage.conversations.models import Conversation
from duologue.engage.runs.models import Admission
from duologue.people.identifiers.models import Identifier
from duologue.strategize.dialogues.models import Dialogue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from duologue.platform.workspaces.models import Workspace

YEAR = timedelta(days=365)
HISTORY = timedelta(days=240)
GOAL = timedelta(days=30)


@dataclass(slots=True)
class Scale:
    """How large the shop is."""

    old_customers: int = 1100
    joining_per_day: float = 2.8
    days: int = 365
    grain: timedelta = timedelta(hours=24)
    dialogues: tuple[str, ...] = ("welcome", "win-back", "after-parcel")


@dataclass
class Year:
    """One play: who there is, what they are about to do, and the engine's clock."""

    workspace: Workspace
    begin: datetime
    end: datetime
    scale: Scale
    seed: int
    progress: Callable[[datetime], None] = lambda _at: None
    humans: dict[str, Human] = field(default_factory=dict)
    _due: list[tuple[datetime, int, Callable[[datetime], None]]] = field(default_factory=list)
    _ticket: count[int] = field(default_factory=count)
    _read_until: int = 0
    _persuaded: set[str] = field(default_factory=set)
    _had: Counter[tuple[int, str]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.chance = Chance(self.seed)
        self.loop = asyncio.new_event_loop()
        self.doors = Doors(self.workspace, self.loop)

    def populate(self) -> list[Human]:
        """Make the people: those who were customers before the year began, and those who will join during it."""
        old = [
            Human(number, self.chance, self.begin - timedelta(days=1) - HISTORY * self.chance.draw(number, "since"))
            for number in range(1, self.scale.old_customers + 1)
        ]
        joining = int(self.scale.joining_per_day * self.scale.days)
        span = self.end - self.begin
        new = [
            Human(number, self.chance, self.begin + span * self.chance.draw(number, "joins"))
            for number in range(self.scale.old_customers + 1, self.scale.old_customers + joining + 1)
        ]
        self.humans = {human.email: human for human in (*old, *new)}
        return [*old, *new]

    def schedule_habits(self) -> None:
        """Hand in everything that people will do unasked, each thing to arrive at its own time."""
        events: list[tuple[datetime, dict[str, Any]]] = []
        for human in self.humans.values():
            if human.joined_at >= self.begin:
                events += joining(human, is_new=True)
            for number, at in enumerate(human.orders_between(self.begin, self.end)):
                events.append((at, order(human, at, f"n{number}")))
        events.sort(key=lambda event: event[0])
        self.doors.tell([event for _, event in events], self.begin, [at for at, _ in events])

    def run(self) -> None:
        """Advance the clock to the end; at every whole grain of it people read what came, and do what they meant to."""
        try:
            advance(self.workspace, self.end, grain=self.scale.grain, before=self._live)
        finally:
            self.loop.close()

    def _live(self, now: datetime) -> datetime:
        """Let people do what they have meant to do since they read what came at the stop before, and the shop look after its inbox."""
        self._read_mail()
        self._act(now)
        self._care(now)
        self.progress(now)
        return now + self.scale.grain

    def true_lift(self) -> float:
        """Return by how much the win-back has truly raised the share of people who buy within the goal's time.

        Of those invited it made buy who bought because of it, and would not have bought unasked by now.
        """
        dialogue = Dialogue.within(self.workspace).get(name="win-back")
        invited = Admission.within(self.workspace).filter(dialogue=dialogue, verdict=Admission.Verdict.ADMITTED).values_list("person", "at")
        known = dict(Identifier.within(self.workspace).filter(kind="email").values_list("profile_id", "value"))
        caused = 0
        for person, at in invited:
            human = self.humans[known[person]]
            unasked = next(human.orders_between(at, min(at + GOAL, self.end)), None)
            caused += human.email in self._persuaded and unasked is None
        return caused / len(invited) if invited else 0.0

    def _later(self, at: datetime, what: Callable[[datetime], None]) -> None:
        heapq.heappush(self._due, (at, next(self._ticket), what))

    def _act(self, now: datetime) -> None:
        while self._due and self._due[0][0] <= now:
            heapq.heappop(self._due)[2](now)

    def _read_mail(self) -> None:
        kept = KeptMail.within(self.workspace).filter(pk__gt=self._read_until).order_by("pk")
        mails = list(kept.values_list("pk", "recipient", "at", "content", "delivery_id"))
        turns = self._turns(delivery for *_, delivery in mails if delivery)
        for self._read_until, recipient, at, content, delivery in mails:
            human = self.humans.get(recipient)
            turn = turns.get(delivery)
            if human is None or turn is None:
                continue
            self._had[human.number, turn] += 1
            which = self._had[human.number, turn]
            for act in reactions(human, turn, which):
                self._later(at + act.after, self._doing(human, act, bytes(content), f"{turn}/{which}".replace("/", "-")))
                if act.kind == "buy" and turn.startswith("win-back/") and at + act.after <= self.end:
                    self._persuaded.add(human.email)

    def _turns(self, deliveries: Iterable[int]) -> dict[int | None, str]:
        """Return "dialogue/turn" of each of these deliveries that belongs to a dialogue."""
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT d.id, g.name || '/' || d.turn FROM engage_delivery d
                   JOIN strategize_dialogue g ON g.workspace_id = d.workspace_id AND g.id = d.dialogue_id
                   WHERE d.workspace_id = %s AND d.id = ANY(%s)""",
                (self.workspace.pk, list(deliveries)),
            )
            return dict(cursor.fetchall())

    def _doing(self, human: Human, act: Act, content: bytes, about: str) -> Callable[[datetime], None]:
        def do(now: datetime) -> None:
            if act.kind == "click":
                self.doors.click(main_link(content))
            elif act.kind == "answer":
                self.doors.answer(main_link(content), {key: values[0] for key, values in parse_qs(act.value).items()})
            elif act.kind == "reply":
                self.doors.reply(content, act.value, now)
            elif act.kind == "buy":
                self.doors.tell([order(human, now, about, coupon=code_in(content), off=act.value)], now)
            elif act.kind == "unsubscribe":
                self.doors.unsubscribe(way_out(content))
            elif act.kind == "report_spam":
                self.doors.report_spam(content, now)

        return do

    def _care(self, now: datetime) -> None:
        """Someone looks after the inbox twice a day; what came in on the last two days is still open."""
        if now > self.end - timedelta(days=2):
            return
        late = now - timedelta(hours=2)
        for conversation in Conversation.within(self.workspace).filter(state="open", touched_at__lt=late).values_list("pk", flat=True):
            close(workspace=self.workspace, conversation=conversation, outcome="solved", now=now, staff=None)


def joining(human: Human, *, is_new: bool) -> list[tuple[datetime, dict[str, Any]]]:
    """Return what the shop's website reports when someone leaves their address; `is_new` for one who signs up now."""
    at = human.joined_at
    consent = {"channel": "email", "purpose": "promotions", "wording": "Yes, write to me about new things and offers."}
    who = {"userId": f"c{human.number}", "timestamp": at.isoformat()}
    traits = {"email": human.email, "first_name": human.first_name, "last_name": human.last_name, "locale": human.locale}
    told = [
        (at, {"type": "identify", "messageId": f"i{human.number}", **who, "traits": traits}),
        (at, {"type": "track", "messageId": f"g{human.number}", **who, "event": "Consent Granted", "properties": consent}),
    ]
    if is_new:
        told.append((at, {"type": "track", "messageId": f"s{human.number}", **who, "event": "Signed Up", "properties": {"form": "footer"}}))
    return told


def order(human: Human, at: datetime, number: str, coupon: str = "", off: str = "") -> dict[str, Any]:
    """Return an order as the shop's website reports it; a code that was used stands beside what it took `off` ("10%" or pounds)."""
    lines = human.basket(number)
    pence = sum(price * many for _, price, many, _ in lines)
    discount = 0
    if coupon:
        discount = pence * int(off[:-1]) // 100 if off.endswith("%") else min(pence, 100 * int(off))
    return {
        "type": "track",
        "messageId": f"o{human.number}-{number}",
        "userId": f"c{human.number}",
        "timestamp": at.isoformat(),
        "event": "Order Completed",
        "properties": {
            "order_id": f"{human.number}-{number}",
            "currency": "GBP",
            "revenue": (pence - discount) / 100,
            "gift": human.gives_gifts,
            **({"coupon": coupon, "discount": discount / 100} if coupon else {}),
            "products": [{"product_id": key, "price": price / 100, "quantity": many} for key, price, many, _ in lines],
        },
    }
