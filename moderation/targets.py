"""How soon somebody means to look: pure arithmetic on the hours in which moderators are there."""

import datetime as dt
from zoneinfo import ZoneInfo

# Within the duty hours; the others count around the clock.
DANGER = dt.timedelta(hours=4)
WRONG_LINE = dt.timedelta(hours=24)
REST = dt.timedelta(hours=72)


def due_at(
    target: dt.timedelta,
    *,
    since: dt.datetime,
    duty: tuple[dt.time, dt.time] | None = None,
    zone: str = "UTC",
) -> dt.datetime:
    """The moment ``target`` has passed; with ``duty`` only the hours between its two times count.

    Equal times mean around the clock.
    """
    if duty is None or duty[0] == duty[1]:
        return since + target
    moment, left = since, target
    while True:
        begins, ends = _window(moment, duty, ZoneInfo(zone))
        moment = max(moment, begins)
        if moment + left <= ends:
            return moment + left
        left -= ends - moment
        moment = ends


def in_hours(target: dt.timedelta) -> int:
    """As people are told it: a begun hour counts whole."""
    return -(-target // dt.timedelta(hours=1))


def hours(text: str) -> tuple[dt.time, dt.time]:
    """Duty hours as the setting writes them: ``09:00-18:00``. Raises ValueError."""
    begins, _dash, ends = text.partition("-")
    return dt.time.fromisoformat(begins.strip()), dt.time.fromisoformat(ends.strip())


def _window(
    moment: dt.datetime, duty: tuple[dt.time, dt.time], zone: ZoneInfo
) -> tuple[dt.datetime, dt.datetime]:
    """The stretch of duty that ``moment`` lies in, or the next one after it."""
    day = moment.astimezone(zone).date() - dt.timedelta(days=1)
    while True:
        begins = dt.datetime.combine(day, duty[0], zone)
        over_night = dt.timedelta(days=1) if duty[1] < duty[0] else dt.timedelta(0)
        ends = dt.datetime.combine(day + over_night, duty[1], zone)
        if moment < ends:
            return begins.astimezone(dt.UTC), ends.astimezone(dt.UTC)
        day += dt.timedelta(days=1)
