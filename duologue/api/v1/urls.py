"""The management API's addresses."""

from __future__ import annotations

from ninja import NinjaAPI

api = NinjaAPI(title="Duologue", version="1", docs_url=None)

urlpatterns = [*[]]
