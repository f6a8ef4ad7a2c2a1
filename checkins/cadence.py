"""Arithmetic on local time: when a rhythm asks next. Pure: no clock, no database.

A rhythm is a local time on chosen weekdays of every n-th week in one zone. Each local date is
turned into a moment on its own, so 09:00 stays 09:00 over every change of the clocks. In an hour
that does not exist the moment moves on by the gap (02:30 becomes 03:30); in an hour that comes
twice the first one counts (fold=0). Moments are compared in UTC alone: subtracting two local times
of one zone counts the wall clock and not the hours that passed.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from library import zones

DAY = dt.timedelta(days=1)
EVERY_DAY = 0b1111111
LONGEST_OPEN = dt.timedelta(days=7)
_LONGEST_FRESH = dt.timedelta(hours=24)
_WAKING_FROM, _WAKING_UNTIL = dt.time(8), dt.time(21)


class NoMoment(Exception):
    """The next moment of a rhythm cannot be computed; ``why`` is a short code for the row."""

    why = "moment"


class ZoneVanished(NoMoment):
    """The time zone is not (or no longer) known by this name."""

    why = "zone"


class Stopped(NoMoment):
    """The account is stopped: nothing is asked of it."""

    why = "stopped"


@dataclass(frozen=True)
class Rhythm:
    """What a schedule says about time. ``anchor_on`` is any day of the first week that counts."""

    zone: str
    local_time: dt.time
    weekdays: int  # bit 0 is Monday
    every_weeks: int = 1
    anchor_on: dt.date = dt.date(2024, 1, 1)


@dataclass(frozen=True)
class Slot:
    """One moment of asking, and the local date it is for."""

    at: dt.datetime
    on: dt.date


def zone_named(name: str) -> ZoneInfo:
    """The zone of that name; raises ZoneVanished for names nobody knows."""
    found = zones.clock(name)
    if found is None:
        raise ZoneVanished(name)
    return found


@lru_cache(maxsize=8192)
def next_moment(*, after: dt.datetime, rhythm: Rhythm) -> Slot:
    """The first slot strictly after a moment."""
    for slot in _slots(rhythm=rhythm, around=after, step=1):
        if slot.at > after:
            return slot
    raise NoMoment


def next_moments(*, after: dt.datetime, rhythm: Rhythm, count: int) -> list[Slot]:
    """The first ``count`` slots after a moment."""
    found: list[Slot] = []
    for _ in range(count):
        found.append(next_moment(after=found[-1].at if found else after, rhythm=rhythm))
    return found


def newest_due(*, since: dt.datetime, now: dt.datetime, rhythm: Rhythm) -> Slot:
    """The last slot from ``since`` (itself one) to ``now``: what is asked after an outage."""
    for slot in _slots(rhythm=rhythm, around=now, step=-1):
        if slot.at <= now:
            if slot.at >= since:
                return slot
            break
    # The rules of the zone changed after ``since`` was planned: it is no slot of today's rules.
    return Slot(since, local_date(at=since, zone=rhythm.zone))


def local_date(*, at: dt.datetime, zone: str) -> dt.date:
    """The date on the local calendar at a moment."""
    return at.astimezone(zone_named(zone)).date()


def freshness(*, slot: Slot, following: Slot) -> dt.timedelta:
    """How long after its moment an asking is still of use: a day, or half the interval if less."""
    return min(_LONGEST_FRESH, (following.at - slot.at) / 2)


def closing(*, slot: Slot, following: Slot) -> dt.datetime:
    """When a check-in closes: at the next one of its rhythm, at the latest after seven days."""
    return min(following.at, slot.at + LONGEST_OPEN)


def waking(*, at: dt.datetime, zone: str) -> dt.datetime:
    """The first moment from ``at`` on that lies between 08:00 and 21:00 on the local clock."""
    local = at.astimezone(zone_named(zone))
    if _WAKING_FROM <= local.time() < _WAKING_UNTIL:
        return at
    on = local.date() if local.time() < _WAKING_FROM else local.date() + DAY
    return _moment(zone, on, _WAKING_FROM)


def _slots(*, rhythm: Rhythm, around: dt.datetime, step: int) -> Iterator[Slot]:
    """The slots around a moment, forwards or backwards, for one round of weeks and a bit."""
    try:
        start = local_date(at=around, zone=rhythm.zone) - step * DAY
        for number in range(7 * rhythm.every_weeks + 9):
            on = start + step * number * DAY
            if not _counts(rhythm, on):
                continue
            slot = _slot(rhythm, on)
            # A day the zone left out altogether (Apia, 30 December 2011) shares its moment
            # with the day after: that one stands for both.
            if slot.on == on or not _counts(rhythm, slot.on):
                yield slot
    except (OverflowError, ValueError):
        raise NoMoment from None


def _slot(rhythm: Rhythm, on: dt.date) -> Slot:
    at = _moment(rhythm.zone, on, rhythm.local_time)
    local = at.astimezone(zone_named(rhythm.zone)).replace(tzinfo=None)
    shift = local - dt.datetime.combine(on, rhythm.local_time)
    # A gap over midnight (Nuuk, 23:30) moves the moment by an hour and keeps the date it is for.
    return Slot(at, local.date() if shift >= DAY else on)


def _moment(zone: str, on: dt.date, time: dt.time) -> dt.datetime:
    wall = dt.datetime.combine(on, time.replace(fold=0), tzinfo=zone_named(zone))
    return wall.astimezone(dt.UTC)


def _counts(rhythm: Rhythm, on: dt.date) -> bool:
    """Whether a date is one of the chosen weekdays in a week that counts."""
    weeks = (monday(on) - monday(rhythm.anchor_on)).days // 7
    return bool(rhythm.weekdays >> on.weekday() & 1) and weeks % rhythm.every_weeks == 0


def monday(on: dt.date) -> dt.date:
    """The first day of a date's week."""
    return on - on.weekday() * DAY
