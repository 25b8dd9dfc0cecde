"""What the answers of a survey fill: facts and topics, and which facts no answer by a link changes (decision 16)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from duologue.people.consent import ages
from duologue.people.consent.rules import topic_fact
from duologue.people.profiles.actions import NewFact
from duologue.strategize.dialogues.rules.survey import says_no
from duologue.web.public.answers import contacts
from duologue.web.public.own import BY_COLLEAGUES, held_back

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duologue.strategize.dialogues.rules.survey import Survey
    from duologue.web.public.access import Visit

CHILD: Final = "child_name"
LOOKED_AT: Final = BY_COLLEAGUES | {"country"}
"""What an answer may not change by itself; a page that asks for it says so, whether it was known or not: to whom it stays silent
would tell a stranger who is too young."""


def facts_filled(visit: Visit, asked: Survey, answers: Mapping[str, Any]) -> list[NewFact]:
    """Return the facts that answers fill, without those that only colleagues change."""
    source, now, profile = f"survey {asked.survey}", visit.now, visit.origin.profile
    facts = [NewFact(profile, fact, value, source, now) for fact, value in contacts(asked, answers).items()]
    for key, value in answers.items():
        question = asked.questions[key]
        fills = question.fills
        if fills and fills.fact and question.kind != "contact":
            facts.append(NewFact(profile, fills.fact.removeprefix("person."), value, source, now, fills.purposes))
        if fills and fills.topic:
            facts.append(NewFact(profile, topic_fact(fills.topic), not says_no(value), source, now))
    if LOOKED_AT.isdisjoint(fact.key for fact in facts):
        return facts
    stay = _stay(visit)
    return [fact for fact in facts if fact.key not in stay]


def is_looked_at(asked: Survey, answers: Mapping[str, Any]) -> bool:
    """Say whether an answer says who somebody is, how old, or where they live."""
    fills = (asked.questions[key].fills for key in answers)
    named = {one.fact.removeprefix("person.") for one in fills if one}
    return not LOOKED_AT.isdisjoint(named)


def _stay(visit: Visit) -> frozenset[str]:
    """Return the facts that stay as they are: what keeps a child from being written to, and what is known of who somebody is."""
    held = held_back(visit)
    said = BY_COLLEAGUES & visit.person.facts.keys()
    return held | said | {ages.UNTIL} | ({CHILD} if held else set())
