"""Somebody told the moderators that something is wrong: the row they work on."""

import datetime as dt
import uuid

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from circles.models import Circle, Member
from moderation import items, targets
from moderation.items import About, Item
from moderation.models.access import Access
from moderation.models.desk import Desk
from outbox import addresses
from outbox.models import Mailbox
from vault.fields import SealedField, SealedJSONField
from vault.models import Key
from vault.part import Part

# The same words within so short a time are one button pressed twice.
_TWICE = dt.timedelta(minutes=2)
# Somebody who took a report and did not come back: after this time another may take it.
_CLAIM_LASTS = dt.timedelta(hours=24)


class ReportQuerySet(models.QuerySet["Report"]):
    def store(
        self,
        item: Item,
        *,
        by: str,
        reason: str,
        words: str = "",
        may_read: bool = False,
        wants_outcome: bool = False,
        now: dt.datetime,
    ) -> "Report":
        """Keep a report, sealed with the installation's key; pressed twice it is kept once.

        With ``may_read`` the item's words are copied into it; else nobody sees them.
        """
        with transaction.atomic():
            key = Key.objects.installation()
            Key.objects.select_for_update(no_key=True).get(pk=key.pk)
            same = self.filter(about=item.about, about_id=item.about_id, line_id=item.line_id)
            recent = same.filter(reason=reason, by=by, made_at__gt=now - _TWICE)
            if twice := next((report for report in recent if report.words == words), None):
                return twice
            report = Report(
                key_id=key.pk,
                person_key_id=item.member.key_id if item.member else key.pk,
                member=item.member,
                about=item.about,
                about_id=item.about_id,
                line_id=item.line_id,
                country=item.country,
                by=by,
                by_member=item.by_member,
                reason=reason,
                severity=SEVERITY[reason],
                words=words,
                wants_outcome=wants_outcome,
                may_read=may_read and item.is_words,
                made_at=now,
                due_at=due_at(reason, now),
            )
            report.copied = items.read(report) if report.may_read else []
            report.save(force_insert=True)
        return report

    def waiting(self) -> "ReportQuerySet":
        """What nobody has decided yet, severe and old first."""
        return self.filter(decided_at=None).order_by("severity", "made_at", "pk")

    def free(self, now: dt.datetime) -> "ReportQuerySet":
        """What nobody has in hand, or somebody took and did not come back to."""
        lapsed = Q(claimed_at__lte=now - _CLAIM_LASTS)
        return self.filter(Q(claimed_by=None) | lapsed)

    def queue_for(self, person: Person, *, only_lines: bool, now: dt.datetime) -> "ReportQuerySet":
        """What this member of staff can take: not what they left to others, nor handed over."""
        topics = Desk.objects.of(person).topics
        found = self.waiting().free(now).exclude(reason__in=topics).exclude(passed_by=person)
        own = found.exclude(person_key_id=person.key_id)
        return own.filter(about=About.LINE) if only_lines else own

    def in_hand_of(self, person: Person, now: dt.datetime) -> "ReportQuerySet":
        """What this moderator has taken and not decided."""
        return self.waiting().filter(claimed_by=person, claimed_at__gt=now - _CLAIM_LASTS)

    def late(self, now: dt.datetime) -> "ReportQuerySet":
        """What should have been looked at by now."""
        return self.waiting().filter(due_at__lt=now)

    def to_forget(self, now: dt.datetime) -> "ReportQuerySet":
        """Reports older than twelve months.

        A decision that still restricts somebody keeps its report, and the way to answer it.
        """
        old = self.filter(made_at__lt=now - dt.timedelta(days=365))
        stands = Q(decision__lifted_at=None) & ~Q(decision__action__in=["none", "warn", "fixed"])
        return old.exclude(stands & Q(decision__isnull=False))


