"""The tables about people."""

from duologue.people.consent.models import ConsentNow, ConsentState, ConsentStatement, Pause, Purpose, Suppression, Topic, Wish
from duologue.people.identifiers.models import Identifier, SharedDevice
from duologue.people.imports.models import Import
from duologue.people.intake.models import ImportKey, Received, Refusal, SeenKey
from duologue.people.privacy.models import Erasure
from duologue.people.profiles.models import Fact, Merge, Objection, Profile, SearchWord
from duologue.people.retention.models import Removal, RetentionRules
from duologue.people.timeline.models import Batch, Event, LeftMonth

__all__ = [
    "Batch",
    "ConsentNow",
    "ConsentState",
    "ConsentStatement",
    "Erasure",
    "Event",
    "Fact",
    "Identifier",
    "Import",
    "ImportKey",
    "LeftMonth",
    "Merge",
    "Objection",
    "Pause",
    "Profile",
    "Purpose",
    "Received",
    "Refusal",
    "Removal",
    "RetentionRules",
    "SearchWord",
    "SeenKey",
    "SharedDevice",
    "Suppression",
    "Topic",
    "Wish",
]
