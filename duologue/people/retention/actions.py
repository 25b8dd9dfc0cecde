"""Setting retention, and carrying it out with a record."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from duologue.people.retention import facts, rules, timeline
from duologue.people.retention.models import Removal, RetentionRules
from duologue.people.timeline.emptied import forgetting_emptied
from duologue.platform.audit.actions import note
from duologue.platform.lake import actions as lake

if TYPE_CHECKING:
    from duologue.people.retention.rules import Retention, Rule
    from duologue.platform.workspaces.models import Workspace

EVERY: Final = timedelta(days=1)


def set_retention(*, workspace: Workspace, retention: Retention, now: datetime) -> None:
    """Put these rules in force; what is older than they allow goes when they are next carried out, which is at once."""
    values = {"data": rules.to_json(retention), "changed_at": now, "next_at": now}
    RetentionRules.within(workspace).update_or_create(workspace=workspace, defaults=values)


def carry_out(*, workspace: Workspace, now: datetime) -> int:
    """Remove what is older than the rules allow, from timeline, facts and lake; return how many rows went.

    It is written down what each rule removed. Cut off anywhere, it goes on the next time. Counted in the audit log.
    """
    ours = RetentionRules.within(workspace).first()
    if ours is None:
        return 0
    read = timeline.read_until(workspace)
    done = {}
    gone = 0
    for rule in rules.rules_of(ours.data):
        before = rule.before(now)
        if rule.kind == rules.FACTS:
            counts = facts.forget(workspace, rule.name, before=before, now=now, until_batch=read)
            removed = dict(zip(("facts", "events", "in_lake"), counts, strict=True))
        else:
            removed, done[rule.key] = _events(workspace, rule, before, ours.done.get(rule.key), read)
        if any(removed.values()):
            _write_down(workspace, rule, before, removed, now)
            gone += sum(removed.values())
    # rules that were changed meanwhile are due at once
    RetentionRules.within(workspace).filter(pk=ours.pk, changed_at=ours.changed_at, data=ours.data).update(done=done, next_at=now + EVERY)
    return gone


def _events(
    workspace: Workspace, rule: Rule, before: datetime, done: dict[str, Any] | None, read: int
) -> tuple[dict[str, int], dict[str, Any]]:
    """Remove a rule's events; return how many went, and up to where all was looked through."""
    since = datetime.fromisoformat(done["until"]) if done else None
    with transaction.atomic():
        lake.wait_for_lock(workspace)
        names = (rule.others, True) if rule.name == rules.ANY else ((rule.name,), False)
        with forgetting_emptied(workspace):
            in_lake = lake.remove_older(workspace=workspace, names=names[0], all_but=names[1], before=before)
    events = timeline.remove(
        workspace, rule, before=before, since=since, after_batch=int(done["batch_no"]) if done else 0, until_batch=read
    )
    until = max(before, since) if since else before
    return {"events": events, "in_lake": in_lake}, {"until": until.isoformat(), "batch_no": read}


@transaction.atomic
def _write_down(workspace: Workspace, rule: Rule, before: datetime, removed: dict[str, int], now: datetime) -> None:
    Removal(workspace=workspace, kind=rule.kind, name=rule.name, keep=rule.keep, before=before, at=now, **removed).save()
    note(workspace, "retention", f"remove old {rule.kind}s", rule.name, {"keep": rule.keep, **removed})
