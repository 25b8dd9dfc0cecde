"""What the first page says: each line is found by an index, and counting stops where a number says enough."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import F
from django.urls import reverse

from duologue.brand.catalogue.queries import feeds
from duologue.engage.broadcasts.queries import is_one as is_broadcast
from duologue.engage.channels.models import Relay
from duologue.engage.conversations.queries import late, open_counts
from duologue.engage.messages.models import Delivery
from duologue.engage.perks.pools import supplies
from duologue.engage.perks.tries import stopped
from duologue.engage.runs.models import Timetable
from duologue.measure.reports.models import ReportSnapshot
from duologue.people.imports.models import Import
from duologue.people.intake.models import Refusal
from duologue.strategize.dialogues.models import Dialogue
from duologue.strategize.offers.models import OfferVersion
from duologue.web.templatetags.look import due

if TYPE_CHECKING:
    from duologue.platform.staff.models import Staff
    from duologue.platform.workspaces.models import Workspace

ENOUGH = 10_000
FEW_LEFT = 0.1
PLENTY = 1_000  # perks left, of which nobody needs to be told
LONG_ENOUGH = 14  # days for which codes suffice


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing that wants a decision (`tone` bad or warn) or is worth knowing (say)."""

    tone: str
    picture: str
    says: str
    beside: str
    does: str
    to: str


def attention(workspace: Workspace, now: datetime, *, names: bool = False) -> list[Matter]:
    """Return what wants a decision, the worst first; with `names` who waits too long, for those who may see people."""
    return [
        *_conversations(workspace, now, names=names),
        *_uncertain(workspace),
        *_relays(workspace),
        *_paused(workspace),
        *_perks(workspace, now),
        *_tried(workspace, now),
        *_imports(workspace),
        *_feeds(workspace),
        *_refusals(workspace, now),
    ]


def worth_knowing(workspace: Workspace, staff: Staff | None, now: datetime) -> list[Matter]:
    """Return what is good to know and wants no decision."""
    return [*_without_password(staff), *_pools(workspace, now), *_early(workspace)]


def _without_password(staff: Staff | None) -> list[Matter]:
    if staff is None or staff.has_usable_password():
        return []
    beside = "The link that let you in works once. With a password you come in again."
    return [Matter("say", "lock", "You have no password yet.", beside, "Set a password", reverse("account_set_password"))]


def _conversations(workspace: Workspace, now: datetime, *, names: bool) -> list[Matter]:
    to = reverse("engage:inbox", args=[workspace.name])
    found = open_counts(workspace, now)
    matters = []
    if found.late:
        text = _several(found.late, "conversation is", "conversations are") + " late."
        who = [f"{one.name or 'Somebody without a name'}, {due(one.since, now)}" for one in late(workspace, now)] if names else []
        more = [f"and {found.late - len(who):,} more"] if who and found.late > len(who) else []
        beside = "; ".join([*who, *more]) + "." if who else "Someone was promised an answer by now."
        matters.append(Matter("bad", "hourglass", text, beside, "Open the inbox", to))
    if found.complaints:
        text = _several(found.complaints, "complaint is", "complaints are") + " open."
        beside = "Promotion to these people is paused until someone closes them."
        matters.append(Matter("bad", "mood-sad", text, beside, "Open the inbox", to))
    return matters


def _uncertain(workspace: Workspace) -> list[Matter]:
    number = Delivery.within(workspace).filter(in_doubt=True)[:ENOUGH].count()
    if not number:
        return []
    text = _several(number, "message was perhaps sent.", "messages were perhaps sent.")
    beside = "They were on the wire when the line broke, or fell due before a restore. None is sent again by itself."
    return [Matter("warn", "help-circle", text, beside, "See which", reverse("engage:doubts", args=[workspace.name]))]


def _relays(workspace: Workspace) -> list[Matter]:
    relays = list(Relay.within(workspace).order_by("name"))
    to = reverse("setup:setup", args=[workspace.name])
    if not any(relay.is_enabled for relay in relays):
        beside = "Name an SMTP server, or keep the mail here in a test mailbox, in channels.yaml."
        return [Matter("warn", "server", "There is no way out for e-mail yet.", beside, "Open settings", to)]
    return [
        Matter("bad", "server", f"The relay “{relay.name}” is in trouble.", relay.trouble, "Open settings", to)
        for relay in relays
        if relay.trouble and relay.is_enabled
    ]


