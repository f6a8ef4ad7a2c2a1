"""Rhythms and moments in words, in the language that is spoken just now."""

import datetime as dt
from collections.abc import Sequence

from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from checkins import cadence


def words(at: dt.datetime, zone: str) -> str:
    """A moment on the local clock: "Thursday 26 November, 09:00"."""
    local = at.astimezone(cadence.zone_named(zone))
    return date_format(local, pgettext("a moment, in Django's date format", "l j F, H:i"))


def coming_words(at: dt.datetime, now: dt.datetime, zone: str) -> str:
    """When something comes, as one says it: "today at 09:00", "on Thursday 26 November, 09:00"."""
    clock = cadence.zone_named(zone)
    local, here = at.astimezone(clock), now.astimezone(clock)
    time = date_format(local, "H:i")
    days = (local.date() - here.date()).days
    if days == 0:
        return _("today at %(time)s") % {"time": time}
    if days == 1:
        return _("tomorrow at %(time)s") % {"time": time}
    return _("on %(moment)s") % {"moment": words(at, zone)}


def ago_words(at: dt.datetime, now: dt.datetime) -> str:
    """When something was said, on the clock of ``now``: "today, 19:46", "Sunday, 19:46"."""
    local = at.astimezone(now.tzinfo)
    time = date_format(local, "H:i")
    days = (now.date() - local.date()).days
    if days == 0:
        return _("today, %(time)s") % {"time": time}
    if days == 1:
        return _("yesterday, %(time)s") % {"time": time}
    if days < 7:
        return _("%(weekday)s, %(time)s") % {"weekday": date_format(local, "l"), "time": time}
    return date_format(local, pgettext("a day, in Django's date format", "l j F"))


def rhythm_words(*, weekdays: int, every_weeks: int, local_time: dt.time) -> str:
    """A rhythm: "Every day at 09:00", "Every Monday and Friday at 20:00"."""
    said = {"days": days_words(weekdays), "time": local_time.strftime("%H:%M")}
    if every_weeks == 1 and weekdays == cadence.EVERY_DAY:
        return _("Every day at %(time)s") % said
    if every_weeks == 1:
        return _("Every %(days)s at %(time)s") % said
    if every_weeks == 2:
        return _("Every other %(days)s at %(time)s") % said
    return _("%(days)s of every %(weeks)sth week at %(time)s") % {**said, "weeks": every_weeks}


def days_words(weekdays: int) -> str:
    """The chosen weekdays: "Monday, Wednesday and Friday"."""
    return _joined([str(WEEKDAYS[day]) for day in range(7) if weekdays >> day & 1])


def _joined(names: Sequence[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    before = pgettext("between the names of days", ", ").join(names[:-1])
    return _("%(before)s and %(last)s") % {"before": before, "last": names[-1]}
