"""The clock: a tick with nothing due, and a morning on which many are."""

import datetime as dt
import os
import subprocess
from collections.abc import Iterator
from functools import cache
from multiprocessing import get_context
from multiprocessing.connection import Connection

from django.db import connection, connections, transaction
from django.db.models import F, Q, QuerySet

from bench import bare_sql, seeds
from bench.compare import Row, Run, per_second
from bench.seeds import NINE, POSTGRES
from checkins import dispatch
from checkins.models import CheckIn, Schedule
from outbox.models import Message

LATER = NINE + dt.timedelta(days=1)
_fork = get_context("fork")
_ENGINE = "" if POSTGRES else ", SQLite"


@cache
def seeded(count: int) -> int:
    """Seed once for all comparisons of this process; everybody is asked a day later."""
    seeds.people(count)
    Schedule.objects.update(next_at=LATER)
    seeds.tidy()
    return count


def idle_tick(run: Run) -> Iterator[Row]:
    """A tick that finds nothing, beside the driver's own empty indexed query."""
    count = seeded(run.size(1_000_000 if POSTGRES else 100_000, 20_000))
    put_off()
    ours, theirs = _ticks(run)
    yield Row(f"tick, nothing due of {count:,}{_ENGINE}", "<= 3 times", ours, theirs)


def moved_tick(run: Run) -> Iterator[Row]:
    """The same right after many rows moved: their dead index entries are still in the way."""
    count, due = seeded(run.size(1_000_000, 20_000)), run.size(100_000, 2_000)
    put_off()
    set_due(due)
    drain()
    ours, theirs = _ticks(run)
    name = f"tick right after {due:,} of {count:,} moved, no vacuum"
    yield Row(name, "<= 3 times", ours, theirs)


def morning(run: Run) -> Iterator[Row]:
    """Many due at once with their check-ins and messages, beside bare statements."""
    full = (1_000_000, 100_000) if POSTGRES else (100_000, 20_000)
    count, due = seeded(run.size(full[0], 20_000)), run.size(full[1], 2_000)
    ours, theirs = run.turns(
        drain, _psql if POSTGRES else _bare, before=lambda: set_due(due), after=lambda: check(due)
    )
    name = f"dispatch {due:,} of {count:,} against {'psql' if POSTGRES else 'bare statements'}"
    yield Row(name + _ENGINE, ">= 0.80 times", per_second(due, ours), per_second(due, theirs), "/s")


def two_at_once(run: Run) -> Iterator[Row]:
    """Two processes dispatch together, beside one alone; each row moves once."""
    count, due = seeded(run.size(1_000_000, 20_000)), run.size(100_000, 10_000)
    two, one = Dispatchers(2), Dispatchers(1)
    ours, theirs = run.turns(
        two.drain, one.drain, before=lambda: set_due(due), after=lambda: check(due)
    )
    assert sum(two.moved) == sum(one.moved) == due * run.rounds, "a row moved twice or not at all"
    name = f"two dispatchers against one, {due:,} of {count:,}"
    yield Row(name, ">= 1.0 times", per_second(due, ours), per_second(due, theirs), "/s")


def put_off() -> None:
    """Nobody is due, nobody was asked."""
    with connection.cursor() as cursor:
        if POSTGRES:
            cursor.execute("TRUNCATE outbox_message, checkins_checkin CASCADE")
        else:
            cursor.execute("DELETE FROM outbox_message")
            cursor.execute("DELETE FROM checkins_checkin")
    moved = ~Q(next_at=LATER) | Q(turn__gt=0)
    Schedule.objects.filter(moved).update(next_at=LATER, turn=0)


def set_due(due: int) -> None:
    """So many are due at nine, strewn over the whole table; the rest a day later."""
    put_off()
    every = Schedule.objects.count() // due
    Schedule.objects.alias(nth=F("id") % every).filter(nth=0).update(next_at=NINE)
    with connection.cursor() as cursor:
        if POSTGRES:
            cursor.execute("VACUUM ANALYZE checkins_schedule, checkins_checkin, outbox_message")
            cursor.execute("CHECKPOINT")
        else:
            cursor.execute("ANALYZE")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _due() -> QuerySet[Schedule]:
    return Schedule.objects.filter(next_at__lte=NINE)


def check(due: int) -> None:
    """Everybody who was due was asked, once."""
    asked = (CheckIn.objects.count(), Message.objects.count(), _due().count())
    assert asked == (due, due, 0), asked
    assert Schedule.objects.filter(turn=1).count() == due, "a turn counted twice or not at all"


def drain() -> int:
    """Tick until nothing is due; how many moved on."""
    moved = 0
    while opened := dispatch.tick(NINE):
        moved += opened
    return moved


class Dispatchers:
    """Processes with a connection of their own, waiting for the word to begin."""

    def __init__(self, count: int) -> None:
        connections.close_all()
        self.moved: list[int] = []
        self._lines = []
        for _ in range(count):
            line, their_end = _fork.Pipe()
            _fork.Process(target=_dispatch_on_demand, args=(their_end,), daemon=True).start()
            self._lines.append(line)

    def drain(self) -> None:
        for line in self._lines:
            line.send("begin")
        self.moved += [line.recv() for line in self._lines]


def _dispatch_on_demand(line: Connection) -> None:
    connection.ensure_connection()
    while line.recv():
        line.send(drain())


def _ticks(run: Run) -> tuple[list[float], list[float]]:
    connection.ensure_connection()
    bare = connection.connection.cursor()
    sql, at = dispatch._ANY_DUE, dispatch._stored(NINE)

    def theirs() -> None:
        bare.execute(sql, (at,))
        assert bare.fetchone() is None

    return run.turns(lambda: dispatch.tick(NINE), theirs, calls=run.size(300, 50))


def _bare() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in bare_sql.statements():
            cursor.execute(statement)


def _psql() -> None:
    command = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", os.environ["DATABASE_URL"]]
    written = ";\n".join(bare_sql.statements())
    subprocess.run([*command, "--single-transaction"], input=written, text=True, check=True)
