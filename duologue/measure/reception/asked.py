"""What a report asks of the clicks and openings of many letters, in statements for DuckDB and Spark alike."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from duologue.measure.reception.sent import SENT
from duologue.people.timeline import names
from duologue.strategize.segments.asking import Question, Rows
from duologue.strategize.segments.past import MICROSECONDS, Wanted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

PROPERTIES: Final = ("no", "link", "url", "human", "footer")
COLUMNS: Final = {
    "id": "BIGINT",
    "profile": "BIGINT",
    "since": "BIGINT",
    "message": "VARCHAR",
    "version": "BIGINT",
    "variant": "VARCHAR",
    "domain": "VARCHAR",
}
_LETTERS: Final = f"""
    WITH {SENT}
    SELECT id, profile_id, {MICROSECONDS.format("since")}, message, version, variant, domain FROM sent WHERE NOT refused"""
_HEARD: Final = """
    SELECT s.id, s.message, s.version, s.variant, s.domain, e.name = :opened AS opened, path_text(e.properties, '$."human"') AS human,
           TRY_CAST(path_text(e.properties, '$."no"') AS BIGINT) AS link_no, path_text(e.properties, '$."link"') AS link,
           path_text(e.properties, '$."url"') AS url
    FROM past e JOIN sent s ON s.id = e.delivery AND s.profile = e.profile AND e.micros >= s.since
    WHERE e.name = :opened OR (e.name = :clicked AND coalesce(path_text(e.properties, '$."footer"'), 'false') <> 'true')"""
_LETTERS_WITH: Final = """
    SELECT message, coalesce({by}, ''), count(DISTINCT CASE WHEN human = 'true' THEN id END), count(DISTINCT CASE WHEN opened THEN id END)
    FROM heard GROUP BY message, coalesce({by}, '')"""
_LINKS: Final = """
    SELECT message, version, link_no, max(link), max(url), count(CASE WHEN human = 'true' THEN 1 END),
           count(CASE WHEN human = 'false' THEN 1 END), count(CASE WHEN NOT opened AND human NOT IN ('true', 'false') THEN 1 END),
           count(DISTINCT CASE WHEN human = 'true' THEN id END)
    FROM heard WHERE link_no IS NOT NULL GROUP BY message, version, link_no"""


def question(sent: Mapping[str, Any], since: datetime) -> Question:
    """Return what is asked about the letters that SENT picks with these values, none of which left before `since`.

    `variants` and `domains` are answered by message and name: how many letters a person followed, and how many were opened. `links` by
    message, version and number: name, address, clicks by people, by machines, unsure ones, and letters followed.
    """
    return Question(
        Wanted([names.LINK_CLICKED, names.MESSAGE_OPENED], PROPERTIES, since - timedelta(microseconds=1)),
        asked={"variants": _LETTERS_WITH.format(by="variant"), "domains": _LETTERS_WITH.format(by="domain"), "links": _LINKS},
        kept={"heard": _HEARD},
        beside={"sent": Rows(COLUMNS, _LETTERS, sent)},
        words={"opened": names.MESSAGE_OPENED, "clicked": names.LINK_CLICKED},
    )
