"""Days that pass in a moment: the clock moves from one thing that is due to the next.

Everything that runs is the real thing: the dispatch opens what is due, the outbox sends what waits,
to a real mail server when the test asks for the ``smtp`` fixture.
"""

import datetime as dt
from collections.abc import Callable

from accounts.models import Person
from checkins import dispatch
from checkins.models import Schedule
from outbox.models import Message
from outbox.work import work

DAY = dt.timedelta(days=1)
_HALF_A_DAY = dt.timedelta(hours=12)

EachDay = Callable[[Person, dt.datetime], None]


def pass_a_moment(now: dt.datetime) -> None:
    """What beat does every quarter of a minute, all of it at one moment."""
    while dispatch.tick(now):
        pass
    work(clock=lambda: now)


def run_until(end: dt.datetime, *, now: dt.datetime) -> None:
    """Let the time pass up to a moment, from one thing that is due to the next."""
    while now < end:
        pass_a_moment(now)
        now = _following(now)


def run_days(
    person: Person, days: int, now: dt.datetime, each_day: EachDay | None = None
) -> dt.datetime:
    """Let days pass; half way through each of them the person may do something. Returns the end."""
    for number in range(days):
        begin = now + number * DAY
        run_until(begin + _HALF_A_DAY, now=begin)
        if each_day is not None:
            person.refresh_from_db()
            each_day(person, begin + _HALF_A_DAY)
        run_until(begin + DAY, now=begin + _HALF_A_DAY)
    return now + days * DAY


def _following(now: dt.datetime) -> dt.datetime:
    """The next moment at which something is due."""
    asking = Schedule.objects.filter(next_at__gt=now).order_by("next_at")
    waiting = Message.objects.filter(state=Message.State.WAITING, not_before__gt=now)
    moments = [
        asking.values_list("next_at", flat=True).first(),
        waiting.order_by("not_before").values_list("not_before", flat=True).first(),
    ]
    return min(
        (moment for moment in moments if moment), default=dt.datetime.max.replace(tzinfo=dt.UTC)
    )
