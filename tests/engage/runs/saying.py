"""A dialogue that says one thing, made live with one start or another, and what came of it."""

from duologue.engage.models import Delivery, Run
from duologue.people.models import Profile

SAYS = """
dialogue: says
purpose: promotions
starts: STARTS
turns:
  hello: {say: hello, listen: [{silence: 6h, then: end}]}
"""


def starts(shop, written, head="", **more):
    return shop.dialogue(SAYS.replace("STARTS", written).replace("turns:", f"{head}\nturns:"), **more)


def began(shop):
    return sorted(Run.within(shop.workspace).values_list("profile_id", flat=True))


def zone(shop, profiles, name):
    Profile.within(shop.workspace).filter(pk__in=profiles).update(timezone=name)


def sent(shop):
    rows = (
        Delivery.within(shop.workspace)
        .filter(state="accepted")
        .order_by("accepted_at", "profile_id")
        .values_list("profile_id", "accepted_at")
    )
    return [(person, at.strftime("%m-%d %H:%M")) for person, at in rows]
