"""What is asked of all orders of a workspace, in statements for DuckDB and Spark alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from duologue.kit.money import places
from duologue.people.timeline import names
from duologue.strategize.segments.asking import WHOSE, Question, Rows, micros
from duologue.strategize.segments.past import ALWAYS, Wanted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

# an amount is a number, or text that is one; in another currency than the workspace's it counts as an order worth nothing
_AMOUNT: Final = """CASE WHEN coalesce(nullif(upper(path_text(e.properties, '$."currency"')), ''), :currency) = :currency
    THEN in_units({text}, :units) ELSE 0 END"""
_REVENUE: Final = "path_text(e.properties, '$.\"revenue\"')"
_TOTAL: Final = f"coalesce(path_text(e.properties, '$.\"total\"'), {_REVENUE})"
_BOUGHT: Final = f"""
    SELECT w.person, e.micros, e.id, {_AMOUNT.format(text=_REVENUE)} AS amount FROM past e JOIN whose w ON w.id = e.profile
    WHERE e.name = :bought AND e.micros <= :now"""
_BACK: Final = f"""
    SELECT w.person, abs({_AMOUNT.format(text=_TOTAL)}) AS amount FROM past e JOIN whose w ON w.id = e.profile
    WHERE e.name = :refunded AND e.micros <= :now"""


def of_orders(workspace: Workspace, now: datetime, *, asked: Mapping[str, str], kept: Mapping[str, str] | None = None) -> Question:
    """Return a question over bought(person, micros, id, amount) and back(person, amount), all orders and refunds until now.

    Amounts are in minor units. Statements may ask for :zone and :now.
    """
    return Question(
        wanted=Wanted((names.ORDER_COMPLETED, names.ORDER_REFUNDED), ("revenue", "total", "currency"), ALWAYS),
        beside={"whose": Rows(WHOSE, "SELECT id, person FROM people_profile WHERE workspace_id = %s", (workspace.pk,))},
        words={
            "zone": workspace.timezone,
            "currency": workspace.currency,
            "units": str(10 ** places(workspace.currency)),
            "bought": names.ORDER_COMPLETED,
            "refunded": names.ORDER_REFUNDED,
            "now": micros(now),
        },
        kept={"bought": _BOUGHT, "back": _BACK, **(kept or {})},
        asked=asked,
    )
