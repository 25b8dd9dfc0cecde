"""The management API's addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import JsonResponse
from django.urls import path
from ninja import NinjaAPI

from duologue.api.v1 import plans, texts
from duologue.api.v1.access import ManagementKey
from duologue.api.v1.broadcasts import router as broadcasts
from duologue.api.v1.contributions import router as contributions
from duologue.api.v1.conversations import router as conversations
from duologue.api.v1.dialogues import router as dialogues
from duologue.api.v1.imports import router as imports
from duologue.api.v1.measure import router as measure
from duologue.api.v1.own import router as people
from duologue.api.v1.perks import router as perks
from duologue.api.v1.products import router as products
from duologue.api.v1.rate import TooOften, answer_to
from duologue.api.v1.segments import router as segments
from duologue.api.v1.sites import router as sites
from duologue.api.v1.webhooks import router as webhooks

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

api = NinjaAPI(
    title="Duologue",
    version="1",
    description="Management of one workspace. Events are sent to /v1 instead, in the form of Segment's tracking API.",
    auth=ManagementKey(),
    docs_url=None,
    urls_namespace="management",
)
api.add_router("/{workspace}/people", people)
api.add_router("/{workspace}/purposes", plans.purpose_router)
api.add_router("/{workspace}/segments", segments)
api.add_router("/{workspace}/messages", plans.message_router)
api.add_router("/{workspace}/broadcasts", broadcasts)
api.add_router("/{workspace}/offers", plans.offer_router)
api.add_router("/{workspace}/conversations", conversations)
api.add_router("/{workspace}/imports", imports)
api.add_router("/{workspace}/webhooks", webhooks)
api.add_router("/{workspace}/dialogues", dialogues)
api.add_router("/{workspace}", measure)
api.add_router("/{workspace}/perks", perks)
api.add_router("/{workspace}/products", products)
api.add_router("/{workspace}/sites", sites)
api.add_router("/{workspace}/contributions", contributions)
for kind, router in texts.ROUTERS.items():
    api.add_router(f"/{{workspace}}/{kind}s", router)


@api.exception_handler(texts.Wrong)
def tell_what_is_wrong(_request: HttpRequest, mistake: texts.Wrong) -> HttpResponse:
    """Answer a text that cannot be taken with what is wrong, line by line."""
    return JsonResponse({"detail": mistake.lines}, status=422)


@api.exception_handler(TooOften)
def ask_later(_request: HttpRequest, mistake: TooOften) -> HttpResponse:
    """Answer a key that asks too often."""
    return answer_to(mistake)


urlpatterns = [path("", api.urls)]
