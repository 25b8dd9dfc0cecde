"""How allauth is bent to our rules: nobody signs up on their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.adapter import DefaultAccountAdapter

from duologue.web.whence import address_of

if TYPE_CHECKING:
    from django.http import HttpRequest


class ByInvitationOnly(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Accounts are made by invitation or by the command line, never by sign-up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say no."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the visitor's address, by which attempts are limited."""
        return address_of(request)
