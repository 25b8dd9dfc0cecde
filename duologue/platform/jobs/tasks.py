"""Jobs of the ground itself."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.sessions.models import Session

from duologue.platform.database.clock import database_now
from duologue.platform.jobs.app import app
from duologue.platform.outbound.actions import forget as forget_answers
from duologue.platform.staff.models import Invitation, SignInLink

KEPT_AFTER_EXPIRY = timedelta(days=30)


@app.periodic(cron="17 3 * * *")
@app.task(queueing_lock="forget-what-expired", pass_context=False)
def forget_what_expired(timestamp: int = 0) -> None:  # noqa: ARG001 procrastinate hands it over
    """Once a night, remove sessions, sign-in links, invitations and kept answers that nobody can use any more."""
    now = database_now()
    Session.objects.filter(expire_date__lt=now).delete()
    SignInLink.objects.filter(expires_at__lt=now - KEPT_AFTER_EXPIRY).delete()
    Invitation._rows.filter(expires_at__lt=now - KEPT_AFTER_EXPIRY, accepted_at=None).delete()
    forget_answers(now=now)
