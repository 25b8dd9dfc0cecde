"""The lake: how fast it follows the timeline, that its files become large, and that erasing leaves nothing while others read and write."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.crowd import NOON, crowd
from bench.meter import Meter, Row
from bench.past import Past
from bench.reading import Meanwhile

if TYPE_CHECKING:
    from bench.sizes import Size

PEOPLE, EVENTS = (10_000, 100_000), (300_000, 3_000_000)
FRESH = 50_000
FRESH_GOAL_MS = 60_000
ERASED = 100
A_DAY_MS = 86_400_000
A_MINUTE = 100  # events between two looks of a shop where little happens
LOOKS = 400  # until files were put together


def measure(folder: Path, size: Size) -> list[Row]:
    people, events = size.many(*PEOPLE), size.past(*EVENTS)
    _follow(_shop("warming-up", 100, 1_000))  # what a worker loads once in its life is not part of a figure
    shop = _shop("bench-lake", people, events)
    rows = [_following(shop, events, folder / "raw"), _fresh(shop), _put_together(shop)]
    return [*rows, _erased(shop)]


def _shop(name: str, people: int, events: int) -> Past:
    """Furnish a workspace whose people have a year behind them, evenly spread, as they came: a thousand events in a batch."""
    from duologue.platform.workspaces.actions import create_workspace

    workspace = create_workspace(name=name, clock_at=NOON)
    crowd(workspace, people)
    past = Past(workspace)
    past.write(events, since=NOON - timedelta(days=365), until=NOON)
    return past


def _follow(shop: Past) -> int:
    """Follow as a worker does until the lake holds what waits, be it little; return how many events were read."""
    from duologue.people.timeline.queries import all_read_until
    from duologue.strategize.segments.history import NAME, LakeFollower

    follower, read = LakeFollower(seconds=0), 0
    while not all_read_until(shop.workspace, NAME):
        read += follower.follow(workspace=shop.workspace, now=NOON)
    return read


def _following(shop: Past, events: int, by_hand: Path) -> Row:
    """Follow a year, beside the same rows of Arrow appended in the same portions."""
    with Meter() as meter:
        read = _follow(shop)
    assert read == events, f"{read} of {events} events were read"
    _checked(shop, events)
    seconds, cpu = _by_hand(shop, by_hand)
    row = meter.row(f"the lake follows {events:,} events", "events/s", events, limit=events / seconds, goal=None)
    row.bytes_per_million = sum(_sizes(shop)) * 1e6 / events
    row.note = f"{row.bytes_per_million / 1e6:.0f} MB per million; rows of Arrow alone take {cpu * 1e6 / events:.1f} µs each"
    return row


def _by_hand(shop: Past, where: Path) -> tuple[float, float]:
    """Append what the lake holds to another table like it; return the seconds and the processor time that took."""
    from deltalake import DeltaTable, write_deltalake

    from duologue.platform.lake import queries as lake
    from duologue.platform.lake.tables import SCHEMA, SETTINGS
    from duologue.strategize.segments.history import AT_ONCE

    duck = lake.connection(lake.snapshot(shop.workspace))
    rows = duck.sql("SELECT * FROM events ORDER BY batch_no, id").to_arrow_table().cast(SCHEMA)
    duck.close()
    began, busy = time.perf_counter(), time.process_time()
    for start in range(0, rows.num_rows, AT_ONCE):
        write_deltalake(str(where), rows.slice(start, AT_ONCE), mode="append", partition_by=["month"], configuration=SETTINGS)
    took = time.perf_counter() - began, time.process_time() - busy
    assert DeltaTable(str(where)).count() == rows.num_rows
    return took


def _fresh(shop: Past) -> Row:
    """Tell how long it takes from the commit of 50,000 fresh events until the newest snapshot holds them, by the follower as it is set."""
    from duologue.platform.lake import queries as lake
    from duologue.strategize.segments.history import LakeFollower

    last, held = shop.write(FRESH, since=NOON, until=NOON + timedelta(hours=1)), 0
    follower = LakeFollower()
    with Meter() as meter:
        while held < last:
            if not follower.follow(workspace=shop.workspace, now=NOON):
                time.sleep(0.05)
            held = lake.snapshot(shop.workspace).batch_no
    _checked(shop, shop.events)
    return _timed(meter, f"{FRESH:,} fresh events are in the lake", FRESH, FRESH_GOAL_MS)


def _put_together(shop: Past) -> Row:
    """Let a shop where little happens go on, look by look, until the follower puts files together; tell how large they are then."""
    from duologue.strategize.segments.history import LakeFollower

    follower = LakeFollower(seconds=0, rest=0)
    for look in range(LOOKS):
        since = NOON + timedelta(hours=1, minutes=look)
        shop.write(A_MINUTE, since=since, until=since + timedelta(minutes=1))
        before = _sizes(shop)
        with Meter() as meter:
            assert follower.follow(workspace=shop.workspace, now=NOON) == A_MINUTE
        after = _sizes(shop)
        if len(after) < len(before):
            break
    else:
        raise AssertionError(f"{len(after)} files, and nobody put them together")
    _checked(shop, shop.events)
    row = Row("files of the lake, put together", "kB/file", sum(after) / len(after) / 1000, None, None)
    row.cpu_us, row.peak_mb, row.foreign = meter.cpu * 1e6 / len(before), meter.memory, meter.foreign
    row.bytes_per_million = sum(after) * 1e6 / shop.events
    were = f"{len(before)} files of {sum(before) / len(before) / 1000:,.0f} kB became {len(after)} in {meter.seconds:.1f} s"
    row.note = f"{were}; {row.bytes_per_million / 1e6:.0f} MB per million events"
    return row


def _erased(shop: Past) -> Row:
    """Erase people, then tell how long the lake takes, once due, until no file and no old file holds them, while others read and write."""
    from duologue.people.models import Erasure
    from duologue.people.privacy.actions import erase
    from duologue.strategize.segments.history import BEFORE_CLEANING, LakeFollower

    gone = list(range(shop.first, shop.first + ERASED))
    theirs = shop.count(gone)
    for person in gone:
        erase(workspace=shop.workspace, person=person, now=NOON)
    assert theirs > 0
    assert shop.count(gone) == 0
    shop.write_without(ERASED)
    waiting = Erasure.within(shop.workspace).filter(lake_clean_at=None)
    follower, before = LakeFollower(rest=0.05), shop.events - theirs
    with Meanwhile(shop, gone) as others:
        with Meter() as meter:
            while waiting.exists():
                follower.follow(workspace=shop.workspace, now=NOON + BEFORE_CLEANING)
        others.go_on()
    others.check(theirs)
    _follow(shop)
    files = _files(shop)
    assert not _rows(files.live, gone), "somebody who was erased is in the lake"
    assert files.kept == files.live, f"{len(files.kept - files.live)} old files are left"
    assert shop.count() == shop.events - theirs > before
    _checked(shop, shop.events - theirs)
    row = _timed(meter, f"{ERASED} people erased leave the lake", ERASED, A_DAY_MS)
    beside = f"{len(others.reads)} reads beside it, {others.begun_again} begun again, {others.appended:,} events appended"
    row.note = f"{theirs:,} of {before + theirs:,} events; {beside}"
    return row


def _timed(meter: Meter, case: str, units: int, goal: float) -> Row:
    """Return a row of the time that was measured, in ms; processor time is per unit."""
    row = meter.row(case, "ms", units, limit=None, goal=goal)
    row.value, row.less_is_better, row.bytes_per_million = meter.seconds * 1000, True, 0.0
    return row


def _checked(shop: Past, events: int) -> None:
    """See that the lake holds so many events, in every month the same as the timeline, and each once."""
    from duologue.strategize.segments.comparing import compare

    months = compare(shop.workspace)
    assert all(month.equal for month in months), [month for month in months if not month.equal]
    assert sum(month.lake for month in months) == events, f"{sum(month.lake for month in months)} of {events} events are in the lake"


@dataclass
class Files:
    """Those that the newest snapshot is made of, and all that are kept."""

    live: set[Path]
    kept: set[Path]


def _files(shop: Past) -> Files:
    from duologue.platform.lake import queries as lake
    from duologue.platform.lake.tables import place

    folder = Path(place(shop.workspace))
    kept = {path for path in folder.rglob("*.parquet") if "_delta_log" not in path.parts}
    return Files({Path(file) for file in lake.snapshot(shop.workspace).files}, kept)


def _sizes(shop: Past) -> list[int]:
    return [path.stat().st_size for path in _files(shop).live]


def _rows(files: set[Path], profiles: list[int]) -> Any:
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    return sum(pq.read_table(file, columns=["profile_id"], filters=pc.field("profile_id").isin(profiles)).num_rows for file in files)
