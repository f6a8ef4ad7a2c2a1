"""Quiet hours: pure arithmetic on a member's own clock."""

import datetime as dt

from library import zones


def first_loud(
    moment: dt.datetime, *, zone: str, quiet_from: dt.time, quiet_to: dt.time
) -> dt.datetime:
    """The first moment at or after ``moment`` outside the quiet hours, in UTC.

    The hours may reach over midnight; equal ends mean that there are none. A clock that is set
    forward or back within them moves the end with it: 08:00 stays 08:00. Where a zone has vanished
    from the world's list, UTC counts.
    """
    clock = zones.clock(zone) or dt.UTC
    local = moment.astimezone(clock)
    time = local.time()
    over_midnight = quiet_from > quiet_to
    if over_midnight:
        quiet = time >= quiet_from or time < quiet_to
    else:
        quiet = quiet_from <= time < quiet_to
    if not quiet:
        return moment.astimezone(dt.UTC)
    tomorrow = over_midnight and time >= quiet_from
    day = local.date() + dt.timedelta(days=1 if tomorrow else 0)
    end = dt.datetime.combine(day, quiet_to, tzinfo=clock).astimezone(dt.UTC)
    if end <= moment:
        # The hour that comes twice: the first of the two ends is already behind us.
        end = dt.datetime.combine(day, quiet_to.replace(fold=1), tzinfo=clock).astimezone(dt.UTC)
    return end
