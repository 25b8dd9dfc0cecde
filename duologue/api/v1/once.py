"""`Idempotency-Key`: a write that is sent twice is done once, and answered the same."""

from __future__ import annotations

import hashlib
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.http import HttpResponse, JsonResponse

from duologue.api.v1.access import token_of
from duologue.api.v1.rate import TooOften, answer_to, take
from duologue.platform.database.clock import database_now
from duologue.platform.outbound.actions import claim, remember
from duologue.platform.outbound.queries import answer_of
from duologue.platform.secrets.sealing import NotOurSeal
from duologue.platform.staff.queries import key_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from duologue.platform.outbound.models import Answered

LONGEST: Final = 255
AGAIN: Final = "Idempotent-Replayed"


def once(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Do a write once for each Idempotency-Key of an API key within 24 hours; a refused write may be tried again.

    The answer sent again carries `Idempotent-Replayed: true`. The same word for another request is refused with 422.
    """

    @wraps(view)
    def run(request: HttpRequest, *values: Any, **more: Any) -> HttpResponse:
        word = request.headers.get("Idempotency-Key")
        key = key_for(token_of(request)) if word is not None else None
        if word is None or key is None:
            return _whole(lambda: view(request, *values, **more))
        if not word.strip() or len(word) > LONGEST or not word.isprintable():
            return JsonResponse({"detail": "An Idempotency-Key has 1 to 255 printable characters."}, status=400)

        def claimed() -> HttpResponse:
            row, is_new = claim(key=key, word=word, request=_digest(request), now=database_now())
            if not is_new:
                return _again(row, is_same=bytes(row.request) == _digest(request))
            answer = view(request, *values, **more)
            if _is_done(answer):
                remember(row=row, status=answer.status_code, body=answer.content)
            return answer

        return _whole(claimed)

    return run


def _whole(do: Callable[[], HttpResponse]) -> HttpResponse:
    """Do a request whole, with what the log says of it, or not at all."""
    with transaction.atomic():
        answer = do()
        if not _is_done(answer):
            transaction.set_rollback(True)
    return answer


def _is_done(answer: HttpResponse) -> bool:
    return 200 <= answer.status_code < 300


def _digest(request: HttpRequest) -> bytes:
    digest = hashlib.blake2b(b"\n".join([str(request.method).encode(), request.get_full_path().encode(), b""]), digest_size=32)
    if request.content_type != "multipart/form-data":
        digest.update(request.body)
        return digest.digest()
    for field, said in sorted(request.POST.lists()):  # each part with its length, so that no two forms read alike
        for part in [field, *said]:
            digest.update(f"{len(part)}:{part}".encode())
    for field in sorted(request.FILES):
        for file in request.FILES.getlist(field):
            digest.update(f"{len(field)}:{field}{len(file.name or '')}:{file.name}{file.size}:".encode())
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
    return digest.digest()


def _again(row: Answered, *, is_same: bool) -> HttpResponse:
    try:
        take(row.key)  # a new request is counted where its key is looked at
    except TooOften as mistake:
        return answer_to(mistake)
    if not is_same:
        return JsonResponse(
            {"detail": "This Idempotency-Key was used for another request; send a new one with each new request."}, status=422
        )
    try:
        body = answer_of(row)
    except NotOurSeal:
        detail = "This request was done, but its answer was sealed with another installation key; look at what it made instead."
        return JsonResponse({"detail": detail}, status=409)
    return HttpResponse(body, status=row.status, content_type="application/json; charset=utf-8", headers={AGAIN: "true"})
