"""Services' calls read by django-anymail, and what they tell in our words.

Which header is checked against what, and how a service's fields are named, is anymail's knowledge. Which letter it is about, and whether a
failure is for good, is ours.
"""

from __future__ import annotations

import hmac
import json
import warnings
from datetime import UTC, datetime
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from duologue.api.plain import WrongRequest
from duologue.engage.carriers.rules import INBOUND, USER, News, is_hard
from duologue.engage.channels.email.addresses import read_address
from duologue.engage.channels.email.services import OURS
from duologue.engage.webhooks.rules import signature

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest

    from duologue.engage.carriers.rules import Carrier, Kind

VIEWS: Final = {
    "mailgun": ("mailgun", "MailgunTrackingWebhookView", "MailgunInboundWebhookView"),
    "sendgrid": ("sendgrid", "SendGridTrackingWebhookView", "SendGridInboundWebhookView"),
    "postmark": ("postmark", "PostmarkTrackingWebhookView", "PostmarkInboundWebhookView"),
    "mailjet": ("mailjet", "MailjetTrackingWebhookView", "MailjetInboundWebhookView"),
    "brevo": ("brevo", "BrevoTrackingWebhookView", ""),
    "sparkpost": ("sparkpost", "SparkPostTrackingWebhookView", "SparkPostInboundWebhookView"),
    "mandrill": ("mandrill", "MandrillCombinedWebhookView", "MandrillCombinedWebhookView"),
    "amazon_ses": ("amazon_ses", "AmazonSESTrackingWebhookView", ""),
    "resend": ("resend", "ResendTrackingWebhookView", ""),
}
MEANS: Final[dict[str, Kind]] = {
    "delivered": "confirmed",
    "bounced": "bounced",
    "rejected": "bounced",
    "failed": "bounced",
    "complained": "reported",
    "opened": "opened",
    "clicked": "clicked",
    "unsubscribed": "left",
}
NEWER: Final[dict[tuple[str, str], Kind]] = {("mandrill", "delivered"): "confirmed", ("amazon_ses", "Subscription"): "left"}
"""What services tell by now and anymail has no word for: by kind, and their own name of it."""
SPOKEN_LIKE: Final = "resend"  # signs as Standard Webhooks say, with headers of another name
STALE: Final = 300  # seconds


def read(carrier: Carrier, request: HttpRequest, *, url: str, inbound: bool, now: float) -> list[Any]:
    """Return what anymail makes of a call, once it is proved; raises WrongRequest: 401 where it is not, 400 where it makes no sense."""
    from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure  # noqa: PLC0415 loaded where a service calls

    if inbound and carrier.kind not in INBOUND:
        raise WrongRequest(404, f"What people write does not come in by {carrier.kind}'s webhook; give Duologue a mailbox instead.")
    try:
        view = _view(carrier, url, inbound)
        view.run_validators(request)
        if carrier.kind == SPOKEN_LIKE and carrier.key:
            _check_signed(carrier.key, request, now)
    except AnymailWebhookValidationFailure as wrong:
        raise WrongRequest(401, "This call is not proved: its signature, or the password in its address, does not fit.") from wrong
    except AnymailError as wrong:
        raise WrongRequest(400, "The call cannot be read.") from wrong
    except (ValueError, KeyError, TypeError, AttributeError) as wrong:
        raise WrongRequest(400, "The call cannot be read.") from wrong
    try:
        return list(view.parse_events(request))
    except Exception as wrong:  # whatever it is that anymail does not know
        raise WrongRequest(400, f"That is no call of {carrier.kind} as it is known here.") from wrong


def confirmation(carrier: Carrier, request: HttpRequest) -> str:
    """Return the address by which Amazon's notifications are confirmed, where a proved call asks for that."""
    if carrier.kind != "amazon_ses":
        return ""
    said = json.loads(request.body)
    return str(said.get("SubscribeURL") or "") if isinstance(said, dict) and said.get("Type") == "SubscriptionConfirmation" else ""


