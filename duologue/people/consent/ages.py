"""From which age a person's own consent counts, by country; below it a parent has to agree.

Sources: Regulation (EU) 2016/679 (GDPR), article 8(1): 16, or what a member state has set, not below 13. The states' ages: European
Commission, SWD(2020) 115 final, section 4.4; since then Slovenia (ZVOP-2, art. 8, 2023) and Denmark (databeskyttelsesloven § 6(2), from
2024). Iceland (Act 90/2018), Liechtenstein (DSG), Norway (personopplysningsloven § 5). United Kingdom: Data Protection Act 2018, s. 9.
United States: Children's Online Privacy Protection Rule, 16 CFR 312.2 and 312.5. Laws change; whoever writes to children checks them.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

AGES: Final[dict[str, int]] = {
    **dict.fromkeys(("BE", "EE", "FI", "LV", "MT", "PT", "SE", "GB", "IS", "NO", "US"), 13),
    **dict.fromkeys(("AT", "BG", "CY", "ES", "IT", "LT"), 14),
    **dict.fromkeys(("CZ", "DK", "FR", "GR", "SI"), 15),
    **dict.fromkeys(("DE", "HR", "HU", "IE", "LI", "LU", "NL", "PL", "RO", "SK"), 16),
}
UNKNOWN: Final = 16
"""Where nobody knows the country, the highest of them."""
BIRTH: Final = ("birthday", "birth_date", "birthdate", "date_of_birth")
ASKED: Final = "old_enough"
FACTS: Final = frozenset({*BIRTH, ASKED})
"""The facts that say how old someone is: a day of birth, or an answer to the question whether they are old enough."""
NEVER: Final = date.max


def age_of_consent(country: str) -> int:
    """Return the age from which one's own consent counts; 0 where the country asks for none."""
    return AGES.get(country, 0) if country else UNKNOWN


def of_age_on(said: Iterable[tuple[str, Any]], country: str) -> date | None:
    """Return the day from which a person's own consent counts, by facts as (key, value), several profiles' of them.

    None where nothing says that they are young; the latest day where facts differ. A birthday without a year says nothing.
    """
    age = age_of_consent(country)
    if not age:
        return None
    days = []
    for key, value in said:
        if key == ASKED:
            days += [NEVER] if says_young(value) else []
        elif born := birth_of(value):
            days.append(_years_later(born, age))
    return max(days, default=None)


def is_too_young(said: Mapping[str, Any], country: str, today: date) -> bool:
    """Say whether someone of whom this is known needs a parent's consent today."""
    known = of_age_on([(key, said[key]) for key in FACTS if key in said], country)
    return known is not None and today < known


def says_young(value: Any) -> bool:
    """Say whether an answer to "are you old enough?" is a no."""
    return str(value).strip().lower() in {"no", "nein", "false", "0"}


def birth_of(value: Any) -> date | None:
    """Return a day of birth written as 2012-05-31, or the like with a time; None for anything else."""
    try:
        born = date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
    return born if born.year > 1900 else None


def _years_later(born: date, years: int) -> date:
    try:
        return born.replace(year=born.year + years)
    except ValueError:  # 29 February
        return date(born.year + years, 3, 1)
