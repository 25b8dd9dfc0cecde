"""What may be learned of an age from outside: nobody is made older by it, and what a form says of it is nobody's fact yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from django.db import connection

from duologue.people.consent import ages
from duologue.people.profiles.actions import Learned
from duologue.people.profiles.places import country_code
from duologue.platform.database import arrays

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from duologue.people.intake.rules import Incoming
    from duologue.platform.workspaces.models import Workspace

COUNTRY = "country"
Held = dict[str, tuple[Any, str, "datetime"]]


def weigh_ages(workspace: Workspace, events: Iterable[Incoming]) -> list[tuple[int, Learned]]:
    """Take from the traits of events what would make a person older; return what is to be learned besides, by profile.

    A form gives an age only where nobody else did, and of several forms the youngest age holds, from the first of them on.
    """
    told = [event for event in events if not ages.WEIGHED.isdisjoint(event.traits) or (_by_form(event.source) and COUNTRY in event.traits)]
    held = _held(workspace, {event.profile_id for event in told if event.profile_id > 0}) if told else {}
    besides = []
    for event in told:
        known = held.setdefault(event.profile_id, {})
        traits = {key: value for key, value in event.traits.items() if _may(key, value, event, known)}
        if ages.UNTIL in traits and ages.UNTIL in known:
            until, _, since = known[ages.UNTIL]
            until = max(str(until), str(traits.pop(ages.UNTIL)))
            besides.append((event.profile_id, Learned({ages.UNTIL: until}, event.source, since)))
            known[ages.UNTIL] = (until, event.source, since)
        event.traits = traits
        known.update({key: (value, event.source, event.occurred_at) for key, value in traits.items() if key in ages.WEIGHED})
    return besides


def _may(key: str, value: Any, event: Incoming, known: Held) -> bool:
    by_form = _by_form(event.source)
    if key == ages.UNTIL:
        return by_form
    if key == COUNTRY:
        return not (by_form and COUNTRY in known and _lives_older(value, event, known))
    if key not in ages.FACTS or key not in known or _by_form(known[key][1]):
        return True
    return not by_form and not _is_older(key, value, event, known)


def _is_older(key: str, value: Any, event: Incoming, known: Held) -> bool:
    before, _, at = known[key]
    was, on = ages.of_age_on([(key, before, at.date())], ""), event.occurred_at.date()
    if was is None or (key == ages.AGE and was <= on):  # years are said anew as they pass
        return False
    becomes = ages.of_age_on([(key, value, on)], "")
    return becomes is None or becomes < was


def _lives_older(country: Any, event: Incoming, known: Held) -> bool:
    """Say whether somebody who is too young where they live would not be so in this country."""
    said = [(key, value, at.date()) for key, (value, source, at) in known.items() if key in ages.FACTS and not _by_form(source)]
    was, becomes = (ages.of_age_on(said, country_code(str(one))) for one in (known[COUNTRY][0], country))
    return was is not None and event.occurred_at.date() < was and (becomes is None or becomes < was)


def _by_form(source: str) -> bool:
    return source.startswith(ages.FORM)


def _held(workspace: Workspace, profiles: Collection[int]) -> dict[int, Held]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT profile_id, key, value::text, source, at FROM people_fact
               WHERE workspace_id = %s AND profile_id = ANY(%s::bigint[]) AND key = ANY(%s)""",
            (workspace.pk, arrays.numbers(sorted(profiles)), [*ages.WEIGHED, COUNTRY]),
        )
        held: dict[int, Held] = {}
        for profile, key, value, source, at in cursor.fetchall():
            held.setdefault(profile, {})[key] = (msgspec.json.decode(value), source, at)
        return held
