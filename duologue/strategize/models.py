"""The tables of strategize."""

from duologue.strategize.campaigns.models import CampaignVersion
from duologue.strategize.dialogues.models import Dialogue, DialogueVersion, SurveyVersion
from duologue.strategize.guardrails.models import GuardrailsVersion
from duologue.strategize.occasions.models import OccasionVersion
from duologue.strategize.offers.models import Offer, OfferVersion
from duologue.strategize.placements.models import PlacementVersion
from duologue.strategize.segments.models import Segment, SegmentMember

__all__ = [
    "CampaignVersion",
    "Dialogue",
    "DialogueVersion",
    "GuardrailsVersion",
    "OccasionVersion",
    "Offer",
    "OfferVersion",
    "PlacementVersion",
    "Segment",
    "SegmentMember",
    "SurveyVersion",
]
