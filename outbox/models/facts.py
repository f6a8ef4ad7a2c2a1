"""When the machine was last heard, when it stood still, and how often something was tried."""

import datetime as dt

from django.db import connections, models, router, transaction
from django.utils.translation import gettext_lazy as _

from vault.part import Part

_COMES_BACK = dt.timedelta(hours=1)


class PulseQuerySet(models.QuerySet["Pulse"]):
    def hear(self, name: str, *, every: dt.timedelta, now: dt.datetime) -> None:
        """Note that a part is alive; a silence of three of its intervals becomes an outage."""
        pulse, made = self.get_or_create(name=name, defaults={"heard_at": now})
        # A clock that was ahead and was set right leaves a moment that is still to come.
        if made or abs(now - pulse.heard_at) < every / 2:
            return
        # Two workers may hear the same silence end: only the one that moves the row notes it.
        with transaction.atomic():
            moved = self.filter(pk=pulse.pk, heard_at=pulse.heard_at).update(heard_at=now)
            if moved and now - pulse.heard_at > every * 3:
                Outage.objects.create(began_at=pulse.heard_at, ended_at=now)

    def silent(self, name: str, *, longer_than: dt.timedelta, now: dt.datetime) -> bool:
        """Whether a part was not heard for a while, or never."""
        heard = self.filter(name=name, heard_at__gt=now - longer_than)
        return not heard.filter(heard_at__lt=now + longer_than).exists()

    def note(self, name: str, *, now: dt.datetime) -> None:
        """Note that a part is alive; its silence is no outage."""
        self.update_or_create(name=name, defaults={"heard_at": now})

    def advance(self, name: str, *, every: dt.timedelta, now: dt.datetime) -> bool:
        """Note a moment that only ever grows; whether it did, by at least ``every``."""
        pulse, made = self.get_or_create(name=name, defaults={"heard_at": now})
        if made or pulse.heard_at + every > now:
            return made
        return bool(self.filter(pk=pulse.pk, heard_at=pulse.heard_at).update(heard_at=now))

    def newest(self, names: list[str]) -> dt.datetime | None:
        """When one of these was last heard, or None."""
        moments = self.filter(name__in=names).order_by("-heard_at")
        return moments.values_list("heard_at", flat=True).first()

    def to_forget(self, now: dt.datetime) -> "PulseQuerySet":
        """Machines that were not heard for two years."""
        return self.filter(heard_at__lte=now - dt.timedelta(days=730))


class Pulse(models.Model):
    """When a part of the machine was last heard: beat, worker, tick."""

    part = Part(
        key=None,
        what=_("Signs of life of the machine"),
        why=_("To notice when the machine stands still."),
        kept=_("One row a part, until it was silent for two years."),
        expired="to_forget",
    )

    name = models.CharField(max_length=40, unique=True)
    heard_at = models.DateTimeField()

    objects = PulseQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class OutageQuerySet(models.QuerySet["Outage"]):
    def within(self, began_at: dt.datetime, ended_at: dt.datetime) -> "OutageQuerySet":
        """Outages that touch a span of time."""
        return self.filter(began_at__lt=ended_at, ended_at__gt=began_at)

    def to_forget(self, now: dt.datetime) -> "OutageQuerySet":
        """Outages a year old."""
        return self.filter(ended_at__lte=now - dt.timedelta(days=365))


class Outage(models.Model):
    """A time in which this installation did not ask or send: silence in it is ours."""

    part = Part(
        key=None,
        what=_("Times in which the machine stood still"),
        why=_("So that silence during our outage never counts as a person's silence."),
        kept=_("12 months."),
        expired="to_forget",
    )

    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()

    objects = OutageQuerySet.as_manager()

    def __str__(self) -> str:
        return f"outage {self.pk}"


class HoldQuerySet(models.QuerySet["Hold"]):
    def begin(self, why: str, *, now: dt.datetime) -> None:
        """Hold all sending until the operator says how to go on."""
        self.all().delete()
        self.create(why=why, began_at=now)

    def is_on(self) -> bool:
        """Whether sending is held."""
        return self.exists()


class Hold(models.Model):
    """Sending is held: after a restore nobody knows which of the waiting mails left already.

    Sign-in codes go on: whoever asks for one just now has never had it.
    """

    part = Part(
        key=None,
        what=_("Whether mail waits after a restore"),
        why=_("So that a restored backup mails nobody twice."),
        kept=_("Until it ends."),
    )

    why = models.CharField(max_length=24)
    began_at = models.DateTimeField()

    objects = HoldQuerySet.as_manager()

    def __str__(self) -> str:
        return f"hold {self.pk}"


class AlarmQuerySet(models.QuerySet["Alarm"]):
    def raise_(self, name: str, *, again: dt.timedelta, now: dt.datetime) -> bool:
        """Whether the operator is to be told now: of ten workers that ask, one hears yes.

        Whoever heard since then that it is well waits for an hour at most.
        """
        alarm, made = self.get_or_create(name=name, defaults={"told_at": now, "is_on": True})
        if made:
            return True
        if now - alarm.told_at < (again if alarm.is_on else min(again, _COMES_BACK)):
            return False
        same = self.filter(pk=alarm.pk, told_at=alarm.told_at)
        return bool(same.update(told_at=now, is_on=True))

    def clear(self, name: str) -> bool:
        """Whether the operator is to be told that it is well again; one asker hears yes."""
        return bool(self.filter(name=name, is_on=True).update(is_on=False))

    def untold(self, name: str) -> None:
        """The operator could not be told: the next look tries again."""
        self.filter(name=name).delete()

    def unwell(self, name: str) -> None:
        """The operator could not be told that it is well: the next look tries again."""
        self.filter(name=name).update(is_on=True)


class Alarm(models.Model):
    """What the operator was told about the machine, so that nobody tells it twice."""

    part = Part(
        key=None,
        what=_("What the operator was told about the machine"),
        why=_("So that one trouble makes one mail."),
        kept=_("One row a kind of trouble."),
    )

    name = models.CharField(max_length=24, unique=True)
    told_at = models.DateTimeField()
    is_on = models.BooleanField()

    objects = AlarmQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class LimitQuerySet(models.QuerySet["Limit"]):
    def count_one(self, key_hash: str, window_at: dt.datetime) -> int:
        """Count one try and tell how many there were: one statement, exact under parallel tries."""
        connection = connections[router.db_for_write(Limit)]
        moment = connection.ops.adapt_datetimefield_value(window_at)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO outbox_limit (key_hash, window_at, tries) VALUES (%s, %s, 1)"
                " ON CONFLICT (key_hash, window_at)"
                " DO UPDATE SET tries = outbox_limit.tries + 1 RETURNING tries",
                [key_hash, moment],
            )
            return int(cursor.fetchone()[0])

    def to_forget(self, now: dt.datetime) -> "LimitQuerySet":
        """Windows that began more than a day ago; the longest one is a day."""
        return self.filter(window_at__lte=now - dt.timedelta(days=2))


class Limit(models.Model):
    """How often something was tried in a window of time; the key is a keyed hash."""

    part = Part(
        key=None,
        what=_("Counters of tries"),
        why=_("To slow down guessing and flooding."),
        kept=_("Two days."),
        expired="to_forget",
    )

    key_hash = models.CharField(max_length=80)
    window_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)

    objects = LimitQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key_hash", "window_at"], name="one_limit_a_window")
        ]

    def __str__(self) -> str:
        return f"limit {self.pk}"
