"""A question about what all people did: one text of SQL, for DuckDB in this process or for Spark where ENGINE_URL names it."""

from __future__ import annotations

import re
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import duckdb
from django.conf import settings

from duologue.platform.lake.streams import Scratch
from duologue.strategize.segments import engine, spark
from duologue.strategize.segments.past import Wanted, bring

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.segments.engine import Function

TRIES: Final = 5  # whoever is erased meanwhile takes files of the lake away
WORD: Final = re.compile(r"(?<!:):([a-z]+)\b")
WHOSE: Final = {"id": "BIGINT", "person": "BIGINT"}  # of the rows that say which person a profile belongs to
BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that PostgreSQL alone knows: DuckDB's kind of each column by its name, and the query that gives them, with its values."""

    columns: Mapping[str, str]
    query: str
    values: Sequence[Any] | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """Statements in the SQL that DuckDB and Spark share, over `past(profile, id, micros, name, properties, delivery)` and what is `beside`.

    Moments are whole microseconds since 1970. What is `kept` is counted once and read by later statements under its name; the rows of
    what is `asked` are answered. `words` stand in statements as :word. Both engines know the vocabulary of `engine` and the `functions`.
    """

    wanted: Wanted
    asked: Mapping[str, str]
    kept: Mapping[str, str] = field(default_factory=dict)
    beside: Mapping[str, Rows] = field(default_factory=dict)
    words: Mapping[str, str | int] = field(default_factory=dict)
    functions: Mapping[str, Function] = field(default_factory=dict)

    def written(self, statement: str, quoted: Callable[[str], str]) -> str:
        """Return a statement with its words in it."""

        def word(found: re.Match[str]) -> str:
            meant = self.words[found[1]]
            return quoted(meant) if isinstance(meant, str) else str(meant)

        return WORD.sub(word, statement)


def ask(workspace: Workspace, question: Question) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of each statement asked. This process holds 1 GB at most, beside the answers."""
    with scratch("question-") as desk:
        for name, function in question.functions.items():
            function.teach(desk.duck, name)
        return unless_files_go(lambda: _answers(desk, workspace, question))


def _answers(desk: Scratch, workspace: Workspace, question: Question) -> dict[str, list[tuple[Any, ...]]]:
    for name, rows in question.beside.items():
        desk.take(name, rows.columns, rows.query, rows.values)
    held = bring(desk, workspace, question.wanted)
    if settings.ENGINE_URL:
        return spark.answers(desk, workspace, held, question)
    for name, statement in question.kept.items():
        desk.duck.execute(f"CREATE OR REPLACE TABLE {name} AS {question.written(statement, quoted)}")
    return {name: desk.duck.execute(question.written(one, quoted)).fetchall() for name, one in question.asked.items()}


def micros(at: datetime) -> int:
    """Return a moment as statements know it."""
    return (at - BEGINNING) // timedelta(microseconds=1)


def moment(at: int) -> datetime:
    """Return the moment that a statement told."""
    return BEGINNING + timedelta(microseconds=at)


def quoted(word: str) -> str:
    """Return a text as DuckDB's SQL writes it."""
    return "'" + word.replace("'", "''") + "'"


@contextmanager
def scratch(prefix: str) -> Iterator[Scratch]:
    """Give a DuckDB of 1 GB at most, with a folder that goes when it is closed."""
    folders = Path(settings.DATA.path) / "run"
    folders.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=prefix, dir=folders) as folder:
        duck = engine.new_connection(threads=2, memory="1GB", spill=f"{folder}/spill")
        try:
            yield Scratch(duck, Path(folder))
        finally:
            duck.close()


def unless_files_go(work: Callable[[], T]) -> T:
    """Do some work over the lake; from the beginning where files of it went meanwhile."""
    for left in reversed(range(TRIES)):
        try:
            return work()
        except (duckdb.IOException, spark.FilesGone):
            if not left:
                raise
    raise AssertionError