def _paused(workspace: Workspace) -> list[Matter]:
    paused = Dialogue.within(workspace).filter(state=Dialogue.State.PAUSED).order_by("name")
    stopped = set(Timetable.within(workspace).filter(dialogue__in=paused, stopped_at__isnull=False).values_list("dialogue_id", flat=True))
    return [
        Matter(
            "bad",
            "hand-stop",
            f"“{one.name}” stopped itself: it is taken badly.",
            one.paused_because,
            "Look, then go on or leave it",
            reverse("engage:broadcast" if is_broadcast(workspace, one) else "strategize:dialogue", args=[workspace.name, one.name]),
        )
        if one.pk in stopped
        else Matter(
            "warn",
            "player-pause",
            f"“{one.name}” is paused.",
            one.paused_because,
            "Open dialogue",
            reverse("strategize:dialogue", args=[workspace.name, one.name]),
        )
        for one in paused
    ]


def _perks(workspace: Workspace, now: datetime) -> list[Matter]:
    """Tell of offers that run out: codes of the brand's own, or those that its limit leaves."""
    pools = {one.name: one for one in supplies(workspace, now)}
    limits = OfferVersion.within(workspace).filter(number=F("offer__current"), data__limits__all__gt=0).order_by("offer__name")
    left = {name: (limit - given, limit) for name, given, limit in limits.values_list("offer__name", "offer__given", "data__limits__all")}
    few = {name for name, (rest, limit) in left.items() if rest < PLENTY and rest <= limit * FEW_LEFT}
    matters = []
    for name in sorted(few | {name for name, one in pools.items() if one.runs_out}):
        rest, limit = left.get(name, (0, 0)) if name in few else (pools[name].left, 0)
        text = f"“{name}” runs out: {f'{rest:,} left of {limit:,}' if limit else pools[name].sentence}."
        matters.append(_offer(workspace, name, "warn", text if rest > 0 else f"“{name}” is all given."))
    return matters


def _offer(
    workspace: Workspace, name: str, tone: str, text: str, beside: str = "Dialogues that give it take their line for a perk that is gone."
) -> Matter:
    return Matter(tone, "gift-card", text, beside, "Open offer", reverse("strategize:offer", args=[workspace.name, name]))


def _pools(workspace: Workspace, now: datetime) -> list[Matter]:
    """Tell of codes that will do for a while, but not for long."""
    found = [one for one in supplies(workspace, now) if not one.runs_out and one.days is not None and one.days < LONG_ENOUGH]
    beside = "That is as long as they are taken as they were in the last seven days."
    return [_offer(workspace, one.name, "say", f"“{one.name}” has {one.sentence}.", beside) for one in found]


def _tried(workspace: Workspace, now: datetime) -> list[Matter]:
    found = [one for one in stopped(workspace, now) if one.stopped_at and one.stopped_at > now - timedelta(days=1)]
    if not found:
        return []
    text = f"Unknown codes were tried one after the other: {found[0].way}."
    beside = "Whoever it was has been asked to wait ten minutes. Codes that are good were not touched."
    return [Matter("warn", "ticket", text, beside, "Have a look", reverse("engage:perks", args=[workspace.name]))]


def _imports(workspace: Workspace) -> list[Matter]:
    to = reverse("people:arrivals", args=[workspace.name])
    latest = Import.within(workspace).order_by("-started_at")[:5]
    return [
        Matter("bad", "file-import", f"Importing {one.file} stopped at line {one.position:,}.", one.sentence, "See imports", to)
        for one in latest
        if one.state == Import.State.FAILED
    ]


def _feeds(workspace: Workspace) -> list[Matter]:
    to = reverse("brand:feeds", args=[workspace.name])
    return [
        Matter("warn", "repeat", f"The feed “{one.name}” changed nothing.", one.trouble, "See feeds", to)
        for one in feeds(workspace)
        if one.trouble
    ]


def _refusals(workspace: Workspace, now: datetime) -> list[Matter]:
    number = Refusal.within(workspace).filter(at__gte=now - timedelta(days=1))[:ENOUGH].count()
    if not number:
        return []
    text = _several(number, "event was", "events were") + " refused in the last 24 hours."
    to = reverse("people:arrivals", args=[workspace.name])
    return [Matter("warn", "ban", text, "Senders are told, but seldom look. Each is listed with its reason.", "See why", to)]


def _early(workspace: Workspace) -> list[Matter]:
    found = (
        ReportSnapshot.within(workspace).filter(dialogue__state=Dialogue.State.LIVE).select_related("dialogue").order_by("dialogue__name")
    )
    matters = []
    for one in found:
        lift = one.data.get("lift") or {}
        low, high = lift.get("low"), lift.get("high")
        if low is not None and high is not None and low <= 0 <= high:
            to = reverse("measure:report", args=[workspace.name, one.dialogue.name])
            matters.append(
                Matter(
                    "say",
                    "chart-bar",
                    f"It is too early to say what “{one.dialogue.name}” brings.",
                    lift.get("sentence", ""),
                    "Open report",
                    to,
                )
            )
    return matters[:3]


