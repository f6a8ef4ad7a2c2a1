"""One moment of being asked, or of speaking up unasked."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from checkins.models.schedule import Schedule
from vault.part import Part


class CheckIn(models.Model):
    """One moment of being asked, or of speaking up unasked."""

    part = Part(
        key="key_id",
        why="To remember when you were asked or spoke up.",
        kept="Until you delete it or erase your account.",
        export=("asked", "local_date", "due_at", "closes_at", "skipped_at"),
    )

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="check_ins"
    )
    key_id = models.BigIntegerField()
    schedule = models.ForeignKey(Schedule, null=True, on_delete=models.SET_NULL)
    asked = models.BooleanField()
    turn = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    local_date = models.DateField()
    closes_at = models.DateTimeField()
    skipped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "local_date"], condition=Q(asked=True), name="asked_once_a_day"
            )
        ]
        indexes = [models.Index(fields=["person", "-due_at"], name="check_in_of_person")]

    def __str__(self) -> str:
        return f"check-in {self.public_id}"
