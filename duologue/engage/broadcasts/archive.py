"""What everybody may read of broadcasts marked for the archive: each letter once, as nobody in particular would read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection

from duologue.engage.messages import versions
from duologue.engage.messages.content.liquid import ContentFailed, Template
from duologue.engage.messages.content.products import without_products
from duologue.engage.messages.models import MessageVersion, TrialResult
from duologue.engage.messages.queries import UNKEPT, filled_preview
from duologue.strategize.dialogues.models import Dialogue, DialogueVersion

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

MOST = 100
PERSONAL = "link"  # values that lead to pages of one person


@dataclass(slots=True, frozen=True)
class Issue:
    """One letter: the broadcast's name, the number of the message's version, when it first left, its subject, preheader and Markdown."""

    name: str
    number: int
    at: datetime
    title: str
    summary: str
    text: str


def issues(workspace: Workspace) -> list[Issue]:
    """Return the newest letters that everybody may read. Counts over the letters of those broadcasts: keep the answer for a while."""
    found = [issue for dialogue in _public(workspace) for issue in _issues(workspace, dialogue)]
    return sorted(found, key=lambda one: one.at, reverse=True)[:MOST]


def _public(workspace: Workspace) -> list[Dialogue]:
    rows = DialogueVersion.within(workspace).filter(plan__archive=True).values_list("dialogue_id", "number", "dialogue__current")
    in_force = [dialogue for dialogue, number, current in rows if number == current]
    return list(Dialogue.within(workspace).filter(pk__in=in_force, started_at__isnull=False))


def _issues(workspace: Workspace, dialogue: Dialogue) -> Iterator[Issue]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT message_version_id, min(accepted_at) FROM engage_delivery
               WHERE workspace_id = %s AND dialogue_id = %s AND state = 'accepted' AND message_version_id IS NOT NULL GROUP BY 1""",
            (workspace.pk, dialogue.pk),
        )
        left = dict(cursor.fetchall())
    for row in MessageVersion.within(workspace).filter(pk__in=left):
        won = (
            TrialResult.within(workspace)
            .filter(dialogue=dialogue, message_version=row)
            .order_by("-at")
            .values_list("variant", flat=True)
            .first()
        )
        try:
            title, summary, text = _as_nobody(workspace, row, won or "plain")
        except ContentFailed:
            continue
        yield Issue(dialogue.name, row.number, left[row.pk], title, summary, text)


def _as_nobody(workspace: Workspace, row: MessageVersion, variant: str) -> tuple[str, str, str]:
    """Return subject, preheader and Markdown with the fall-backs in place of what is personal; of MJML, its text."""
    version = versions.version_of(UNKEPT, row.data)
    filled = filled_preview(workspace, version, "", None)
    values = {**filled.values, PERSONAL: {}, "perk": {}, "items": []}
    content = version.contents.get(("", variant)) or version.contents["", ""]
    if content.body:
        text = Template(without_products(content.body), escape=False).render(values)
    else:
        targets = {f"c{number}": link.url for number, link in enumerate(version.links, 1)}
        text = filled.content.text.render({**values, PERSONAL: targets})
    return _said(content.subject, values), _said(content.preview, values), text


def _said(text: str, values: dict[str, Any]) -> str:
    return Template(text, escape=False).render(values)
