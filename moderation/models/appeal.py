"""The answer of somebody whom a decision concerns, read by another moderator."""

import datetime as dt
import uuid

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from moderation import letters
from moderation.models.access import Access
from moderation.models.decision import Decision
from moderation.models.opening import Opening
from vault.fields import SealedField
from vault.models import Key
from vault.part import Part

_CLAIM_LASTS = dt.timedelta(hours=24)


class AppealQuerySet(models.QuerySet["Appeal"]):
    def make(self, decision: Decision, *, words: str, now: dt.datetime) -> "Appeal | None":
        """Answer a decision, once and within six months; None when it is too late."""
        with transaction.atomic():
            held = Decision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
            if not held.can_be_appealed(now):
                return None
            appeal = Appeal(
                decision=held,
                key_id=Key.objects.installation().pk,
                words=words.strip(),
                made_at=now,
            )
            appeal.save(force_insert=True)
        return appeal

    def told_to_person(self) -> "AppealQuerySet":
        """Appeals of persons at the centre."""
        return self.filter(decision__report__by_member=False)

    def with_report(self) -> "AppealQuerySet":
        """Together with the decision, the report and its member, in one query."""
        return self.select_related("decision__report__member")

    def waiting(self) -> "AppealQuerySet":
        """Appeals nobody has answered, the oldest first."""
        return self.filter(decided_at=None).select_related("decision__report").order_by("made_at")

    def queue_for(self, person: Person, now: dt.datetime) -> "AppealQuerySet":
        """What this moderator can take: not against a decision of their own."""
        lapsed = models.Q(claimed_at__lte=now - _CLAIM_LASTS)
        free = self.waiting().filter(models.Q(claimed_by=None) | lapsed)
        if settings.ONE_MODERATOR:
            return free
        return free.exclude(decision__made_by=person)

    def in_hand_of(self, person: Person, now: dt.datetime) -> "AppealQuerySet":
        """What this moderator has taken and not answered."""
        return self.waiting().filter(claimed_by=person, claimed_at__gt=now - _CLAIM_LASTS)


class Appeal(models.Model):
    """Words against a decision. waiting → in hand → kept or changed."""

    part = Part(
        key="decision__report__person_key_id",
        what=_("Answers to decisions"),
        why=_("So that a second moderator looks again."),
        kept=_("As long as the decision."),
        export={"made_at": _("Sent on"), "words": _("Words"), "answer": _("What we answered")},
        rows="told_to_person",
    )

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    decision = models.OneToOneField(Decision, on_delete=models.CASCADE, related_name="appeal")
    key_id = models.BigIntegerField()  # the installation's key
    words = SealedField(size=1024)
    answer = SealedField(size=1024)
    signed = SealedField(size=256)
    made_at = models.DateTimeField()
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    claimed_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    was_changed = models.BooleanField(default=False)

    objects = AppealQuerySet.as_manager()

    def __str__(self) -> str:
        return f"appeal {self.public_id}"

    def is_in_hand_of(self, person: Person) -> bool:
        """Whether this moderator works on it just now."""
        return self.decided_at is None and self.claimed_by_id == person.pk

    def claim(self, *, by: Person, now: dt.datetime) -> None:
        """Take it in hand. Raises PermissionDenied: it is taken, too close, or one's own decision.

        Where one moderator works alone they may, and the log says so.
        """
        own = self.decision.made_by_id == by.pk or self.decision.report.has_conflict(by)
        if own and not settings.ONE_MODERATOR:
            raise PermissionDenied
        with transaction.atomic():
            mine = Appeal.objects.queue_for(by, now).filter(pk=self.pk)
            if not mine.order_by().update(claimed_by=by, claimed_at=now):
                raise PermissionDenied
            self.claimed_by, self.claimed_at = by, now
            self.decision.note(by, Access.What.CLAIMED, now)
            if own:
                self.decision.note(by, Access.What.ALONE, now)

    def give_back(self, *, by: Person, now: dt.datetime) -> None:
        """Put it back for others. No reason is asked."""
        with transaction.atomic():
            mine = Appeal.objects.filter(pk=self.pk, claimed_by=by, decided_at=None)
            if not mine.update(claimed_by=None, claimed_at=None):
                raise PermissionDenied
            self.claimed_by = self.claimed_at = None
            self.decision.note(by, Access.What.GIVEN_BACK, now)

    @transaction.atomic
    def decide(
        self, *, change: bool, answer: str, signed: str, by: Person, now: dt.datetime
    ) -> None:
        """Keep the decision or take it back, and tell whom it concerns."""
        held = Appeal.objects.select_for_update(of=("self",)).get(pk=self.pk)
        own = self.decision.made_by_id == by.pk and not settings.ONE_MODERATOR
        if own or not held.is_in_hand_of(by):
            raise PermissionDenied
        self.was_changed, self.decided_at = change, now
        self.answer, self.signed = answer.strip(), signed.strip()
        self.save(update_fields=["was_changed", "decided_at", "answer", "signed"])
        if change:
            self.decision.lift(now=now)
        Opening.objects.tell(self.decision.report, now=now)
        letters.appeal_answer(self, now=now)
        self.decision.note(by, Access.What.APPEAL, now)
