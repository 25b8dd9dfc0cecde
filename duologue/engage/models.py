"""The tables of engage."""

from duologue.engage.care.models import CareRules
from duologue.engage.carriers.models import CarrierHeard
from duologue.engage.channels.models import KeptMail, Relay
from duologue.engage.contributions.models import Contribution, Photo
from duologue.engage.conversations.models import Conversation, Entry, GoodwillGift, Team
from duologue.engage.endpoints.models import Endpoint, Untaken
from duologue.engage.messages.models import Attempt, Delivery, Message, MessageVersion, TrialResult, WarmingUp
from duologue.engage.perks.models import CodeTry, Movement, Perk, PoolCode, Posting
from duologue.engage.products.models import Looked
from duologue.engage.runs.models import Admission, Run, RunStep, Timetable
from duologue.engage.sites.models import Site, SiteVersion
from duologue.engage.webhooks.models import Webhook, WebhookCall

__all__ = [
    "Admission",
    "Attempt",
    "CareRules",
    "CarrierHeard",
    "CodeTry",
    "Contribution",
    "Conversation",
    "Delivery",
    "Endpoint",
    "Entry",
    "GoodwillGift",
    "KeptMail",
    "Looked",
    "Message",
    "MessageVersion",
    "Movement",
    "Perk",
    "Photo",
    "PoolCode",
    "Posting",
    "Relay",
    "Run",
    "RunStep",
    "Site",
    "SiteVersion",
    "Team",
    "Timetable",
    "TrialResult",
    "Untaken",
    "WarmingUp",
    "Webhook",
    "WebhookCall",
]
