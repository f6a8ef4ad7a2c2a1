"""When the person wants to be asked."""

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from checkins import cadence, moments
from checkins.models.pause import Pause
from library import zones
from outbox.models import Mailbox, Message
from vault.part import Part

if TYPE_CHECKING:
    from accounts.models import Person


_HALF_A_DAY = dt.timedelta(hours=12)
# What a saving writes; ``turn`` belongs to the dispatch and is never set back.
_PLAN = ("zone", "next_at", "paused_at", "paused_until", "parked_at", "parked_why")
_RHYTHM = ("weekdays", "every_weeks", "anchor_on", "local_time")
_KEPT = (*_PLAN, "mailbox_id", *_RHYTHM)


class ScheduleQuerySet(models.QuerySet["Schedule"]):
    def parked(self) -> "ScheduleQuerySet":
        """Schedules that rest because their next moment cannot be computed."""
        return self.filter(parked_at__isnull=False)

    def of(self, person: "Person") -> "Schedule | None":
        """The person's schedule, or None when they want to be asked nothing."""
        return self.select_related("mailbox").filter(person=person).first()

    def draft_for(
        self,
        person: "Person",
        *,
        weekdays: int,
        local_time: dt.time,
        now: dt.datetime,
        every_weeks: int = 1,
        anchor_on: dt.date | None = None,
        zone: str | None = None,
    ) -> "Schedule":
        """The person's schedule as it would be, not kept. Raises cadence.ZoneVanished."""
        schedule = self.of(person) or self._fresh(person)
        schedule.mailbox_id = person.mailbox_id
        schedule.zone = zone or person.zone
        schedule.weekdays, schedule.every_weeks = weekdays, every_weeks
        schedule.local_time = local_time.replace(second=0, microsecond=0, fold=0, tzinfo=None)
        today = cadence.local_date(at=now, zone=schedule.zone)
        schedule.anchor_on = cadence.monday(anchor_on or today)
        schedule.plan(now)
        return schedule

    def save_for(self, person: "Person", *, now: dt.datetime, **rhythm: Any) -> "Schedule":
        """Keep the person's rhythm; it exists from the first saving on."""
        self.draft_for(person, now=now, **rhythm).keep(now=now)
        return self.get(person=person)

    def _fresh(self, person: "Person") -> "Schedule":
        # The turns of an earlier rhythm go on: its last opening does not come again.
        last = person.check_ins.filter(asked=True).order_by("-due_at").first()
        return Schedule(person=person, key_id=person.key_id, turn=last.turn + 1 if last else 0)


