"""Sending an invitation's link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

if TYPE_CHECKING:
    from duologue.platform.staff.models import Invitation


def link_of(token: str) -> str:
    """Return the address that an invited person opens."""
    return settings.PUBLIC_URL + reverse("join", args=[token])


def send_invitation(invitation: Invitation, token: str) -> str:
    """Mail the link and return it, so that it can be shown too. Raises OSError where the mail server refuses."""
    link = link_of(token)
    body = render_to_string("account/email/invitation.txt", {"invitation": invitation, "link": link})
    send_mail(f"Join {invitation.workspace.title} on Duologue", body, None, [invitation.email])
    return link
