"""`duologue doctor`: what is well, what is not, and what to do about it."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import threading
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from duologue.cli.frame import note, print_json

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

NAME = "doctor"
HELP = "Look at the installation and say in sentences what is well and what is not."
EXAMPLE = "duologue doctor"
NEEDS_DATABASE = False  # an unreachable database is a finding, too
LITTLE_SPACE, TOO_LITTLE_SPACE = 5 * 1024**3, 1024**3
OLDEST, NEWEST = 150000, 190000
CLOCK_MAY_DIFFER = 5.0
LOOK_UP = 3.0  # seconds
MUCH_UNREAD = 1000
OLD_BACKUP = timedelta(days=7)
BEHIND = """
SELECT w.name, c.follower, count(b.batch_no) FROM platform_cursor c JOIN platform_workspace w ON w.id = c.workspace_id
JOIN people_batch b ON b.workspace_id = c.workspace_id AND b.batch_no > c.batch_no GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 5
"""
FOR_US = """
SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
    - coalesce(current_setting('reserved_connections', true), '0')::int
"""


@dataclass
class Finding:
    """One sentence; `well` is yes, no, or beware."""

    about: str
    well: str
    sentence: str


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take none."""


def run(args: argparse.Namespace) -> int:
    """Print the findings; status 1 when something is not well."""
    from duologue.cli.frame import Refused
    from duologue.cli.ground import standing_on_the_database

    findings: list[Finding] = []
    try:
        with standing_on_the_database():
            findings += _folder()
            findings += _database()
            findings += _work()
            findings += _backup()
            findings += _old_months()
    except Refused as refusal:
        findings.append(Finding("database", "no", str(refusal)))
    if args.json:
        print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            print(f"{ {'yes': 'well  ', 'beware': 'beware', 'no': 'NOT   '}[finding.well] }  {finding.sentence}")
    bad = [finding for finding in findings if finding.well == "no"]
    if bad and not args.json:
        note(f"{len(bad)} of {len(findings)} things are not well.")
    return 1 if bad else 0


def _either(about: str, good: bool, sentence: str, otherwise: str, *, level: str = "no") -> Finding:  # noqa: FBT001 reads as a question
    return Finding(about, "yes" if good else level, sentence if good else otherwise)


def _folder() -> Iterator[Finding]:
    from django.conf import settings

    path = settings.DATA.path
    writable = os.access(path, os.W_OK | os.X_OK)
    yield _either("data folder", writable, f"The data folder is {path}.", f"The data folder {path} cannot be written.")
    key = settings.DATA.keys / "installation"
    if key.exists():
        advice = f"The installation key can be read by others; run: chmod 600 {key}"
        yield _either("installation key", not key.stat().st_mode & 0o077, "The installation key is readable by its owner alone.", advice)
    free = shutil.disk_usage(path).free
    well = "no" if free < TOO_LITTLE_SPACE else "beware" if free < LITTLE_SPACE else "yes"
    yield Finding("disk space", well, f"{free / 1024**3:.1f} GiB are free on the disk of the data folder.")


def _database() -> Iterator[Finding]:
    from datetime import UTC, datetime

    from django.conf import settings
    from django.db import connection

    from duologue.platform.database.clock import database_now
    from duologue.platform.database.ready import unapplied

    differs = abs((database_now() - datetime.now(UTC)).total_seconds())
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int, current_setting('server_version')")
        number, version = cursor.fetchone()
        cursor.execute("SELECT pg_database_size(current_database())")
        size = cursor.fetchone()[0] / 1024**2
    kind = "embedded" if settings.EMBEDDED_DATABASE else "given by DATABASE_URL"
    sentence = f"PostgreSQL {version} answers ({kind}, {size:.0f} MiB)."
    yield _either("database", OLDEST <= number < NEWEST, sentence, f"{sentence} Duologue needs version 15 to 18.")
    yield _connections()
    missing = len(unapplied())
    yield _either("tables", not missing, "The tables are those of this version.", f"{missing} migrations are missing.")
    sentence = f"The clocks of this machine and of the database differ by {differs:.1f} s."
    yield _either("clock", differs < CLOCK_MAY_DIFFER, sentence, sentence)


def _connections() -> Finding:
    """Compare what the installation may ask for with what the server gives to ordinary accounts."""
    from django.conf import settings
    from django.db import connection

    from duologue.cli.budget import connections_at_most
    from duologue.cli.children import children

    with connection.cursor() as cursor:
        cursor.execute(FOR_US)
        there = cursor.fetchone()[0]
    most = connections_at_most([child.name for child in children()], web=settings.WEB_CONNECTIONS, work=settings.WORK_CONNECTIONS)
    sentence = f"This installation may hold {most} connections to the database, which gives {there}."
    advice = " Raise the server's max_connections, or lower DUOLOGUE_WEB_CONNECTIONS or DUOLOGUE_WORK_CONNECTIONS."
    return _either("connections", most <= there, sentence, sentence + advice)


def _work() -> Iterator[Finding]:
    from django.conf import settings
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(BEHIND)
        behind = cursor.fetchall()
        cursor.execute("SELECT name, sending_stopped_because FROM platform_workspace WHERE sending_stopped_at IS NOT NULL ORDER BY name")
        stopped = cursor.fetchall()
        cursor.execute("SELECT count(*) FROM platform_workspace")
        rooms = cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'")
        failed = cursor.fetchone()[0]
    none = "There is no workspace yet: duologue workspace create NAME"
    yield _either("workspaces", rooms > 0, f"Workspaces: {rooms}.", none, level="beware")
    for name, because in stopped:
        yield Finding("sending", "beware", f"All sending of {name} is stopped: {because}. duologue stop --resume lets it go on.")
    for name, follower, unread in behind:
        well = "beware" if unread > MUCH_UNREAD else "yes"
        yield Finding("queue", well, f"In {name}, {follower} has {unread} batches of the timeline to read.")
    if not behind:
        yield Finding("queue", "yes", "Everything on the timeline has been dealt with.")
    yield _either("jobs", not failed, "No background job has failed.", f"{failed} background jobs have failed.", level="beware")
    yield from _relays()
    yield from _senders()
    yield from _feeds()
    yield from _perks()
    yield from _hosts()
    kept = "Account mail is kept as files in the data folder: DUOLOGUE_ACCOUNT_MAIL_URL is not set."
    yield _either("account mail", bool(settings.ACCOUNT_MAIL_URL), "Account mail is sent.", kept, level="beware")


