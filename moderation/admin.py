"""Reports as moderators see them: no words and no names in lists."""

from django.contrib import admin
from django.http import HttpRequest

from moderation.models import Report


@admin.register(Report)
class ReportAdmin(admin.ModelAdmin):
    """Read only for now: claiming and deciding come with the queue."""

    list_display = ("public_id", "reason", "about", "made_at")
    list_filter = ("reason", "about")
    fields = ("public_id", "reason", "about", "made_at", "words")
    readonly_fields = fields
    ordering = ("made_at",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Report | None = None) -> bool:
        return False