class Report(models.Model):
    """One report. Its words are for the moderator who has it in hand.

    waiting → in hand (of one moderator, given back or lapsing after a day) → decided.
    """

    part = Part(
        key="person_key_id",
        what=_("Reports"),
        why=_("So that a person can look into what was reported."),
        kept=_("12 months, or as long as a decision on it stands."),
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
        DIED = "died", _("Someone has died")
        OTHER = "other", _("Something else")

    class By(models.TextChoices):
        MEMBER = "member", _("a member, by their link")
        PERSON = "person", _("a person, signed in")
        ANYONE = "anyone", _("somebody without an account")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key_id = models.BigIntegerField()  # the installation's key
    # The key of the person in whose circle it happened; the installation's own for a helpline.
    person_key_id = models.BigIntegerField(db_index=True)
    member = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    about = models.CharField(_("about"), max_length=16, choices=About.choices)
    about_id = models.UUIDField(null=True)
    line_id = models.CharField(max_length=60, blank=True)
    country = models.CharField(max_length=2, blank=True)
    by = models.CharField(_("reported by"), max_length=8, choices=By.choices)
    # Which side wrote the item: the member, or the person at the centre.
    by_member = models.BooleanField(default=False)
    reason = models.CharField(_("reason"), max_length=12, choices=Reason.choices)
    severity = models.PositiveSmallIntegerField()
    words = SealedField(size=1024)
    # Only when the reporter said that the moderator may read it: a copy, as they could read it.
    may_read = models.BooleanField(default=False)
    copied = SealedJSONField(size=4096)
    wants_outcome = models.BooleanField(default=False)
    made_at = models.DateTimeField(_("came on"))
    due_at = models.DateTimeField(_("look until"))
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    claimed_at = models.DateTimeField(null=True)
    passed_by = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    decided_at = models.DateTimeField(_("decided on"), null=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.CheckConstraint(
                name="report_about_known", condition=Q(about__in=[str(one) for one in About])
            ),
            models.CheckConstraint(
                name="report_names_a_thing",
                condition=Q(about="line", line_id__gt="", about_id=None)
                | (~Q(about="line") & Q(line_id="", about_id__isnull=False)),
            ),
            models.CheckConstraint(
                name="report_claim_has_time",
                condition=Q(claimed_by=None) | Q(claimed_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["severity", "made_at"],
                condition=Q(decided_at=None),
                name="report_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"report {self.public_id}"

    @property
    def person(self) -> Person | None:
        """The person in whose circle it happened; None for a helpline, or after an erasure."""
        return Person.objects.filter(key_id=self.person_key_id).first()

    @property
    def is_about_line(self) -> bool:
        """Whether it is about a number and not about anybody."""
        return self.about == About.LINE

    @property
    def read_within(self) -> int:
        """In how many hours somebody means to look, nights and days without duty counted too."""
        return targets.in_hours(self.due_at - self.made_at)

    def is_late(self, now: dt.datetime) -> bool:
        """Whether it should have been looked at by now."""
        return self.decided_at is None and self.due_at < now

    def is_in_hand_of(self, person: Person) -> bool:
        """Whether this moderator works on it just now, or on the appeal against its decision."""
        if self.decided_at is None:
            return self.claimed_by_id == person.pk
        appeal = getattr(getattr(self, "decision", None), "appeal", None)
        return appeal is not None and appeal.is_in_hand_of(person)

    def has_conflict(self, moderator: Person) -> bool:
        """Whether the moderator is part of the story: that person, their member, or the reverse."""
        person = self.person
        if person is None:
            return False
        if person.pk == moderator.pk or Circle.objects.known(person).has_asked(moderator.email):
            return True
        there = Mailbox.objects.of_address(moderator.email).filter(key_id=person.key_id)
        back = Mailbox.objects.of_address(person.email).filter(key_id=moderator.key_id)
        return there.exists() or back.exists() or self._knows_member(moderator)

    def _knows_member(self, moderator: Person) -> bool:
        mailbox = self.member.mailbox if self.member else None
        return mailbox is not None and addresses.same(mailbox.address, moderator.email)

    def claim(self, *, by: Person, now: dt.datetime) -> None:
        """Take it in hand. Raises PermissionDenied: it is taken, or too close to the moderator."""
        close = self.has_conflict(by)
        if close and not settings.ONE_MODERATOR:
            raise PermissionDenied
        with transaction.atomic():
            mine = Report.objects.waiting().free(now).filter(pk=self.pk)
            if not mine.update(claimed_by=by, claimed_at=now):
                raise PermissionDenied
            self.claimed_by, self.claimed_at = by, now
            self._note(by, Access.What.CLAIMED, now)
            if close:
                self._note(by, Access.What.ALONE, now, reason="conflict")

    def give_back(self, *, by: Person, for_good: bool = False, now: dt.datetime) -> None:
        """Put it back for others. No reason is asked; ``for_good`` it is not offered again."""
        with transaction.atomic():
            mine = Report.objects.waiting().filter(pk=self.pk, claimed_by=by)
            if not mine.update(claimed_by=None, claimed_at=None):
                raise PermissionDenied
            self.claimed_by = self.claimed_at = None
            if for_good:
                self.passed_by.add(by)
            self._note(by, Access.What.GIVEN_BACK, now)

    def note_seen(self, *, by: Person, now: dt.datetime) -> None:
        """Looking at a report makes a row in the log."""
        self._note(by, Access.What.SEEN, now)

    def note_read(self, *, by: Person, now: dt.datetime) -> None:
        """Reading the message, allowed by the reporter or behind glass, makes one too."""
        self._note(by, Access.What.READ, now)

    def close(self, now: dt.datetime) -> None:
        """Decided. Nobody has it in hand any more, and the copy of the message stays sealed."""
        self.decided_at = now
        self.save(update_fields=["decided_at"])

    def _note(self, by: Person, what: str, now: dt.datetime, *, reason: str = "") -> None:
        Access.objects.record(
            by=by, what=what, about="report", about_id=self.public_id, reason=reason, now=now
        )


_R = Report.Reason
# The smallest number comes first. A wrong number is a danger to whoever dials it tonight.
SEVERITY: dict[str, int] = {
    _R.DANGER: 0,
    _R.WRONG_LINE: 1,
    _R.CHILD: 1,
    _R.SELF_HARM: 2,
    _R.THREATS: 2,
    _R.HARASSMENT: 3,
    _R.DIED: 3,
    _R.OTHER: 4,
    _R.SPAM: 5,
}
assert set(SEVERITY) == set(_R)


def due_at(reason: str, now: dt.datetime) -> dt.datetime:
    """By when somebody means to look at a report that comes now."""
    if reason == _R.DANGER:
        duty, zone = targets.hours(settings.DUTY_HOURS), settings.DUTY_ZONE
        return targets.due_at(targets.DANGER, since=now, duty=duty, zone=zone)
    wrong = reason == _R.WRONG_LINE
    return targets.due_at(targets.WRONG_LINE if wrong else targets.REST, since=now)
