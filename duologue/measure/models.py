"""The tables of measure."""

from duologue.measure.buyers.models import BuyerCohorts
from duologue.measure.growth.models import GrowthDay, GrowthKept
from duologue.measure.letters.models import Issue, Letter, Reader
from duologue.measure.reports.models import CountedOrders, GroupCount, ReportSnapshot

__all__ = ["BuyerCohorts", "CountedOrders", "GroupCount", "GrowthDay", "GrowthKept", "Issue", "Letter", "Reader", "ReportSnapshot"]
