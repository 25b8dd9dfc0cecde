"""The kinds of sheet there are. A new one is a module beside these and a line here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from duologue.web.sheets import campaigns, guardrails, occasions, personas, placements

if TYPE_CHECKING:
    from duologue.web.sheets.sheet import Sheet

SHEETS: Final[dict[str, Sheet]] = {
    one.word: one for one in (campaigns.SHEET, placements.SHEET, occasions.SHEET, personas.SHEET, guardrails.SHEET)
}
