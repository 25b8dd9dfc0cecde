"""On which line of a file the words of a passage stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duologue.brand.wording.rules.passages import Finding
    from duologue.kit.yaml import Document


def line_of(finding: Finding, document: Document, text: str, passage: str) -> int:
    """Return the line, from 1, on which a finding stands in its file; where the words are broken over lines, that of their first.

    `text` is the file's and `passage` the passage's, of which the file may have broken and quoted the lines.
    """
    place = tuple(int(step) if step.isdigit() else step for step in finding.field.split("."))
    begins = document.line(place)
    wanted = finding.quote.split("\n", maxsplit=1)[0].strip()
    nth = passage.count(wanted, 0, finding.start) + 1
    lines = text.splitlines()
    for part in (wanted, *wanted.split()[:1]):
        left = nth if part == wanted else 1
        for at, line in enumerate(lines[begins - 1 :], begins):
            here = line.count(part) if part else 0
            if here >= left:
                return at
            left -= here
    return begins
