"""From which age a person's own consent counts, by country; below it a parent has to agree.

Sources: Regulation (EU) 2016/679 (GDPR), article 8(1): 16, or what a member state has set, not below 13. The states' ages: European
Commission, SWD(2020) 115 final, section 4.4; since then Slovenia (ZVOP-2, art. 8, 2023) and Denmark (databeskyttelsesloven § 6(2), from
2024). Iceland (Act 90/2018), Liechtenstein (DSG), Norway (personopplysningsloven § 5). United Kingdom: Data Protection Act 2018, s. 9.
United States: Children's Online Privacy Protection Rule, 16 CFR 312.2 and 312.5. Brazil: LGPD (Lei 13.709/2018), art. 14, with the ECA's
children under 12. China: Personal Information Protection Law, art. 31. Korea: Personal Information Protection Act, art. 22-2. South
Africa: POPIA (Act 4 of 2013), ss. 1 and 35. India: Digital Personal Data Protection Act 2023, ss. 2(f) and 9, in force from 2027.
Laws change; whoever writes to children checks them.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

AGES: Final[dict[str, int]] = {
    **dict.fromkeys(("BE", "EE", "FI", "LV", "MT", "PT", "SE", "GB", "IS", "NO", "US"), 13),
    "BR": 12,
    **dict.fromkeys(("AT", "BG", "CY", "ES", "IT", "LT", "CN", "KR"), 14),
    **dict.fromkeys(("CZ", "DK", "FR", "GR", "SI"), 15),
    **dict.fromkeys(("DE", "HR", "HU", "IE", "LI", "LU", "NL", "PL", "RO", "SK"), 16),
    **dict.fromkeys(("IN", "ZA"), 18),
}
UNKNOWN: Final = 16
"""Where nobody knows the country, the highest age of the GDPR."""
BIRTH: Final = ("birthday", "birth_date", "birthdate", "date_of_birth")
ASKED: Final = "old_enough"
AGE: Final = "age"
FACTS: Final = frozenset({*BIRTH, ASKED, AGE})
"""The facts that say how old someone is: a day of birth, years, or an answer to the question whether they are old enough."""
FORM: Final = "site "
"""How the source of a form begins. Nobody has proved whose it is, so what it says of an age is not taken for a fact of the person."""
UNTIL: Final = "too_young_until"
"""What such a form amounts to: what is granted since then and before this day needs a parent."""
WEIGHED: Final = FACTS | {UNTIL}
NEVER: Final = date.max


def age_of_consent(country: str) -> int:
    """Return the age from which one's own consent counts; 0 where the country asks for none."""
    return AGES.get(country, 0) if country else UNKNOWN


def of_age_on(said: Iterable[tuple[str, Any, date]], country: str) -> date | None:
    """Return the day from which a person's own consent counts, by facts as (key, value, day said), several profiles' of them.

    None where nothing says that they are young; the latest day where facts differ. A birthday without a year says nothing.
    """
    age = age_of_consent(country)
    if not age:
        return None
    days = []
    for key, value, on in said:
        if key == ASKED:
            days += [NEVER] if says_young(value) else []
        elif key in FACTS and (born := _of_years(value, on) if key == AGE else birth_of(value, on)):
            days.append(_years_later(born, age))
    return max(days, default=None)


def is_too_young(said: Mapping[str, Any], country: str, today: date) -> bool:
    """Say whether someone who says this today needs a parent's consent."""
    known = of_age_on([(key, said[key], today) for key in FACTS if key in said], country)
    return known is not None and today < known


def day_of(value: Any) -> date | None:
    """Return the day until which a form says that somebody is too young."""
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def says_young(value: Any) -> bool:
    """Say whether an answer to "are you old enough?" is a no."""
    return str(value).strip().lower() in {"no", "nein", "false", "0"}


def birth_of(value: Any, on: date) -> date | None:
    """Return a day of birth as it was written on some day; None for what is none, or cannot be true (before 1901, after the next year).

    Read are 2012-05-31 and 20120531, also with a time; 31.05.2012, 31/05/2012 and 05/31/2012; seconds or milliseconds since 1970. Where
    day and month could be either, it is the later day: of several, the youngest counts.
    """
    text = str(value).strip()
    days = [born for born in _written(text) if 1900 < born.year <= on.year + 1]
    return max(days, default=None)


def _written(text: str) -> list[date]:
    if re.fullmatch(r"-?\d{9,13}(\.\d*)?", text):  # not eight digits: those are 20120531
        seconds = float(text)
        return [datetime.fromtimestamp(seconds / 1000 if abs(seconds) > 1e11 else seconds, UTC).date()]
    if found := re.match(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?!\d)", text):
        first, sign, second, year = int(found[1]), found[2], int(found[3]), int(found[4])
        orders = [(second, first)] if sign == "." else [(second, first), (first, second)]
        return [born for month, day in orders if (born := _day(year, month, day))]
    if found := re.match(r"(\d{4})([-/]?)(\d{2})\2(\d{2})(?!\d)", text):
        born = _day(int(found[1]), int(found[3]), int(found[4]))
        return [born] if born else []
    return []


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _of_years(value: Any, on: date) -> date | None:
    """Return the latest day of birth of somebody of so many years."""
    text = str(value).strip()
    if not re.fullmatch(r"\d{1,3}(\.\d*)?", text) or (years := int(float(text))) > 150:
        return None
    return _years_later(on, -years)


def _years_later(born: date, years: int) -> date:
    if born.year + years > NEVER.year:
        return NEVER
    try:
        return born.replace(year=born.year + years)
    except ValueError:  # 29 February
        return date(born.year + years, 3, 1)
