"""The clock: a tick with nothing due, and a morning on which many are."""

import datetime as dt
from collections.abc import Iterator
from functools import cache

from django.db import connection

from bench import seeds
from bench.compare import Row, Run
from bench.seeds import NINE, POSTGRES
from checkins import dispatch
from checkins.models import Schedule

LATER = NINE + dt.timedelta(days=1)
_ENGINE = "" if POSTGRES else ", SQLite"


@cache
def seeded(count: int) -> int:
    """Seed once for all comparisons of this process; all are asked later."""
    seeds.people(count)
    Schedule.objects.update(next_at=LATER)
    seeds.tidy()
    return count


def idle_tick(run: Run) -> Iterator[Row]:
    """A tick that finds nothing, beside the driver's own empty indexed query."""
    count = seeded(run.size(1_000_000, 20_000))
    ours, theirs = _ticks(run)
    yield Row(f"tick, nothing due of {count:,}{_ENGINE}", "<= 3 times", ours, theirs)


def _ticks(run: Run) -> tuple[list[float], list[float]]:
    connection.ensure_connection()
    bare = connection.connection.cursor()
    sql = dispatch._ANY_DUE if POSTGRES else dispatch._ANY_DUE.replace("%s", "?")
    at = dispatch._stored(NINE)

    def theirs() -> None:
        bare.execute(sql, (at,))
        bare.fetchone()

    return run.turns(lambda: dispatch.tick(NINE), theirs, calls=run.size(300, 50))
