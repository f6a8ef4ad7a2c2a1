"""When the person wants to be asked."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from outbox.models import Mailbox
from vault.part import Part


class Schedule(models.Model):
    """When the person wants to be asked, in their own local time."""

    part = Part(
        key="key_id",
        why="To ask you when you want to be asked.",
        kept="Until you change it or erase your account.",
        export=("weekdays", "every_weeks", "local_time", "zone", "paused_at", "paused_until"),
    )

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="schedule"
    )
    key_id = models.BigIntegerField()
    mailbox = models.ForeignKey(Mailbox, null=True, on_delete=models.SET_NULL, related_name="+")
    weekdays = models.PositiveSmallIntegerField()  # bit 0 is Monday
    every_weeks = models.PositiveSmallIntegerField(default=1)
    anchor_on = models.DateField()  # a day of the first week, for every other week
    local_time = models.TimeField()
    zone = models.CharField(max_length=64)
    # Counts the askings, so that no opening comes twice running.
    turn = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    paused_until = models.DateTimeField(null=True)
    parked_at = models.DateTimeField(null=True)
    parked_why = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="schedule_has_a_day", condition=Q(weekdays__gte=1, weekdays__lte=127)
            ),
            models.CheckConstraint(
                name="schedule_weeks", condition=Q(every_weeks__gte=1, every_weeks__lte=8)
            ),
            models.CheckConstraint(
                name="parked_schedule_rests",
                condition=Q(parked_at__isnull=True) | Q(next_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at", "id"], condition=Q(next_at__isnull=False), name="schedule_due"
            )
        ]

    def __str__(self) -> str:
        return f"schedule {self.public_id}"
