"""Years that pass in minutes, with senders killed in the middle of their work.

Each kill is a real one: a forked child does what is due and dies by kill -9 at one of its steps.
Then the parent goes on at the same moment, as the next worker would.
"""

import datetime as dt
import os
import random
import signal
from collections import Counter
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connections

from accounts.models import Person
from checkins import dispatch
from checkins.cadence import EVERY_DAY
from checkins.models import Schedule
from outbox import claims, smtp
from outbox.journal import Journal
from outbox.models import Message
from outbox.sweep import sweep
from outbox.work import work
from tests import factories

DAY = dt.timedelta(days=1)
# Half past two is the hour that some nights do not have and others have twice.
AT = dt.time(2, 30)
SUNDAYS = 0b1000000  # the nights of nearly all changes of the clock
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Asia/Kolkata",
)
# Where a sender dies: before or after it did this.
_STEPS: tuple[tuple[Any, str, str], ...] = (
    (dispatch, "_open_batch", "after"),
    (dispatch, "tick", "after"),
    (claims, "claim", "after"),
    (smtp.Connection, "open", "after"),
    (claims.Fence, "still_ours", "after"),
    (Journal, "hands_over", "after"),
    (Journal, "accepted", "before"),
    (Journal, "accepted", "after"),
    (claims, "settle", "before"),
    (claims, "settle", "after"),
)


def settle_in(now: dt.datetime, *, weekdays: int = EVERY_DAY) -> list[Person]:
    """Somebody in each zone who wants to be asked in those nights."""
    people = [
        factories.person(address=f"years{number}@example.org", zone=zone, now=now)
        for number, zone in enumerate(ZONES)
    ]
    for person in people:
        factories.schedule(person=person, now=now, at=f"{AT:%H:%M}", weekdays=weekdays)
    return people


def live(days: int, *, now: dt.datetime, kill_on: Callable[[int], bool], seed: int) -> int:
    """Let days pass, on some of them with a sender killed; how many kills there were."""
    dice = random.Random(seed)
    kills = 0
    for number in range(days):
        begin = now + number * DAY
        kills += _live_a_day(begin, begin + DAY, dice if kill_on(number) else None)
    return kills


def owed(
    person: Person, *, since: dt.datetime, until: dt.datetime, weekdays: int = EVERY_DAY
) -> int:
    """How many of the nights between two moments are theirs, counted one by one."""
    zone = ZoneInfo(person.zone)
    first, last = since.astimezone(zone).date() - DAY, until.astimezone(zone).date() + DAY
    nights = (first + number * DAY for number in range((last - first).days))
    chosen = (night for night in nights if weekdays >> night.weekday() & 1)
    moments = (dt.datetime.combine(night, AT, zone).astimezone(dt.UTC) for night in chosen)
    return sum(since < moment < until for moment in moments)


def doubts() -> int:
    """How often a mail stood in doubt."""
    return sum(Message.objects.values_list("doubts", flat=True))


def doubled(accepted: list[tuple[str, str]]) -> int:
    """How often a mail was accepted that had been accepted before."""
    return sum(count - 1 for count in Counter(accepted).values())


def _live_a_day(now: dt.datetime, end: dt.datetime, dice: random.Random | None) -> int:
    kills = 0
    while now < end:
        if dice is not None and not kills and _is_something_due(now):
            kills = _kill_one(now, dice)
        _do_what_is_due(now)
        now = _following(now)
    return kills


def _do_what_is_due(now: dt.datetime) -> None:
    while dispatch.tick(now):
        pass
    sweep(now=now)
    work(clock=lambda: now)


def _kill_one(now: dt.datetime, dice: random.Random) -> int:
    """A child does what is due and is killed at one step of it; 1 when it really was."""
    step = dice.choice(_STEPS)
    connections.close_all()
    child = os.fork()
    if child == 0:
        _die_at(*step)
        _do_what_is_due(now)
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    return int(os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL)


def _die_at(holder: Any, name: str, when: str) -> None:
    act = getattr(holder, name)

    def dying(*args: Any, **kwargs: Any) -> None:
        if when == "after":
            act(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(holder, name, dying)


def _is_something_due(now: dt.datetime) -> bool:
    waiting = Message.objects.filter(state=Message.State.WAITING, not_before__lte=now)
    return Schedule.objects.filter(next_at__lte=now).exists() or waiting.exists()


def _following(now: dt.datetime) -> dt.datetime:
    """The next moment at which something is due."""
    states = [Message.State.WAITING, Message.State.DOUBT]
    coming = Message.objects.filter(state__in=states, not_before__gt=now)
    moments = [
        Schedule.objects.filter(next_at__gt=now).order_by("next_at").values_list("next_at"),
        coming.order_by("not_before").values_list("not_before"),
    ]
    found = [row[0] for row in (query.first() for query in moments) if row]
    return min(found, default=now + DAY)
