"""Against django-celery-beat: the usual way, with a row of its tables for each of 100,000 people.

Its scheduler is asked in this process, on the same PostgreSQL and a real broker. What its tasks
would still have to do, writing the check-in and the message, is not counted; on our side it is.
"""

import datetime as dt
import json
from collections.abc import Iterator
from functools import cache

from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, PeriodicTask, PeriodicTasks
from django_celery_beat.schedulers import DatabaseScheduler

from bench import clock
from bench.compare import Row, Run, per_second
from checkins import dispatch
from supportnet.celery import app

_TASK = "bench.nothing"
_SENT = 20  # it needs a tenth of a second for each, so a round takes a sample


def against_celery_beat(run: Run) -> Iterator[Row]:
    """Due tasks a second, and a tick with nothing due."""
    count = run.size(100_000, 4_000)
    due = count // 100
    clock.seeded(count)
    scheduler = _scheduler(count, waiting=_SENT * run.rounds + 1)
    ours, theirs = run.turns(
        clock.drain,
        lambda: _send(scheduler),
        before=lambda: clock.set_due(due),
    )
    clock.check(due)
    name = f"django-celery-beat with {count:,} schedules"
    yield Row(
        f"due tasks a second against {name}",
        ">= 500 times",
        per_second(due, ours),
        per_second(_SENT, theirs),
        "/s",
    )
    clock.put_off()
    while scheduler.tick() == 0:  # send the last ones that are due
        pass
    ours, theirs = run.turns(
        lambda: dispatch.tick(clock.NINE), scheduler.tick, calls=run.size(20, 10)
    )
    yield Row(
        f"idle tick against {name}",
        ">= 100 times",
        per_second(1, ours),
        per_second(1, theirs),
        "ticks/s",
    )


def _send(scheduler: DatabaseScheduler) -> None:
    for _ in range(_SENT):
        assert scheduler.tick() == 0, "nothing was sent"


@cache
def _scheduler(count: int, *, waiting: int) -> DatabaseScheduler:
    """A scheduler that has read its tables and put its heap in order.

    Everybody has a daily time, spread over the day as people have them; it holds those within two
    hours of now. ``waiting`` of them are due.
    """
    now = timezone.now()
    crontabs = [
        CrontabSchedule(minute=str(minute), hour=str(hour), timezone="UTC")
        for hour in range(24)
        for minute in range(0, 60, 15)
    ]
    CrontabSchedule.objects.bulk_create(crontabs)
    PeriodicTask.objects.bulk_create(
        (
            PeriodicTask(
                name=f"person {number}",
                task=_TASK,
                crontab=crontabs[number % len(crontabs)],
                args=json.dumps([number]),
                last_run_at=now,
                date_changed=now,
            )
            for number in range(count)
        ),
        batch_size=5000,
    )
    now_ish = [one.pk for one in crontabs if int(one.hour) == now.hour]
    overdue = PeriodicTask.objects.filter(crontab__in=now_ish).order_by("pk")[:waiting]
    PeriodicTask.objects.filter(pk__in=overdue).update(last_run_at=now - dt.timedelta(days=2))
    PeriodicTasks.update_changed()
    app.conf.beat_schedule = {}
    scheduler = DatabaseScheduler(app=app, lazy=False)
    assert scheduler.tick() == 0  # it fills its heap and sends the first one
    return scheduler
