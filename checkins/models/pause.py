"""When the person did not want to be asked."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from vault.part import Part


class PauseQuerySet(models.QuerySet["Pause"]):
    def during(self, began_at: dt.datetime, ended_at: dt.datetime) -> "PauseQuerySet":
        """Pauses that touch the time between two moments."""
        return self.filter(began_at__lt=ended_at).filter(
            Q(ended_at__isnull=True) | Q(ended_at__gt=began_at)
        )

    def end(self, person_id: int, *, now: dt.datetime) -> None:
        """Close what is still running, or would run on, at this moment."""
        self.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=now), person_id=person_id).update(
            ended_at=now
        )


class Pause(models.Model):
    """A time in which the person did not want to be asked: silence in it means nothing.

    It belongs to the person and outlives the schedule. ``ended_at`` may lie ahead; null means
    until they say.
    """

    part = Part(
        key="key_id",
        what=_("Your breaks"),
        why=_("So that silence during a pause never counts as your silence."),
        kept=_("Until you erase your account."),
        export={
            "began_at": _("From"),
            "ended_at": _("Until"),
        },
    )

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="pauses"
    )
    key_id = models.BigIntegerField()
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = PauseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="pause_ends_after_it_began",
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("began_at")),
            ),
            models.UniqueConstraint(
                fields=["person"], condition=Q(ended_at__isnull=True), name="one_open_pause"
            ),
        ]

    def __str__(self) -> str:
        return f"pause {self.pk}"
