"""Behind glass: one reported message, opened by one moderator, with a reason, for a while."""

import datetime as dt
import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from moderation import letters
from moderation.models.access import Access
from vault.fields import SealedField
from vault.models import Key
from vault.part import Part

if TYPE_CHECKING:
    from moderation.models.report import Report

LASTS = dt.timedelta(minutes=15)
SHORTEST = 20


class OpeningQuerySet(models.QuerySet["Opening"]):
    def open(
        self, report: "Report", *, category: str, reason: str, by: Person, now: dt.datetime
    ) -> "Opening":
        """Break the glass over this one item. Raises PermissionDenied and ValidationError."""
        if not report.is_in_hand_of(by):
            raise PermissionDenied
        if len(reason.strip()) < SHORTEST:
            raise ValidationError(_("Please say why in at least 20 letters."), code="short")
        with transaction.atomic():
            opening = Opening(
                report=report,
                key_id=Key.objects.installation().pk,
                by=by,
                category=category,
                reason=reason.strip(),
                opened_at=now,
                ends_at=now + LASTS,
            )
            opening.save(force_insert=True)
            Access.objects.record(
                by=by,
                what=Access.What.OPENED,
                about="report",
                about_id=report.public_id,
                reason=category,
                now=now,
            )
        return opening

    def current(self, report: "Report", *, by: Person, now: dt.datetime) -> "Opening | None":
        """The opening through which this moderator may read the item at this moment."""
        if not report.is_in_hand_of(by):
            return None
        running = self.filter(report=report, by=by, ends_at__gt=now, told_at=None)
        return running.order_by("-ends_at").first()

    def told_of(self, report: "Report") -> "OpeningQuerySet":
        """The openings of a report's item that its writer was told of, the oldest first."""
        return self.filter(report=report).exclude(told_at=None).order_by("opened_at")

    def tell(self, report: "Report", *, now: dt.datetime) -> bool:
        """The report was decided: its writer may know now. True when there was one."""
        return self.filter(report=report, told_at=None).update(told_at=now) > 0

    def tell_before_forgetting(
        self, reports: "models.QuerySet[Report]", *, now: dt.datetime
    ) -> None:
        """These reports go undecided: whoever wrote what was opened hears of it all the same."""
        for report in reports.filter(
            pk__in=self.filter(told_at=None).values("report"), decided_at=None
        ):
            with transaction.atomic():
                openings = list(self.filter(report=report, told_at=None).order_by("opened_at"))
                if self.tell(report, now=now):
                    letters.undecided(report, openings, now=now)

    def told(self) -> "OpeningQuerySet":
        """Openings of what the person at the centre wrote, once they were told."""
        return self.filter(report__by_member=False).exclude(told_at=None)

    def told_to(self, person: Person) -> "OpeningQuerySet":
        """Openings of what this person wrote, the newest first, once they were told."""
        return self.told().filter(report__person_key_id=person.key_id).order_by("-opened_at")

    def told_to_member(self, member_id: int) -> "OpeningQuerySet":
        """Openings of what this member wrote, once they were told."""
        theirs = self.filter(report__by_member=True, report__member=member_id)
        return theirs.exclude(told_at=None).order_by("-opened_at")


class Opening(models.Model):
    """That a moderator opened a message, why, and until when they could read it."""

    part = Part(
        key="report__person_key_id",
        what=_("Who looked at your data"),
        why=_("So that you know when a moderator opened something you wrote, and why."),
        kept=_("12 months, with the report it belongs to."),
        export={
            "opened_at": _("Opened on"),
            "category": _("Kind of reason"),
            "reason": _("Reason"),
        },
        rows="told",
    )

    class Category(models.TextChoices):
        DANGER = "danger", _("Somebody may be in danger")
        CONTEXT = "context", _("The report cannot be decided without it")
        LAW = "law", _("A law or a court asks for it")
        APPEAL = "appeal", _("An appeal is about it")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    report = models.ForeignKey("Report", on_delete=models.CASCADE, related_name="openings")
    key_id = models.BigIntegerField()  # the installation's key
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    category = models.CharField(max_length=12, choices=Category.choices)
    reason = SealedField(size=1024)
    opened_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)

    objects = OpeningQuerySet.as_manager()

    def __str__(self) -> str:
        return f"opening {self.public_id}"
