"""The management API's addresses."""

from __future__ import annotations

from django.urls import path
from ninja import NinjaAPI

from duologue.api.v1.access import ManagementKey
from duologue.api.v1.dialogues import router as dialogues
from duologue.api.v1.measure import router as measure
from duologue.api.v1.people import router as people
from duologue.api.v1.perks import router as perks
from duologue.api.v1.products import router as products

api = NinjaAPI(
    title="Duologue",
    version="1",
    description="Management of one workspace. Events are sent to /v1 instead, in the form of Segment's tracking API.",
    auth=ManagementKey(),
    docs_url=None,
    urls_namespace="management",
)
api.add_router("/{workspace}/people", people)
api.add_router("/{workspace}/dialogues", dialogues)
api.add_router("/{workspace}", measure)
api.add_router("/{workspace}/perks", perks)
api.add_router("/{workspace}/products", products)

urlpatterns = [path("", api.urls)]
