"""What keeps machines from filling forms: a trap, a signed time, a rate for each network. Nothing is asked of a third party."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseRedirect

from duologue.engage.sites.rules.forms import TRAP
from duologue.platform.database.clock import database_now
from duologue.platform.secrets import signing
from duologue.web.whence import address_of

if TYPE_CHECKING:
    from django.http import HttpRequest

    from duologue.engage.sites.rules.page import Site
    from duologue.platform.workspaces.models import Workspace

QUICKEST, LONGEST = 2, 24 * 3600  # seconds from seeing a form to sending it
MOST, WHILE = 20, 600  # forms from one network in so many seconds
MOST_UNTIMED = 5  # of those on a page of somebody else's, which bring no signed time; any program can say that it is such a page
_seen: OrderedDict[str, list[float]] = OrderedDict()


def token(room: Workspace) -> str:
    """Return what a form carries so that it is known when its page was shown."""
    return signing.sign("form", room.pk, int(database_now().timestamp()))


def is_a_machine(request: HttpRequest, room: Workspace, here: Site) -> HttpResponse | None:
    """Return an answer where a form is not taken: as if it had been for what fell into the trap, 429 for too many, 422 to send again."""
    if request.POST.get(TRAP, ""):
        return HttpResponseRedirect(f"{request.path}?sent", status=303)
    network = _network(address_of(request))
    if _too_many(network, MOST):
        return _later()
    if "form" not in request.POST and request.headers.get("Origin", "") in here.embed:
        return _later() if _too_many(f"untimed {network}", MOST_UNTIMED) else None
    numbers = signing.read("form", request.POST.get("form", ""))
    if numbers is None or len(numbers) != 2 or numbers[0] != room.pk or not QUICKEST <= database_now().timestamp() - numbers[1] <= LONGEST:
        return HttpResponse(status=422)
    return None


def _later() -> HttpResponse:
    answer = HttpResponse("Too many forms from here. Please try again in ten minutes.", status=429, content_type="text/plain")
    answer["Retry-After"] = str(WHILE)
    return answer


def _network(address: str) -> str:
    """Return the network of an address: of IPv6 the 64 bits that one customer has, of IPv4 the address itself."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else address


def _too_many(network: str, most: int) -> bool:
    present = time.monotonic()
    times = [at for at in _seen.pop(network, []) if present - at < WHILE]
    times.append(present)
    _seen[network] = times[-most - 1 :]
    while len(_seen) > 10_000:
        _seen.popitem(last=False)
    return len(times) > most