class Schedule(models.Model):
    """When the person wants to be asked, in their own local time.

    asking → paused (a date, or until they say) → asking; asking → parked when its next moment
    cannot be computed, until a zone is chosen or the rhythm is saved again. Stopping deletes it.
    """

    part = Part(
        key="key_id",
        what=_("Your rhythm"),
        why=_("To ask you when you want to be asked."),
        kept=_("Until you change it or erase your account."),
        export={
            "weekdays": _("Days"),
            "every_weeks": _("Every how many weeks"),
            "local_time": _("At"),
            "zone": _("Time zone"),
            "paused_at": _("On a break since"),
            "paused_until": _("On a break until"),
        },
        read={"weekdays": "day_names"},
    )

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="schedule"
    )
    key_id = models.BigIntegerField()
    mailbox = models.ForeignKey(
        Mailbox, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    weekdays = models.PositiveSmallIntegerField()  # bit 0 is Monday
    every_weeks = models.PositiveSmallIntegerField(default=1)
    anchor_on = models.DateField()  # the Monday of the first week, for every other week
    local_time = models.TimeField()
    zone = models.CharField(max_length=64)
    # Counts the askings, so that no opening comes twice running.
    turn = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_until = models.DateTimeField(null=True, blank=True)
    parked_at = models.DateTimeField(null=True, blank=True)
    parked_why = models.CharField(max_length=40, blank=True)

    objects = ScheduleQuerySet.as_manager()

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

    @property
    def rhythm(self) -> cadence.Rhythm:
        """What this schedule says about time, for the arithmetic."""
        return cadence.Rhythm(
            zone=self.zone,
            local_time=self.local_time,
            weekdays=self.weekdays,
            every_weeks=self.every_weeks,
            anchor_on=self.anchor_on,
        )

    @property
    def day_names(self) -> str:
        """The weekdays in words."""
        return moments.days_words(self.weekdays)

    def is_paused(self, now: dt.datetime) -> bool:
        """Whether the person rests from being asked at this moment."""
        if self.paused_at is None:
            return False
        return self.paused_until is None or self.paused_until > now

    def moments(self, count: int, now: dt.datetime) -> list[cadence.Slot]:
        """The next moments of asking; none while paused until the person says."""
        if self.next_at is None:
            return []
        before = max(now, self.next_at - dt.timedelta(microseconds=1))
        return cadence.next_moments(after=before, rhythm=self.rhythm, count=count)

    def plan(self, now: dt.datetime) -> None:
        """Set the next moment from the rhythm and the pause; the caller saves."""
        self.parked_at, self.parked_why = None, ""
        if self.person.is_stopped:
            raise cadence.Stopped
        if self.is_paused(now) and self.paused_until is None:
            self.next_at = None
            return
        start = max(now, self.paused_until or now)
        slot = cadence.next_moment(after=start, rhythm=self.rhythm)
        # After a flight or a change the date may have had its asking already: then the next one.
        asked = self.person.check_ins.filter(asked=True, local_date__gte=slot.on)
        asked_on = set(asked.values_list("local_date", flat=True))
        while slot.on in asked_on:
            slot = cadence.next_moment(after=slot.at, rhythm=self.rhythm)
        self.next_at = slot.at

    @transaction.atomic
    def keep(self, *, now: dt.datetime) -> None:
        """Keep a draft: from now on this is when the person is asked."""
        # A break that began or ended since the draft was made holds, and so does a move.
        self._lock(("paused_at", "paused_until"))
        drafted_in = self.person.zone
        self.person.refresh_from_db(fields=["zone", "suspended_at", "frozen_at"])
        if self.person.zone != drafted_in:
            self.zone = self.person.zone
        self._plan_or_park(now)
        kept = {name: getattr(self, name) for name in _KEPT}
        # Two clicks at once: whoever comes second changes what the first one made.
        if not Schedule.objects.filter(person_id=self.person_id).update(**kept):
            Schedule.objects.bulk_create([self], ignore_conflicts=True)
        if self.pk is None:
            self.pk = Schedule.objects.values_list("pk", flat=True).get(person_id=self.person_id)
            self.refresh_from_db()
        self.close_overtaken()

    @transaction.atomic
    def pause(self, *, now: dt.datetime, until: dt.datetime | None = None) -> None:
        """Ask nothing until a moment, or until the person says; what waits to leave is ended."""
        self._lock()
        Pause.objects.end(self.person_id, now=now)
        Pause.objects.create(
            person_id=self.person_id, key_id=self.key_id, began_at=now, ended_at=until
        )
        self.paused_at, self.paused_until = now, until
        self.cancel_waiting(now)
        self._plan_or_park(now)
        self._save_plan()

    @transaction.atomic
    def resume(self, *, now: dt.datetime) -> None:
        """Ask again, from the next moment of the rhythm on."""
        self._lock()
        Pause.objects.end(self.person_id, now=now)
        self.paused_at = self.paused_until = None
        self._plan_or_park(now)
        self._save_plan()

    @transaction.atomic
    def move(self, zone: str, *, now: dt.datetime) -> None:
        """Go on in another zone: the same local time there. Raises cadence.ZoneVanished.

        Never two askings for one local date: a date that had its asking before a flight over the
        date line is not asked again on the other side. Nor is one lost: what was planned for a time
        that has passed over there comes at once.
        """
        cadence.zone_named(zone)
        self._lock()
        planned_on = self._planned_on()
        self.zone = zone
        self._plan_or_park(now)
        if planned_on is not None and self._lost_on_the_way(planned_on, now):
            self.next_at = now
        self._save_plan()
        self.close_overtaken()

    @transaction.atomic
    def follow_person(self, *, now: dt.datetime) -> None:
        """Rest while the person's account is stopped; go on from the next moment when it is not."""
        self._lock()
        self.cancel_waiting(now)
        self._plan_or_park(now)
        self._save_plan()

    @transaction.atomic
    def stop(self, *, now: dt.datetime) -> None:
        """No schedule any more: Today still asks, no mail does."""
        self._lock()
        self.cancel_waiting(now)
        Pause.objects.end(self.person_id, now=now)
        self.delete()

    def next_words(self, now: dt.datetime) -> str:
        """When the person is asked next, in words; empty when no asking is planned."""
        if self.next_at is None or self.next_at < now:
            return ""
        if zones.clock(self.zone) is None:  # tables of zones lose names now and then
            return ""
        return moments.coming_words(self.next_at, now, self.zone)

    def cancel_waiting(self, now: dt.datetime) -> None:
        """End the asking mails that have not left yet."""
        waiting = self.check_ins.filter(asked=True, closes_at__gt=now)
        for public_id in waiting.values_list("public_id", flat=True):
            Message.objects.cancel(now=now, subject=public_id)

    def close_overtaken(self) -> None:
        """A check-in closes when the next one comes, also when that now comes sooner."""
        if self.next_at is not None:
            self.person.check_ins.filter(
                asked=True, due_at__lt=self.next_at, closes_at__gt=self.next_at
            ).update(closes_at=self.next_at)

    def _planned_on(self) -> dt.date | None:
        """The local date of the asking that is planned, as long as that can be told."""
        if self.next_at is None or zones.clock(self.zone) is None:
            return None
        return cadence.local_date(at=self.next_at, zone=self.zone)

    def _lost_on_the_way(self, planned_on: dt.date, now: dt.datetime) -> bool:
        """Whether the planned asking would never come: its time has passed in the new zone.

        Who was asked within the last half day lost nothing.
        """
        following_on = self._planned_on()
        today = cadence.local_date(at=now, zone=self.zone)
        if following_on is None or not planned_on <= today < following_on:
            return False
        lately = Q(local_date=today) | Q(due_at__gt=now - _HALF_A_DAY)
        return not self.person.check_ins.filter(lately, asked=True).exists()

    def _plan_or_park(self, now: dt.datetime) -> None:
        try:
            self.plan(now)
        except cadence.NoMoment as error:
            self.parked_at, self.parked_why, self.next_at = now, error.why, None

    def _save_plan(self) -> None:
        changed = {name: getattr(self, name) for name in _PLAN}
        Schedule.objects.filter(pk=self.pk).update(**changed)

    def _lock(self, names: tuple[str, ...] = (*_PLAN, *_RHYTHM)) -> None:
        # Two clicks at once, or the dispatch in the middle of asking: one after the other. Whoever
        # comes second changes what the first one left, and puts nothing of its own reading back.
        held = Schedule.objects.select_for_update().filter(person_id=self.person_id).first()
        if held is not None:
            for name in names:
                setattr(self, name, getattr(held, name))