def _backup() -> Iterator[Finding]:
    from duologue.platform.backup.generation import installation, why_not_start
    from duologue.platform.database.clock import database_now

    sentence = why_not_start(only_works=True)  # also where only workers run
    yield _either("generation", sentence is None, "Database and data folder belong together.", sentence or "")
    ours = installation()
    if ours.backed_up_at is None:
        yield Finding("backup", "beware", "There is no backup yet: duologue backup FOLDER, on another disk.")
        return
    size = f"{ours.backed_up_bytes / 1024**2:.1f} MiB"
    sentence = f"The last backup is of {ours.backed_up_at:%d %B %Y, %H:%M} UTC: {ours.backed_up_to} ({size})."
    is_old = database_now() - ours.backed_up_at > OLD_BACKUP
    yield Finding("backup", "beware" if is_old else "yes", sentence)


def _relays() -> Iterator[Finding]:
    from duologue.engage.channels.models import Relay

    relays = list(Relay._rows.filter(is_enabled=True).select_related("workspace").order_by("workspace__name", "name"))
    nothing = "No relay is set up: nothing can be sent yet."
    yield _either("relays", bool(relays), f"Relays in use: {len(relays)}.", nothing, level="beware")
    for relay in relays:
        if relay.trouble:
            yield Finding("relays", "beware", f"The relay {relay.name} of {relay.workspace.name} is in trouble: {relay.trouble}")


def _senders() -> Iterator[Finding]:
    """Look up the domains that mail leaves this machine from; eight seconds at most, as all are asked at once."""
    from concurrent.futures import ThreadPoolExecutor

    from duologue.engage.channels.email.domains.queries import check, domain_of
    from duologue.platform.workspaces.models import Workspace

    found = [(workspace.name, domain) for workspace in Workspace.objects.order_by("name") if (domain := domain_of(workspace))]
    out = [(name, domain) for name, domain in found if domain.leaves]
    with ThreadPoolExecutor(max(1, len(out))) as pool:
        checked = list(pool.map(lambda one: check(one[1]), out))
    for (name, _), domain in zip(out, checked, strict=True):
        wrong = [one for one in domain.verdicts if one.well != "yes"]
        if domain.is_reserved:
            yield Finding("senders", "beware", f"{name} writes from {domain.name}, a name for examples, which nobody can own.")
        elif not wrong:
            yield Finding("senders", "yes", f"The records of {domain.name}, from which {name} writes, are in order.")
        for one in wrong:
            yield Finding("senders", one.well, f"In {name}: {one.says} {one.do} See: duologue senders check")


def _feeds() -> Iterator[Finding]:
    from duologue.brand.catalogue.queries import feeds_in_trouble

    for feed in feeds_in_trouble():
        yield Finding("feeds", "beware", f"The feed {feed.name} of {feed.workspace.name} changed nothing: {feed.trouble}")


def _hosts() -> Iterator[Finding]:
    """Say which hosts of a brand's own there are, and whether their names lead anywhere."""
    from duologue.platform.workspaces.hosts import all_hosts

    for host in all_hosts():
        sentence = f"{host.name} shows the pages of {host.workspace.name}: a proxy holds its certificate and passes the Host header on."
        advice = f"{host.name} is a host of {host.workspace.name}, but its name leads nowhere: let its DNS record lead here."
        yield _either("hosts", _leads_somewhere(host.name), sentence, advice, level="beware")


def _leads_somewhere(host: str) -> bool:
    """Look a name up, waiting no longer than is polite."""
    answer: list[object] = []

    def look() -> None:
        with contextlib.suppress(OSError):
            answer.extend(socket.getaddrinfo(host, 443))

    asking = threading.Thread(target=look, daemon=True)
    asking.start()
    asking.join(LOOK_UP)
    return bool(answer)


def _perks() -> Iterator[Finding]:
    """Look at the books of points and credit, and at codes that run out."""
    from duologue.engage.perks.balances import out_of_balance
    from duologue.engage.perks.pools import supplies
    from duologue.engage.perks.queries import unbalanced
    from duologue.platform.workspaces.models import Workspace
    from duologue.platform.workspaces.queries import now

    for workspace in Workspace.objects.order_by("name"):
        wrong = [*out_of_balance(workspace), *(f"The counters of {name} differ from its perks." for name, *_ in unbalanced(workspace))]
        for sentence in wrong:
            yield Finding("perks", "no", f"In {workspace.name}: {sentence}")
        for supply in supplies(workspace, now(workspace)):
            if supply.runs_out:
                yield Finding("perks", "beware", f"In {workspace.name}, {supply.name} has {supply.sentence}.")


def _old_months() -> Iterator[Finding]:
    from duologue.platform.backup import lakes

    if lakes.any_left("public"):
        months = lakes.lost()
        advice = f"Old events that have left the database are in no lake here ({'; '.join(months)}). Put the folder lake back from a copy."
        yield _either("old months", not months, "Old events that have left the database are in the lake.", advice)
