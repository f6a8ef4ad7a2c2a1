"""One moment of being asked, or of speaking up unasked."""

import datetime as dt
import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from checkins import cadence
from checkins.models.schedule import Schedule
from vault.part import Part

if TYPE_CHECKING:
    from accounts.models import Person


class CheckInQuerySet(models.QuerySet["CheckIn"]):
    def open(self, now: dt.datetime) -> "CheckInQuerySet":
        """Check-ins whose answer can still be given or changed."""
        return self.filter(due_at__lte=now, closes_at__gt=now)

    def open_for(self, person: "Person", now: dt.datetime) -> "CheckIn | None":
        """The asked check-in the person can answer now, or None."""
        return self.open(now).filter(person=person, asked=True).order_by("-due_at").first()

    def speak_up(self, person: "Person", now: dt.datetime) -> "CheckIn":
        """A check-in nobody asked for: the person says how they are of their own accord."""
        schedule = Schedule.objects.of(person)
        closes_at = now + cadence.LONGEST_OPEN
        if schedule is not None and schedule.next_at is not None and schedule.next_at > now:
            closes_at = min(closes_at, schedule.next_at)
        return self.create(
            person=person,
            key_id=person.key_id,
            schedule=schedule,
            asked=False,
            due_at=now,
            local_date=person.today(now),
            closes_at=closes_at,
        )


class CheckIn(models.Model):
    """One moment of being asked, or of speaking up unasked.

    open (until ``closes_at``) → closed. An asked one exists once for a person and a local date.
    """

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
    schedule = models.ForeignKey(
        Schedule, null=True, on_delete=models.SET_NULL, related_name="check_ins"
    )
    asked = models.BooleanField()
    turn = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    local_date = models.DateField()
    closes_at = models.DateTimeField()
    skipped_at = models.DateTimeField(null=True)

    objects = CheckInQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "local_date"], condition=Q(asked=True), name="asked_once_a_day"
            )
        ]
        indexes = [models.Index(fields=["person", "-due_at"], name="check_in_of_person")]

    def __str__(self) -> str:
        return f"check-in {self.public_id}"

    def is_open(self, now: dt.datetime) -> bool:
        """Whether its answer can still be given or changed."""
        return self.due_at <= now < self.closes_at
