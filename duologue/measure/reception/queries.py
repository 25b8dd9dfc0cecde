"""How each message of a dialogue was received, in three queries over its letters."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from duologue.measure.reception.asked import question
from duologue.measure.reception.rules import Link, Received, domains_as_json, links_as_json
from duologue.measure.reception.sent import KEYS, SENT
from duologue.people.timeline import names
from duologue.strategize.segments.asking import ask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.models import Dialogue

_LETTERS = f"""
    WITH {SENT}
    SELECT message, variant, domain, count(*) FILTER (WHERE NOT refused), count(*) FILTER (WHERE refused), count(bounced_at),
           count(reported_at), count(responded_at), count(left_at), min(since)
    FROM sent GROUP BY 1, 2, 3"""
_HEARD = f"""
    WITH {SENT}
    SELECT s.message, s.variant, s.domain, s.version, (e.properties->>'no')::int, grouping(s.variant, s.domain, e.properties->>'no'),
           max(e.properties->>'link'), max(e.properties->>'url'),
           count(*) FILTER (WHERE e.properties->>'human' = 'true'), count(*) FILTER (WHERE e.properties->>'human' = 'false'),
           count(*) FILTER (WHERE e.name = %(clicked)s AND e.properties->>'human' NOT IN ('true', 'false')),
           count(DISTINCT s.id) FILTER (WHERE e.properties->>'human' = 'true'),
           count(DISTINCT s.id) FILTER (WHERE e.name = %(opened)s)
    FROM sent s
    JOIN people_event e ON e.workspace_id = %(workspace)s AND e.profile_id = s.profile_id AND e.occurred_at >= s.since
         AND e.delivery_id = s.id
    WHERE e.name = %(opened)s OR (e.name = %(clicked)s AND e.properties->>'footer' IS DISTINCT FROM 'true')
    GROUP BY GROUPING SETS ((s.message, s.variant), (s.message, s.domain), (s.message, s.version, e.properties->>'no'))"""
FEW: Final = 20_000
"""Of so many letters, PostgreSQL finds clicks and openings by their indexes; those of more are read from the lake."""
_BY_VARIANT, _BY_LINK = 0b011, 0b110  # what a row of _HEARD is summed over, as grouping() tells it
_REASONS = f"""
    WITH {SENT}
    SELECT s.message, coalesce(why.reason, ''), count(*)
    FROM sent s
    LEFT JOIN LATERAL (
        SELECT c.proof->>'reason' AS reason FROM people_consentstatement c
        WHERE c.workspace_id = %(workspace)s AND c.profile_id = s.profile_id AND c.state = 'withdrawn'
          AND c.proof->>'delivery' = s.id::text AND c.proof ? 'reason'
        ORDER BY c.number DESC LIMIT 1) why ON true
    WHERE s.left_at IS NOT NULL GROUP BY 1, 2"""


@dataclass(slots=True)
class Message:
    """How one message was received: its links by version and number, and its letters by receiving domain and by variant."""

    links: dict[int, dict[int, Link]] = field(default_factory=lambda: defaultdict(dict))
    domains: dict[str, Received] = field(default_factory=lambda: defaultdict(Received))
    variants: dict[str, Received] = field(default_factory=lambda: defaultdict(Received))
    reasons: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return it with the sums over all variants at its head."""
        whole = Received()
        for one in self.variants.values():
            whole.add(one)
        return {
            **whole.as_json(),
            "links": {str(version): links_as_json(links) for version, links in sorted(self.links.items())},
            "domains": domains_as_json(self.domains),
            "variants": {name: one.as_json() for name, one in sorted(self.variants.items())},
            "reasons": dict(sorted(self.reasons.items(), key=lambda entry: (-entry[1], entry[0]))),
        }


def received(workspace: Workspace, dialogue: Dialogue) -> dict[str, Message]:
    """Return by name how each message of a dialogue was received. A click or an opening without its letter is not counted."""
    asked: dict[str, Any] = {
        "workspace": workspace.pk,
        "dialogue": dialogue.pk,
        "clicked": names.LINK_CLICKED,
        "opened": names.MESSAGE_OPENED,
        **KEYS,
    }
    found: dict[str, Message] = defaultdict(Message)
    with connection.cursor() as cursor:
        cursor.execute(_LETTERS, asked)
        letters, first = 0, []
        for message, variant, domain, accepted, refused, bounced, reported, responded, left, since in cursor.fetchall():
            came = Received(accepted, bounced, reported, responded=responded, left=left, refused=refused)
            found[message].variants[variant].add(came)
            found[message].domains[domain].add(came)
            letters += accepted + refused
            first.append(since)
        if letters > FEW:
            _hear_many(found, ask(workspace, question(asked, min(at for at in first if at))))
        else:
            cursor.execute(_HEARD, asked)
            for message, *row in cursor.fetchall():
                _hear(found[message], row)
        cursor.execute(_REASONS, asked)
        for message, reason, number in cursor.fetchall():
            found[message].reasons[reason] = number
    return dict(sorted(found.items()))


def _hear(message: Message, row: Sequence[Any]) -> None:
    variant, domain, version, number, level, name, url, human, machine, unsure, clicked, opened = row
    if level == _BY_LINK:
        if number is not None:
            message.links[version][number] = Link(name or str(number), url or "", human, clicked, machine, unsure)
        return
    one = message.variants[variant] if level == _BY_VARIANT else message.domains[domain]
    one.clicked += clicked
    one.opened += opened


def _hear_many(found: dict[str, Message], told: dict[str, list[tuple[Any, ...]]]) -> None:
    """Add what `asked.question` was answered."""
    for of, rows in (("variants", told["variants"]), ("domains", told["domains"])):
        for message, name, clicked, opened in rows:
            one: Received = getattr(found[message], of)[name]
            one.clicked += clicked
            one.opened += opened
    for message, version, number, name, url, human, machine, unsure, clicked in told["links"]:
        found[message].links[version][number] = Link(name or str(number), url or "", human, clicked, machine, unsure)
