"""Reports, decisions, and who looked at what. Moderators work on reports, not lives."""

from moderation.models.access import Access, Anchor
from moderation.models.appeal import Appeal
from moderation.models.decision import Decision
from moderation.models.desk import Desk
from moderation.models.opening import Opening
from moderation.models.report import Report

__all__ = ["Access", "Anchor", "Appeal", "Decision", "Desk", "Opening", "Report"]