def numbers(workspace: Workspace) -> dict[str, Any]:
    """Return how much there is of what; counting stops at 10,000."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT (SELECT count(*) FROM (SELECT FROM engage_delivery WHERE workspace_id = %(w)s AND waits LIMIT %(most)s) b),
                      (SELECT count(*) FROM engage_conversation WHERE workspace_id = %(w)s AND state = 'open'),
                      (SELECT count(*) FROM strategize_dialogue WHERE workspace_id = %(w)s AND state = 'live'),
                      (SELECT count(*) FROM strategize_dialogue WHERE workspace_id = %(w)s AND state = 'draft'),
                      (SELECT count(*) FROM strategize_segment WHERE workspace_id = %(w)s),
                      (SELECT max(number) FROM brand_bookversion WHERE workspace_id = %(w)s),
                      EXISTS (SELECT FROM people_profile WHERE workspace_id = %(w)s)""",
            {"w": workspace.pk, "most": ENOUGH},
        )
        names = ("waiting", "conversations", "live", "drafts", "segments", "book", "has_people")
        return {**dict(zip(names, cursor.fetchone(), strict=True)), "enough": ENOUGH}


def first_steps(numbers: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the way from an empty workspace to a live dialogue, with what is done of it."""
    return [
        {
            "says": "Say who speaks, to whom and what",
            "how": "Apply a folder of plans: the brand, segments, messages, a dialogue.",
            "command": "duologue apply DIR",
            "done": bool(numbers["book"] and numbers["segments"]),
        },
        {
            "says": "Bring your people in",
            "how": "From a file, with what each of them agreed to, or from your site by its write key.",
            "command": "duologue people import people.csv",
            "done": numbers["has_people"],
        },
        {
            "says": "Start a dialogue",
            "how": "Read it through as a script first, then start it there, or here:",
            "command": "duologue dialogue start NAME",
            "done": bool(numbers["live"]),
        },
    ]


def dialogues(workspace: Workspace) -> list[dict[str, Any]]:
    """Return the live and paused dialogues with their sums as last counted."""
    shown = Dialogue.within(workspace).filter(state__in=[Dialogue.State.LIVE, Dialogue.State.PAUSED]).order_by("-started_at", "name")[:12]
    counted = {one.dialogue_id: one for one in ReportSnapshot.within(workspace).filter(dialogue__in=list(shown))}
    return [{"dialogue": one, "report": counted[one.pk].data if one.pk in counted else None} for one in shown]


HAPPENINGS = {
    "Message Replied": ("message-reply", "answer", "wrote back"),
    "Link Clicked": ("click", "answer", "clicked"),
    "Survey Answered": ("message-circle-question", "answer", "answered"),
    "Order Completed": ("shopping-cart", "good", "ordered"),
    "Perk Redeemed": ("gift-card", "good", "redeemed a perk"),
    "Conversation Opened": ("message", "answer", "is now with a human"),
    "Conversation Closed": ("circle-check", "good", "was answered; the conversation is closed"),
    "Consent Granted": ("shield-check", "good", "gave consent"),
    "Consent Withdrawn": ("hand-stop", "warn", "withdrew consent"),
    "Spam Reported": ("alert-triangle", "bad", "reported spam"),
    "Snoozed": ("zzz", "", "asked for a pause"),
    "Message Bounced": ("mail", "warn", "could not be reached"),
}


def happened(workspace: Workspace, most: int = 8) -> list[dict[str, Any]]:
    """Return the latest things people did, from the last batches of the timeline."""
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH last AS (SELECT write_id FROM people_batch WHERE workspace_id = %s AND batch_no IS NOT NULL
                             ORDER BY batch_no DESC LIMIT 40),
                    lately AS (SELECT e.* FROM last JOIN LATERAL (
                                 SELECT id, name, occurred_at, profile_id FROM people_event
                                 WHERE write_id = last.write_id AND workspace_id = %s AND name = ANY(%s) LIMIT 50) e ON true)
               SELECT l.name, l.occurred_at, p.person, p.name FROM lately l
               JOIN people_profile p ON p.workspace_id = %s AND p.id = l.profile_id ORDER BY l.occurred_at DESC, l.id DESC LIMIT %s""",
            (workspace.pk, workspace.pk, list(HAPPENINGS), workspace.pk, most),
        )
        return [
            {
                "picture": HAPPENINGS[name][0],
                "tone": HAPPENINGS[name][1],
                "does": HAPPENINGS[name][2],
                "at": at,
                "person": person,
                "name": who,
            }
            for name, at, person, who in cursor.fetchall()
        ]


def _several(number: int, one: str, more: str) -> str:
    shown = f"More than {ENOUGH:,}" if number >= ENOUGH else f"{number:,}"
    return f"{shown} {one if number == 1 else more}"
