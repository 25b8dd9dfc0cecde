"""Promise 12: what time it is comes in as a value; only the few places named here ask a clock."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2] / "duologue"
ASKS = re.compile(
    r"auto_now|timezone\.now\(|datetime\.now\(|utcnow\(|date\.today\(|clock_timestamp\(|CURRENT_TIMESTAMP|localtimestamp|"
    r"(?<![\w.])now\(\)|transaction_timestamp|statement_timestamp|time\.time\(",
    re.IGNORECASE,
)
MAY = {
    "api/callbacks/carriers/door.py": "tells old calls that somebody else's machine signed from new ones",
    "web/public/remembered.py": "signs, with the question it asks the database anyway, when a form was shown",
    "platform/database/clock.py": "the one place that asks the database",
    "cli/commands/doctor.py": "compares the machine's clock with the database's",
    "engage/channels/journal.py": "clears files away by their age",
    "engage/uploads/jobs.py": "clears files away by their age",
    "engage/conversations/spool.py": "keeps a click while the database cannot be asked",
}


def asking():
    for path in sorted(ROOT.rglob("*.py")):
        if "node_modules" in path.parts or "migrations" in path.parts:
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if ASKS.search(line):
                yield str(path.relative_to(ROOT)), number, line.strip()


def test_nobody_else_asks_a_clock():
    assert [found for found in asking() if found[0] not in MAY] == []


def test_those_who_may_do():
    assert {found[0] for found in asking()} == set(MAY)


def test_no_column_and_no_trigger_fills_in_the_time():
    said = [path.read_text() for path in ROOT.rglob("migrations/*.py")]
    assert not [text for text in said if re.search(r"auto_now|default=.*now|DEFAULT now", text)]
