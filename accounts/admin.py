"""Persons in the office: that they exist, and whether they may come in. None of their words."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from outbox.addresses import mask
from outbox.admin import LookOnly, OfficeList


class PersonAdmin(OfficeList):
    """Registered by the moderation room, where looking for somebody is noted.

    Nobody sets an account up for somebody else, and persons erase themselves.
    """

    list_display = ["public_id", "masked_address", "language", "is_active", "is_staff"]
    list_filter = ["is_active", "is_staff"]
    fields = ["public_id", "masked_address", "language", "is_active", "is_staff", "groups"]
    readonly_fields = ["public_id", "masked_address", "language", "is_staff"]
    filter_horizontal = ["groups"]
    ordering = ["-pk"]

    @admin.display(description=_("address"))
    def masked_address(self, person: Person) -> str:
        return mask(person.email)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        # Staff who go are closed here. Others are stopped by a decision, with reasons.
        closes = obj is not None and obj.is_staff
        return self.readonly_fields if closes else [*self.readonly_fields, "is_active", "groups"]

    def save_model(self, request: HttpRequest, obj: Person, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not obj.is_active:
            obj.disable()


@admin.register(LogEntry)
class LogEntryAdmin(LookOnly):
    """What staff changed; nothing here can be changed again."""

    list_display = ["action_time", "user", "content_type", "object_repr", "action_flag"]
