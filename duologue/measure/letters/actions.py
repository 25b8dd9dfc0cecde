"""Setting letters up, writing those that are due, and ending them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction

from duologue.kit.clock import zone_named
from duologue.measure.letters.models import Issue, Letter, Reader
from duologue.measure.letters.queries import may_get, written
from duologue.measure.letters.rules import FORMS, KINDS, MONDAY, next_at
from duologue.platform.staff.models import Membership
from duologue.strategize.dialogues.models import Dialogue

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

EVERY_MONDAY: Final = "FREQ=WEEKLY;BYDAY=MO"
EIGHT: Final = "08:00"


class NotPossible(Exception):
    """A letter cannot be set up so; the sentence says why."""


@transaction.atomic
def read_mondays(*, workspace: Workspace, staff: int, now: datetime) -> Letter:
    """Send the Monday letter to a member from the next Monday on."""
    return _set_up(workspace, MONDAY, EVERY_MONDAY, EIGHT, "letter", [staff], now)


@transaction.atomic
def schedule(*, workspace: Workspace, what: str, every: str, at: str, form: str, staff: Collection[int], now: datetime) -> Letter:
    """Send a report to members on a schedule; whoever gets the same one already goes on doing so. Raises NotPossible."""
    kind, _, name = what.partition(" ")
    known = what in KINDS or (kind == "report" and "\0" not in name and Dialogue.within(workspace).filter(name=name).exists())
    if not known:
        raise NotPossible(f"There is nothing to report on that is called {what!r}.")
    if form not in FORMS:
        raise NotPossible("A report is sent as a link to its page, or with its CSV.")
    if not staff:
        raise NotPossible("Choose at least one colleague who gets it.")
    return _set_up(workspace, what, every, at, form, staff, now)


def _set_up(workspace: Workspace, what: str, every: str, at: str, form: str, staff: Collection[int], now: datetime) -> Letter:  # noqa: PLR0917
    try:
        due = next_at(every, at, workspace.timezone, now)
    except ValueError as wrong:
        raise NotPossible(f"{str(wrong)[:1].upper()}{str(wrong)[1:].rstrip('.')}.") from wrong
    if due is None or len(every) > 120:
        raise NotPossible("That is never, or too long a rule.")
    members = set(Membership.within(workspace).filter(staff__in=staff).values_list("staff_id", flat=True))
    if members != set(staff):
        raise NotPossible("Reports go to members of this workspace and to nobody else.")
    row, _ = Letter.within(workspace).get_or_create(workspace=workspace, what=what, every=every, at=at, form=form)
    Letter.within(workspace).filter(pk=row.pk, next_at=None).update(next_at=due)
    for one in sorted(members):
        Reader.within(workspace).get_or_create(workspace=workspace, letter=row, staff_id=one)
    return row


@transaction.atomic
def stop(*, workspace: Workspace, letter: int, staff: int | None = None) -> bool:
    """Stop a letter for one reader, or for all; without readers it is written no more. Say whether anybody got it until then."""
    readers = Reader.within(workspace).filter(letter=letter)
    gone = (readers.filter(staff=staff) if staff is not None else readers).delete()[0]
    if not readers.exists():
        Letter.within(workspace).filter(pk=letter).update(next_at=None)
    return bool(gone)


@transaction.atomic
def write_due(*, workspace: Workspace, now: datetime) -> int:
    """Write what is due, once for each reader who works here and may look, and say when it is due again; return how many were due.

    What fell due while nothing ran is written once. A day on which it was written already brings no second one.
    """
    due = list(Letter.within(workspace).filter(next_at__lte=now).select_for_update(skip_locked=True).order_by("pk"))
    for letter in due:
        try:
            subject, body, table, kept = written(workspace, letter, now)
        except LookupError:
            letter.next_at = next_at(letter.every, letter.at, workspace.timezone, now)
            letter.save(update_fields=["next_at"])
            continue
        day = now.astimezone(zone_named(workspace.timezone)).date()
        state = Issue.State.KEPT if workspace.is_virtual else Issue.State.WAITING
        said = {"day": day, "at": now, "state": state, "subject": subject[:200], "body": body, "table": table}
        issues = [Issue(workspace=workspace, letter=letter, staff_id=staff, **said) for staff in _readers(workspace, letter)]
        Issue.within(workspace).bulk_create(issues, ignore_conflicts=True)
        letter.figures = kept
        letter.next_at = next_at(letter.every, letter.at, workspace.timezone, now)
        letter.save(update_fields=["figures", "next_at"])
    return len(due)


@transaction.atomic
def skip_due(*, workspace: Workspace, now: datetime) -> int:
    """Pass over what is due, as in the time between a backup and its restore; return how many were.

    What waited at the backup may have left since. It becomes "handing over", perhaps sent, and is never sent again.
    """
    doubts = Issue.within(workspace).filter(state=Issue.State.WAITING).update(state=Issue.State.HANDING_OVER)
    due = list(Letter.within(workspace).filter(next_at__lte=now).select_for_update(skip_locked=True))
    for letter in due:
        letter.next_at = next_at(letter.every, letter.at, workspace.timezone, now)
        letter.save(update_fields=["next_at"])
    return len(due) + doubts


def _readers(workspace: Workspace, letter: Letter) -> list[int]:
    asked = Reader.within(workspace).filter(letter=letter).values_list("staff_id", flat=True)
    return sorted(may_get(workspace, list(asked)))
