import io
import json
import logging

import pytest
import structlog
from hypothesis import example, given
from hypothesis import strategies as st

from duologue.platform.telemetry.logs import configure_logs, scrubbed


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("bounced: ann@example.org is unknown", "bounced: [address] is unknown"),
        ("<ann.o'hara+x@mail.example.co.uk>", "<[address]>"),
        ("called +44 20 7946 0958 twice", "called [number] twice"),
        ("12 of 13 done at 10:00", "12 of 13 done at 10:00"),
        ({"to": ["ann@example.org", 3]}, {"to": ["[address]", 3]}),
    ],
)
def test_what_looks_like_a_person_is_dropped(said, kept):
    assert scrubbed(said) == kept


@given(st.emails(), st.text())
@example("'@A.AC", "")
def test_no_address_survives(address, around):
    assert address not in scrubbed(f"{around} {address} {around}")


def test_both_kinds_of_logger_write_one_scrubbed_line_of_json():
    before = logging.root.handlers[:], logging.root.level
    configure_logs(as_json=True)
    said = io.StringIO()
    logging.root.handlers[0].setStream(said)
    try:
        structlog.get_logger().info("mail.refused", to="ann@example.org")
        logging.getLogger("some.library").warning("cannot reach %s", "ann@example.org")
    finally:
        logging.root.handlers[:], level = before
        logging.root.setLevel(level)
    ours, theirs = (json.loads(line) for line in said.getvalue().splitlines())
    assert (ours["event"], ours["to"], ours["level"]) == ("mail.refused", "[address]", "info")
    assert (theirs["event"], theirs["level"]) == ("cannot reach [address]", "warning")
