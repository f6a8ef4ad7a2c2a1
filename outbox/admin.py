"""What the operator sees of mail: numbers, kinds and times. No words and no addresses."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from outbox.models import Alarm, Hold, Message, Outage, Pulse


class OfficeList(admin.ModelAdmin):
    """Rows that nobody adds or deletes by hand, narrowed by the filters it offers alone."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        # Django allows every column of a row: ?email__startswith=a tells an address by its letters.
        return lookup.split(LOOKUP_SEP)[0] in self.list_filter


class LookOnly(OfficeList):
    """Rows that tell what happened: nobody changes them either."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


_SHOWN = (
    "id", "kind", "state", "reason", "setback", "attempts", "falls", "doubts",
    "made_at", "not_before", "expires_at", "tried_at", "sent_at", "ended_at",
)  # fmt: skip


@admin.register(Message)
class MessageAdmin(LookOnly):
    list_display = _SHOWN
    fields = _SHOWN
    list_filter = ("state", "reason", "kind", "lane")
    ordering = ("-id",)
    actions = ("release_held",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        return super().get_queryset(request).defer("body")

    @admin.action(description=_("Send the held mails"), permissions=["view"])
    def release_held(self, request: HttpRequest, queryset: Any) -> None:
        count = queryset.release_held(now=timezone.now())
        said = ngettext("%d mail waits again.", "%d mails wait again.", count)
        messages.success(request, said % count)


@admin.register(Pulse)
class PulseAdmin(LookOnly):
    list_display = ("name", "heard_at")


@admin.register(Outage)
class OutageAdmin(LookOnly):
    list_display = ("began_at", "ended_at")


@admin.register(Hold)
class HoldAdmin(LookOnly):
    list_display = ("why", "began_at")


@admin.register(Alarm)
class AlarmAdmin(LookOnly):
    list_display = ("name", "is_on", "told_at")
