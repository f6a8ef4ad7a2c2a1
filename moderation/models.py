"""Reports. Moderators work on reports, never on lives."""

import datetime as dt
import uuid

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from vault.fields import SealedField
from vault.models import Key
from vault.part import Part

# The same words within so short a time are one button pressed twice.
_TWICE = dt.timedelta(minutes=2)


class ReportQuerySet(models.QuerySet["Report"]):
    def store(
        self, *, about: str, about_id: uuid.UUID, reason: str, words: str, now: dt.datetime
    ) -> "Report":
        """Keep a report, sealed with the installation's key; pressed twice it is kept once."""
        with transaction.atomic():
            key = Key.objects.installation()
            Key.objects.select_for_update(no_key=True).get(pk=key.pk)
            recent = self.filter(about_id=about_id, reason=reason, made_at__gt=now - _TWICE)
            if twice := next((report for report in recent if report.words == words), None):
                return twice
            report = Report(
                key_id=key.pk,
                about=about,
                about_id=about_id,
                reason=reason,
                words=words,
                made_at=now,
            )
            report.save(force_insert=True)
        return report

    def to_forget(self, now: dt.datetime) -> "ReportQuerySet":
        """Reports older than twelve months."""
        return self.filter(made_at__lt=now - dt.timedelta(days=365))


class Report(models.Model):
    """Somebody told the moderators that something is wrong. Its words are for moderators alone."""

    part = Part(
        key=None,
        what=_("Reports"),
        why=_("So that a person can look into what was reported."),
        kept=_("12 months."),
        expired="to_forget",
    )

    class Reason(models.TextChoices):
        HARASSMENT = "harassment", _("Harassment or control")
        THREATS = "threats", _("Threats")
        SELF_HARM = "self_harm", _("It encourages self-harm")
        SPAM = "spam", _("Spam")
        DANGER = "danger", _("Someone may be in danger")
        WRONG_LINE = "wrong_line", _("A helpline is wrong")
        CHILD = "child", _("It concerns a child")
        OTHER = "other", _("Something else")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key_id = models.BigIntegerField()  # the installation's key
    about = models.CharField(max_length=16)  # which kind of thing: share, invitation, reply
    about_id = models.UUIDField()
    reason = models.CharField(max_length=12, choices=Reason.choices)
    words = SealedField(size=1024)
    made_at = models.DateTimeField()

    objects = ReportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="report_about_known",
                condition=Q(about__in=["share", "invitation", "reply", "member"]),
            )
        ]

    def __str__(self) -> str:
        return f"report {self.public_id}"
