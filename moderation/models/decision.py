"""What a moderator decided on a report, why, and for how long."""

import datetime as dt
import uuid

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from moderation import letters, measures, rules
from moderation.items import About
from moderation.measures import Action
from moderation.models.access import Access
from moderation.models.opening import Opening
from moderation.models.report import Report
from outbox.links import Link
from vault.fields import SealedField
from vault.models import Key
from vault.part import Part

# Six months in which the decision can be answered.
APPEAL_LASTS = dt.timedelta(days=183)


class DecisionQuerySet(models.QuerySet["Decision"]):
    @transaction.atomic
    def decide(
        self,
        report: Report,
        *,
        action: str,
        rule: str,
        facts: str,
        answer: str,
        signed: str,
        ends_on: dt.date | None,
        by: Person,
        now: dt.datetime,
    ) -> "Decision":
        """Close a report: carry the decision out, tell whom it concerns, and note it.

        Raises PermissionDenied unless the moderator has it in hand, ValidationError when a
        statement of reasons would have a gap.
        """
        held = Report.objects.select_for_update(of=("self",)).get(pk=report.pk)
        if held.claimed_by_id != by.pk or held.decided_at is not None:
            raise PermissionDenied
        _check(held, action=action, rule=rule, facts=facts, signed=signed)
        decision = Decision(
            report=held,
            key_id=Key.objects.installation().pk,
            action=action,
            rule=rule,
            facts=facts.strip(),
            answer=answer.strip(),
            signed=signed.strip(),
            ends_on=ends_on if action in measures.RESTRICTIONS else None,
            made_by=by,
            made_at=now,
        )
        decision.save(force_insert=True)
        held.close(now)
        measures.take(held, action, facts=decision.facts, now=now)
        decision.tell(opened=Opening.objects.tell(held, now=now), now=now)
        decision.note(by, Access.What.DECIDED, now)
        return decision

    def standing(self) -> "DecisionQuerySet":
        """Decisions that still restrict somebody."""
        return self.filter(lifted_at=None, action__in=measures.RESTRICTIONS)

    def about_person(self, person: Person) -> "DecisionQuerySet":
        """What was decided about the person at the centre, the newest first; never who reported."""
        theirs = self.told_to_person().filter(report__person_key_id=person.key_id)
        return theirs.select_related("report__member").order_by("-made_at")

    def told_to_person(self) -> "DecisionQuerySet":
        """What concerns persons at the centre, and was told to them."""
        theirs = self.filter(report__by_member=False)
        return theirs.exclude(action__in=[Action.NONE, Action.FIXED])

    def stopping(self, person: Person) -> "Decision | None":
        """The decision that stops this person's account."""
        stops = self.about_person(person).standing()
        return stops.filter(action__in=[Action.SUSPEND, Action.FREEZE]).first()

    def lift_due(self, now: dt.datetime) -> int:
        """Take back what was decided for a time that is over; how many that were."""
        due = list(self.standing().filter(ends_on__lte=now.date()).select_related("report"))
        for decision in due:
            decision.lift(now=now)
        return len(due)

    def with_report(self) -> "DecisionQuerySet":
        """Together with the report, its member and the appeal, in one query."""
        return self.select_related("report__member__circle__person", "appeal")


class Decision(models.Model):
    """The statement of reasons: what, for how long, on which facts, by which rule.

    It stands until it is lifted: by an appeal, or by itself when its time is over.
    """

    part = Part(
        key="report__person_key_id",
        what=_("What moderators decided"),
        why=_("So that everybody concerned can read why, and answer."),
        kept=_("12 months, or as long as it stands."),
        export={
            "made_at": _("Decided on"),
            "action": _("Decision"),
            "rule": _("Rule"),
            "facts": _("What it rests on"),
            "ends_on": _("Until"),
            "lifted_at": _("Taken back on"),
        },
        rows="told_to_person",
    )

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    report = models.OneToOneField(Report, on_delete=models.CASCADE, related_name="decision")
    key_id = models.BigIntegerField()  # the installation's key
    action = models.CharField(max_length=12, choices=Action.choices)
    rule = models.CharField(max_length=4, blank=True)
    facts = SealedField(size=1024)
    # What the one who reported reads, beside our own sentence.
    answer = SealedField(size=1024)
    signed = SealedField(size=256)
    ends_on = models.DateField(null=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="restriction_names_a_rule",
                condition=~Q(action__in=[str(one) for one in measures.RESTRICTIONS])
                | Q(rule__gt=""),
            )
        ]

    def __str__(self) -> str:
        return f"decision {self.public_id}"

    @property
    def rule_words(self) -> str:
        """The rule in its own sentence."""
        return str(rules.RULES.get(self.rule, ""))

    @property
    def link(self) -> Link:
        """The way to the statement, and to answering it, for whom it concerns."""
        return Link("d", self.public_id)

    @property
    def is_restriction(self) -> bool:
        """Whether it takes something from somebody."""
        return self.action in measures.RESTRICTIONS

    @property
    def ends_appeal_at(self) -> dt.datetime:
        """Until when it can be answered."""
        return self.made_at + APPEAL_LASTS

    def can_be_appealed(self, now: dt.datetime) -> bool:
        """For six months, once."""
        return now < self.ends_appeal_at and not hasattr(self, "appeal")

    def tell(self, *, opened: bool, now: dt.datetime) -> None:
        """Mail the one concerned and the one who reported, at this moment."""
        if self.action != Action.FREEZE:
            # When somebody has died nobody is written to; the page says it to whoever comes back.
            letters.statement(self, opened=opened, now=now)
        if self.report.wants_outcome:
            letters.outcome(self, now=now)

    def lift(self, *, now: dt.datetime) -> None:
        """Take it back: what it did is undone, unless another decision still asks for it."""
        with transaction.atomic():
            if not Decision.objects.filter(pk=self.pk, lifted_at=None).update(lifted_at=now):
                return
            self.lifted_at = now
            if not self._is_held_by_another():
                measures.take_back(self.report, self.action, now=now)
                letters.resumed(self, now=now)
            self.note(None, Access.What.LIFTED, now)

    def note(self, by: Person | None, what: str, now: dt.datetime) -> None:
        """A row in the log of the staff."""
        Access.objects.record(
            by=by,
            what=what,
            about="report",
            about_id=self.report.public_id,
            reason=self.action,
            now=now,
        )

    def _is_held_by_another(self) -> bool:
        others = Decision.objects.standing().filter(action=self.action).exclude(pk=self.pk)
        same = Q(report__person_key_id=self.report.person_key_id)
        if self.action == Action.HIDE:
            same &= Q(report__about=self.report.about, report__about_id=self.report.about_id)
        if self.action == Action.BLOCK:
            same &= Q(report__member=self.report.member_id)
        return others.filter(same).exists()


def _check(report: Report, *, action: str, rule: str, facts: str, signed: str) -> None:
    if action not in measures.possible(report):
        raise ValidationError(_("This cannot be done about this report."), code="action")
    if action in {Action.NONE, Action.FIXED}:
        return
    if report.about == About.LINE and action == Action.HIDE and facts.strip():
        return
    if rule not in rules.RULES or not facts.strip() or not signed.strip():
        raise ValidationError(
            _("Say which rule, what it rests on, and sign it. Whoever it concerns reads that."),
            code="gap",
        )
