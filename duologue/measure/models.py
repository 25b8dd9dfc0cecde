"""The tables of measure."""

from duologue.measure.growth.models import GrowthDay, GrowthKept
from duologue.measure.letters.models import Issue, Letter, Reader
from duologue.measure.reports.models import CountedOrders, GroupCount, ReportSnapshot

__all__ = ["CountedOrders", "GroupCount", "GrowthDay", "GrowthKept", "Issue", "Letter", "Reader", "ReportSnapshot"]
