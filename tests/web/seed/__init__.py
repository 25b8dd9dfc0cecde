"""A workspace with something on every page: one dialogue under way, a complaint, codes, mail, refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from duologue.brand.catalogue.models import ProductChange
from duologue.engage.care.actions import save_care
from duologue.engage.products.actions import note_looks
from duologue.people.shops.actions import add_shop
from duologue.platform.staff.models import Membership, Staff
from tests.web.seed.brand import brand
from tests.web.seed.conversations import given, mail_services, site, talk, told
from tests.web.seed.people import arrivals, kept_for_a_time, own_pages, people_of
from tests.web.seed.perks import perks_of
from tests.web.seed.runs import ways
from tests.web.seed.strategize import plans_of, spring
from tests.web.seed.texts import CARE

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace

PASSWORD = "a long password for tests"


def staff_for(workspace: Workspace, role: str = "owner", email: str = "imogen@shop.example") -> Staff:
    staff = Staff.objects.filter(email=email).first() or Staff.objects.create_user(email, PASSWORD, name="Imogen Hart")
    Membership._rows.get_or_create(workspace=workspace, staff=staff, defaults={"role": role, "joined_at": workspace.created_at})
    return staff


@transaction.atomic
def fill(workspace: Workspace, now, people: int = 7) -> dict:
    """Fill every table that a page reads; returns what was made."""
    brand(workspace, now)
    site(workspace, now)
    mail_services(workspace, now)
    add_shop(workspace=workspace, name="woocommerce", kind="woocommerce", secret="a secret for tests")
    persons = people_of(workspace, now, people)
    note_looks(workspace=workspace, looks={("P-1", one, how): now for one in persons[:3] for how in ("viewed", "basket")})
    ProductChange.within(workspace).update(told_at=now, people=3)
    plans = plans_of(workspace, now, persons)
    ways(workspace, now, persons, plans)
    own_pages(workspace, now, persons[0])
    spring(workspace, now)
    perks_of(workspace, now, persons)
    save_care(workspace=workspace, source=CARE, now=now)
    given(workspace, now, persons)
    talk(workspace, now, persons)
    arrivals(workspace, now)
    told(workspace, now, persons[0])
    kept_for_a_time(workspace, now)
    return {"persons": persons, **plans}
