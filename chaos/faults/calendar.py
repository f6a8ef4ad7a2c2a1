"""Clocks that jump, hours that come twice or never, zones that vanish, long outages."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.models import Person
from chaos import people
from chaos.book import POSTGRES, SQLITE, fault
from chaos.clock import scaled, until
from chaos.stage import Stage
from checkins import dispatch
from checkins.models import CheckIn, Schedule
from outbox.models import Message
from outbox.work import work
from tests import factories

_HOUR = dt.timedelta(hours=1)
_DAY = dt.timedelta(days=1)
# In each the clocks go forward and back in the year of the drill, and never at the same moment.
_ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "America/Santiago",
)
_YEAR = 2027


@fault("F26", late=400, real="")
def clock_jumps(stage: Stage) -> None:
    """The clock of every process jumps three hours ahead, then two back, and is set right again."""
    stage.start_servers()
    clock = stage.folder / "clock"
    _set(clock, 0)
    stage.start(CHAOS_CLOCK=str(clock))
    for hours in (3, -2, 0):
        people.post(stage, 50)
        if stage.mode == POSTGRES:  # one machine has no other clock to ask by
            people.due(stage, 20)
        _set(clock, hours * 3600)
        began = stage.now()
        until(lambda began=began: stage.now() - began > scaled(120), "two minutes", 130)


@fault("F27", quick=SQLITE, real="")
def clocks_go_forward_and_back(stage: Stage) -> None:
    """Asked daily at 02:30 in six zones over both changes of the clock: once a date, in time."""
    stage.start_servers()
    for zone in _ZONES:
        for change in _changes(zone):
            person = _asked_at_half_past_two(stage, zone, change - 2 * _DAY)
            _live_through(change - 2 * _DAY, change + 2 * _DAY)
            asked = CheckIn.objects.filter(person=person, asked=True)
            dates = Counter(asked.values_list("local_date", flat=True))
            assert set(dates.values()) == {1}, f"{zone}: {dates}"
            assert len(dates) >= 3, f"{zone}: {dates}"
            _right_hours(zone, asked)
            people.promise(stage, person.email, len(dates))
            stage.promise.due.pop(person.email)
            Schedule.objects.filter(person=person).delete()
    assert Message.objects.exclude(state="sent").count() == 0


@fault("F28", real="", late=400)
def zone_vanishes(stage: Stage) -> None:
    """No tables of zones on the machine, and one zone that nobody knows any more."""
    stage.start_servers()
    empty = stage.folder / "no-zones"
    empty.mkdir()
    lost = people.due(stage, 1)[0]
    _promise_nothing(stage, lost)
    Schedule.objects.filter(person=lost).update(zone="Europe/Vanished")
    people.due(stage, 30)
    stage.start(PYTHONTZPATH=str(empty))
    until(lambda: Schedule.objects.parked().count() == 1, "the schedule to be parked", 120)
    assert Schedule.objects.get(person=lost).parked_why
    until(lambda: not people.schedules_left(), "everybody else to be asked", 120)


@fault("F33", quick=POSTGRES, real="", late=500)
def long_outage(stage: Stage) -> None:
    """Off for a day and for a month: one mail a schedule, the rest falls away."""
    stage.start_servers()
    for ago in (_DAY, 30 * _DAY):
        for _each in range(20):
            _daily_at_noon_since(stage, ago)
    weekly = [_weekly_since(stage, weeks=4), _weekly_since(stage, weeks=4, days=3)]
    _promise_nothing(stage, weekly[1])
    stage.start()
    until(lambda: not people.schedules_left(), "every schedule to go on", 120)
    asked = Counter(CheckIn.objects.filter(asked=True).values_list("person", flat=True))
    assert set(asked.values()) == {1}, f"{asked}"
    assert weekly[1].pk not in asked, "asked days too late"


def _set(clock: Path, seconds: int) -> None:
    draft = clock.with_suffix(".draft")
    draft.write_text(str(seconds))
    draft.rename(clock)


def _changes(zone: str) -> list[dt.datetime]:
    """When the clocks of a zone change in the year of the drill."""
    there, hour = ZoneInfo(zone), dt.datetime(_YEAR, 1, 3, tzinfo=dt.UTC)
    found = []
    while hour.year == _YEAR:
        following = hour + _HOUR
        if hour.astimezone(there).utcoffset() != following.astimezone(there).utcoffset():
            found.append(following)
        hour = following
    assert len(found) == 2, f"{zone} changes {len(found)} times"
    return found


def _asked_at_half_past_two(stage: Stage, zone: str, now: dt.datetime) -> Person:
    person = factories.person(address=people.address(stage, "asked"), zone=zone, now=now)
    factories.schedule(person=person, now=now, at="02:30", zone=zone)
    return person


def _live_through(now: dt.datetime, end: dt.datetime) -> None:
    """Every quarter of an hour the clock is read twice, as by two beats, and mail leaves."""
    while now <= end:
        for _beat in range(2):
            dispatch.tick(now)
        work(clock=lambda now=now: now)
        now += _HOUR / 4


def _right_hours(zone: str, asked: Iterable[CheckIn]) -> None:
    """A time that does not exist comes later by the gap; of a doubled one it is the first."""
    for check_in in asked:
        naive = dt.datetime.combine(check_in.local_date, dt.time(2, 30))
        expected = naive.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(dt.UTC)
        assert check_in.due_at == expected, f"{zone}: {check_in.due_at} and not {expected}"


def _daily_at_noon_since(stage: Stage, ago: dt.timedelta) -> Person:
    return _planned(stage, ago, weekdays=0b1111111)


def _weekly_since(stage: Stage, *, weeks: int, days: int = 0) -> Person:
    ago = dt.timedelta(weeks=weeks, days=days)
    return _planned(stage, ago, weekdays=1 << _noon(ago)[1].weekday())


def _planned(stage: Stage, ago: dt.timedelta, *, weekdays: int) -> Person:
    """Somebody where it is about noon now, whose rhythm came due a while ago."""
    zone, moment = _noon(ago)
    person = factories.person(address=people.address(stage, "asked"), zone=zone)
    at, before = f"{moment:%H:%M}", moment - 2 * _HOUR
    factories.schedule(person=person, now=before, at=at, weekdays=weekdays)
    people.promise(stage, person.email)
    return person


def _noon(ago: dt.timedelta) -> tuple[str, dt.datetime]:
    """A zone where this hour is noon, and the moment there."""
    zone = people.noon_zone()
    return zone, (timezone.now() - ago).astimezone(ZoneInfo(zone))


def _promise_nothing(stage: Stage, person: Person) -> None:
    del stage.promise.mails[person.email]
    stage.promise.due.pop(person.email)
