"""A day of a million people: how late a question comes into being, and its mail leaves.

`make bench ONLY=million`; not part of the run of all, for it takes minutes. The clock moves from
one moment on which somebody is due to the next. The dispatch is the real one and every row is
written; its seconds are measured and added to the moment. How fast one sender is gets measured too:
the real ``work()`` sends real mails to a sink. The rest is a queue: first come, first sent, by one
sender at that pace.
"""

import datetime as dt
import math
import time
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from django.db import connection
from django.db.models import Count

from bench import seeds
from bench.compare import Row, Run
from bench.mails import sink
from bench.zones import HOURS, PEOPLE
from checkins import cadence, dispatch
from checkins.models import CheckIn, Schedule
from outbox.models import Message
from outbox.work import work
from tests import factories

MIDNIGHT = dt.datetime(2026, 11, 26, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
_TICK = 15.0  # beat comes every fifteen seconds; each moment is as unlucky as it can be


class Opened(NamedTuple):
    """One batch: when it was due and when it was there, in seconds from midnight, and how many."""

    due: float
    there: float
    count: int


def a_day(run: Run) -> Iterator[Row]:
    """Lateness of questions and of mails over one day."""
    count = run.size(1_000_000, 20_000)
    pace = sender_pace(run.size(2_000, 100))
    everybody(count)
    batches = list(opened())
    assert sum(batch.count for batch in batches) == count, "somebody was not asked, or twice"
    assert CheckIn.objects.filter(due_at__gte=MIDNIGHT).count() == count
    asked = spread((batch.there - batch.due, batch.count) for batch in batches)
    name = f"a day of {count:,} people, questions"
    yield Row(f"{name}, latest", "<= 60 s", [asked["max"]])
    sent = spread(lateness(batches, pace))
    name = f"a day of {count:,} people, mails by one sender"
    mean = math.ceil(count / DAY.total_seconds())
    yield Row(f"{name}, its pace", f">= {mean} mails/s", [pace], unit="mails/s")
    for which, goal in (("p50", "<= 60 s"), ("p99", "<= 300 s"), ("max", "<= 600 s")):
        yield Row(f"{name}, {which}", goal, [sent[which]])
    calm = spread(lateness(within_a_quarter(batches), pace))
    yield Row(f"{name}, asked within a quarter of an hour, max", "<= 300 s", [calm["max"]])


def sender_pace(sample: int) -> float:
    """Mails a second of one sender: written, fenced, journalled, handed over, settled."""
    early = MIDNIGHT - DAY
    for _ in range(sample):
        factories.schedule(person=factories.person(), now=early)
    due = Schedule.objects.order_by("next_at").values_list("next_at", flat=True)[0]
    while dispatch.tick(due):
        pass
    begin = time.perf_counter()
    with sink():
        while Message.objects.filter(state=Message.State.WAITING).exists():
            work(clock=lambda: due)
    seconds = time.perf_counter() - begin
    assert Message.objects.filter(state=Message.State.SENT).count() == sample
    Schedule.objects.update(next_at=None)
    return sample / seconds


def everybody(count: int) -> None:
    """People in their zones, each asked at a time of their own; all of them once on this day."""
    seeds.people(count, zone=_dealt(PEOPLE, "n"), local_time=_dealt(HOURS, "n / 100"))
    moments = [
        (zone, time, _first(zone, time))
        for zone, time in Schedule.objects.values_list("zone", "local_time").distinct()
    ]
    with connection.cursor() as cursor:
        places = ", ".join(["(%s, %s::time, %s::timestamptz)"] * len(moments))
        cursor.execute(
            f"UPDATE checkins_schedule AS s SET next_at = m.at, weekdays = {cadence.EVERY_DAY} "
            f"FROM (VALUES {places}) AS m(zone, local_time, at) "
            "WHERE s.zone = m.zone AND s.local_time = m.local_time AND s.next_at IS NOT NULL",
            [value for moment in moments for value in moment],
        )
    seeds.tidy()


def opened() -> Iterator[Opened]:
    """The real dispatch at each moment of the day; a batch waits for the one before it."""
    free = 0.0
    moments = Schedule.objects.filter(next_at__lt=MIDNIGHT + DAY).values("next_at")
    for moment in moments.annotate(many=Count("pk")).order_by("next_at").values_list("next_at"):
        due = (moment[0] - MIDNIGHT).total_seconds()
        free = max(free, due + _TICK)
        while True:
            begin = time.perf_counter()
            count = dispatch.tick(moment[0] + dt.timedelta(seconds=_TICK))
            if count == 0:
                break
            free += time.perf_counter() - begin
            yield Opened(due, free, count)


def within_a_quarter(batches: list[Opened]) -> list[Opened]:
    """The same day, had everybody agreed to be asked at any minute of the next fifteen."""
    parts = [
        Opened(
            batch.due + 60 * minute,
            batch.there + 60 * minute,
            batch.count * (minute + 1) // 15 - batch.count * minute // 15,
        )
        for batch in batches
        for minute in range(15)
    ]
    return sorted(parts, key=lambda part: part.there)


def lateness(batches: list[Opened], pace: float) -> Iterator[tuple[float, int]]:
    """How late each mail leaves, and how many so; a batch in a hundred parts is exact enough."""
    free = 0.0
    for batch in batches:
        free = max(free, batch.there)
        for part in range(100):
            few = batch.count * (part + 1) // 100 - batch.count * part // 100
            free += few / pace
            yield free - batch.due, few


def spread(late: Iterator[tuple[float, int]]) -> Mapping[str, float]:
    """The middle, the worst in a hundred and the worst of all."""
    ordered = sorted(late)
    whole, seen, found = sum(count for _, count in ordered), 0, {"max": ordered[-1][0]}
    for seconds, count in ordered:
        seen += count
        for name, share in (("p50", 0.5), ("p99", 0.99)):
            if seen >= share * whole:
                found.setdefault(name, seconds)
    return found


def _first(zone: str, time: dt.time) -> dt.datetime:
    rhythm = cadence.Rhythm(zone, time, cadence.EVERY_DAY)
    return cadence.next_moment(after=MIDNIGHT - dt.timedelta(microseconds=1), rhythm=rhythm).at


def _dealt(shares: Mapping[str, int], number: str) -> str:
    """An expression that gives each value to its share of a hundred."""
    bound, cases = 0, []
    for value, share in shares.items():
        bound += share
        cases.append(f"WHEN ({number}) %% 100 < {bound} THEN '{value}'")
    assert bound == 100, bound
    return f"CASE {' '.join(cases)} END"