def news_of(carrier: Carrier, events: Iterable[Any], workspace: int) -> list[News]:
    """Return what is news of letters of this workspace; an event of no letter of ours tells nothing."""
    found = []
    for event in events:
        kind = MEANS.get(event.event_type) or NEWER.get((carrier.kind, _own_name(event.esp_event)))
        delivery = _delivery(event, workspace) if kind else None
        if kind is None or delivery is None:
            continue
        said, reason = event.esp_event, event.reject_reason or ""
        found.append(
            News(
                kind=kind,
                delivery=delivery,
                at=event.timestamp if event.timestamp is not None and event.timestamp.tzinfo else None,
                severity=("hard" if is_hard(carrier.kind, said, reason) else "soft") if kind == "bounced" else "",
                reason=_clean(reason or event.event_type if kind == "bounced" else ""),
                url=_clean(event.click_url),
                agent=_clean(event.user_agent)[:300],
                event=_clean(event.event_id)[:120],
            )
        )
    return found


def _own_name(said: Any) -> str:
    found = (said.get("event") or said.get("eventType")) if isinstance(said, dict) else None
    return found if isinstance(found, str) else ""


def _delivery(event: Any, workspace: int) -> int | None:
    """Return which delivery an event is about: by our id that came back with it, or else by the Message-ID or sender that we gave."""
    said = event.metadata.get(OURS) if isinstance(event.metadata, dict) else None
    for word in (said, event.message_id, *_of_amazon(event.esp_event)):
        if isinstance(word, str) and (found := read_address(word) or None) and found.delivery.workspace_id == workspace:
            return found.delivery.delivery_id
    return None


def _of_amazon(said: Any) -> list[Any]:
    mail = said.get("mail") if isinstance(said, dict) else None
    if not isinstance(mail, dict):
        return []
    common = mail.get("commonHeaders")
    return [mail.get("source"), common.get("messageId") if isinstance(common, dict) else None]


def _clean(value: Any) -> str:
    return value.replace("\x00", "")[:2000] if isinstance(value, str) else ""


@lru_cache(maxsize=256)
def _view(carrier: Carrier, url: str, inbound: bool) -> Any:  # noqa: FBT001
    module, tracking, incoming = VIEWS[carrier.kind]
    found = getattr(import_module(f"anymail.webhooks.{module}"), incoming if inbound else tracking)
    given: dict[str, Any] = (
        {} if carrier.key and not (inbound and carrier.kind == "sendgrid") else {"webhook_secret": f"{USER}:{carrier.password}"}
    )
    if carrier.kind == "mailgun":
        given["webhook_signing_key"] = carrier.key
    elif carrier.kind == "mandrill":
        given |= {"webhook_key": carrier.key, "webhook_url": url}
    elif carrier.kind == "sendgrid" and carrier.key and not inbound:
        given["tracking_webhook_verification_key"] = carrier.key
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # anymail tells developers of Django's what it does not support any more
        return _without_boto(found)(**given) if carrier.kind == "amazon_ses" else found(**given)


def _without_boto(found: Any) -> Any:
    """Return anymail's view without Amazon's library, which it needs only to confirm a subscription; we do that ourselves."""
    from anymail.webhooks.base import AnymailBaseWebhookView  # noqa: PLC0415 see above

    class Ses(found):  # type: ignore[misc]
        def __init__(self, **given: Any) -> None:
            self.auto_confirm_enabled = False
            AnymailBaseWebhookView.__init__(self, **given)

    return Ses


def _check_signed(key: str, request: HttpRequest, now: float) -> None:
    """Check a signature of Svix, which are those of Standard Webhooks."""
    from anymail.exceptions import AnymailWebhookValidationFailure  # noqa: PLC0415 see above

    at, message = request.headers.get("svix-timestamp", ""), request.headers.get("svix-id", "")
    if not at.isdigit() or abs(int(at) - now) > STALE:
        raise AnymailWebhookValidationFailure
    made = signature(key, message, datetime.fromtimestamp(int(at), UTC), request.body)
    given = request.headers.get("svix-signature", "").split()
    if not any(hmac.compare_digest(made.encode(), one.encode()) for one in given):
        raise AnymailWebhookValidationFailure
