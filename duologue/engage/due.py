"""What falls due in a workspace, and when: one question for each kind of work, asked together by the worker and by whoever looks on."""

from __future__ import annotations

from typing import Final

from duologue.brand.catalogue import queries as catalogue
from duologue.engage.contributions import queries as contributions
from duologue.engage.conversations import queries as conversations
from duologue.engage.endpoints import queries as endpoints
from duologue.engage.messages import queries as messages
from duologue.engage.perks import queries as perks
from duologue.engage.runs import queries as runs
from duologue.engage.webhooks import queries as webhooks
from duologue.people.intake import queries as intake
from duologue.people.retention import queries as retention
from duologue.strategize.segments import queries as segments

MOMENTS: Final = {
    "intake": intake.NEXT,
    "retention": retention.NEXT,
    "segments": segments.NEXT,
    "conversations": conversations.NEXT,
    "contributions": contributions.NEXT,
    "perks": perks.NEXT,
    "products": catalogue.NEXT,
    "webhooks": webhooks.NEXT,
    "endpoints": endpoints.NEXT,
    "timetables": runs.TIMETABLES,
    "runs": runs.NEXT,
    "messages": messages.NEXT,
}
"""By kind of work, the SQL that tells the first moment at which it is due in %(workspace)s; NULL where nothing waits."""
