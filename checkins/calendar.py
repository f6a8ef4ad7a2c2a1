"""A rhythm as a calendar file. It says when, and not what for: whoever looks over a shoulder, or
runs the calendar, reads neutral words and no name.

Each moment stands there by itself, worked out by the same arithmetic that asks: no rule that a
calendar program could read in its own way over a change of the clocks or after a break.
"""

import datetime as dt
import uuid

from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from checkins.models import Schedule
from library import zones

AHEAD = dt.timedelta(weeks=13)
_LONG = dt.timedelta(minutes=15)
_AT_MOST = AHEAD.days + 1
# The summer and winter of the years around, so that every moment has its offset.
_AROUND = dt.timedelta(days=366)


def rhythm_file(schedule: Schedule | None, *, seed: uuid.UUID, now: dt.datetime) -> bytes:
    """The moments of the next thirteen weeks; an empty calendar where none are planned."""
    calendar = Calendar()
    calendar.add("prodid", "-//Moments//Moments//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _("Quiet moments"))
    calendar.add("refresh-interval", dt.timedelta(hours=12), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT12H")
    for event in _events(schedule, seed, now):
        calendar.add_component(event)
    calendar.add_missing_timezones((now - _AROUND).date(), (now + 2 * _AROUND).date())
    return bytes(calendar.to_ical())


def _events(schedule: Schedule | None, seed: uuid.UUID, now: dt.datetime) -> list[Event]:
    clock = zones.clock(schedule.zone) if schedule is not None else None
    if schedule is None or clock is None:
        return []
    found = []
    for slot in schedule.moments(_AT_MOST, now):
        if slot.at > now + AHEAD:
            break
        event = Event()
        # The same moment keeps its id, which leads back to nothing.
        event.add("uid", str(uuid.uuid5(seed, slot.on.isoformat())))
        event.add("dtstamp", now)
        event.add("dtstart", slot.at.astimezone(clock))
        event.add("duration", _LONG)
        event.add("summary", _("A quiet moment"))
        event.add("class", "PRIVATE")
        event.add("transp", "TRANSPARENT")
        found.append(event)
    return found
