"""The office's lists of this room, and persons, whose every search is noted. No words, no names."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from moderation.models import Report
from outbox.admin import LookOnly


@admin.register(Report)
class ReportAdmin(LookOnly):
    """Every report, without a word of it; a row opens the moderator's page."""

    list_display = ("public_id", "reason", "about", "by", "made_at", "due_at", "decided_at")
    fields = list_display
    list_filter = ("reason", "about", "by")
    ordering = ("decided_at", "severity", "made_at")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(super().has_view_permission(request, obj))
