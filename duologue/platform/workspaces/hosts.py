"""Host names of the brand's own. The certificate and the way there are the proxy's job; here it is decided whose pages a host shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction

from duologue.kit.pipeline import Refused
from duologue.platform.workspaces.models import Host, Workspace

if TYPE_CHECKING:
    from collections.abc import Mapping

HOST: Final = re.compile(r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+")


@transaction.atomic
def set_hosts(*, workspace: Workspace, hosts: Mapping[str, str]) -> None:
    """Let exactly these hosts show the workspace's pages, each with the name of the page at its root; the first is used in links.

    Raises Refused for what is no host name, is the installation's own, or is another workspace's.
    """
    for name in hosts:
        if not HOST.fullmatch(name):
            raise Refused(name, f"{name!r} is no host; write it as in letters.tea.example, in small letters, without a port.")
        if name in installation_hosts():
            raise Refused(name, f"{name!r} is the address of this installation itself.")
    taken = Host._rows.filter(name__in=list(hosts)).exclude(workspace=workspace).values_list("name", flat=True)
    for name in taken:
        raise Refused(name, f"The host {name!r} belongs to another workspace of this installation.")
    Host.within(workspace).delete()
    Host.within(workspace).bulk_create([Host(workspace=workspace, name=name, home=home) for name, home in hosts.items()])


def installation_hosts() -> set[str]:
    """Return the host names that are the installation's own, without ports."""
    named = {one.rpartition(":")[0] if one.rpartition(":")[2].isdigit() else one for one in settings.ALLOWED_HOSTS}
    return {*named, urlsplit(settings.PUBLIC_URL).hostname or ""}


def room_at(host: str) -> tuple[Workspace, str] | None:
    """Return whose pages a host shows, and what its page at the root is called; None for a host that is nobody's."""
    row = Host._rows.filter(name=host).select_related("workspace").first()
    return (row.workspace, row.home) if row else None


def hosts_of(workspace: Workspace) -> list[Host]:
    """Return a workspace's own hosts, the one that links use first."""
    return list(Host.within(workspace).order_by("id"))


def all_hosts() -> list[Host]:
    """Return every brand's own host of this installation."""
    return list(Host._rows.select_related("workspace").order_by("name"))


def public_url(workspace: Workspace) -> tuple[str, bool]:
    """Return where people reach a workspace's pages, and whether that is a host of its own; scheme and port are the installation's."""
    with connection.cursor() as cursor:  # asked for every batch of letters, and by every page
        cursor.execute("SELECT name FROM platform_host WHERE workspace_id = %s ORDER BY id LIMIT 1", (workspace.pk,))
        row = cursor.fetchone()
    return (at_host(row[0]), True) if row else (settings.PUBLIC_URL, False)


def at_host(name: str) -> str:
    """Return the address of a host."""
    parts = urlsplit(settings.PUBLIC_URL)
    return f"{parts.scheme}://{name}" + (f":{parts.port}" if parts.port else "")
