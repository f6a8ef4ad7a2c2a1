"""What Celery wakes up. No task carries anything: the rows say what is to be done."""

import datetime as dt
import logging

from celery import current_app, shared_task
from django.utils import timezone

from outbox import claims, guard, monday, watchdog, work
from outbox import sweep as sweeper
from outbox.models import Pulse

logger = logging.getLogger(__name__)

# What beat does more rarely than this can wait for beat.
_OFTEN = 60
# Nor is a sign of life written down more often than twice in so many seconds.
_HEARD = 60
_watch = watchdog.Watch()


@shared_task(name="outbox.tasks.deliver")
def deliver() -> None:
    """Send what is due."""
    _hear("deliver", timezone.now())
    work.work()


@shared_task(name="outbox.tasks.sweep")
def sweep() -> None:
    """Take care of what dead senders left."""
    _hear("sweep", timezone.now())
    sweeper.sweep(now=claims.database_clock())


@shared_task(name="outbox.tasks.heartbeat")
def heartbeat() -> None:
    """Beat, broker and worker are there: nobody else says this."""
    Pulse.objects.note("heartbeat", now=timezone.now())


@shared_task(name="outbox.tasks.keep_going")
def keep_going() -> None:
    """Run what beat should have run and did not: with no broker or no beat mail still leaves."""
    now = timezone.now()
    guard.look(now=now)
    for name, entry in current_app.conf.beat_schedule.items():
        if name == "heartbeat" or entry["schedule"] > _OFTEN:
            continue
        quiet = dt.timedelta(seconds=3 * entry["schedule"])
        if Pulse.objects.silent(name, longer_than=quiet, now=now):
            _run(name, entry["task"], now)


@shared_task(name="outbox.tasks.monday_line")
def monday_line() -> None:
    """Tell the operator once a week that all is well, or what is not."""
    monday.tell(now=timezone.now())


@shared_task(name="outbox.tasks.watch")
def watch() -> None:
    """Tell the operator what needs a hand."""
    _watch.look(now=timezone.now())


def _run(name: str, task: str, now: dt.datetime) -> None:
    # One that fails, or that this older worker does not know, must not keep the others.
    try:
        _hear(name, now)
        current_app.tasks[task]()
    except Exception:
        logger.exception("%s failed in the worker's own poll", name)


def _hear(name: str, now: dt.datetime) -> None:
    # Before anything leaves: an older database than ours means that some of it left already.
    guard.look(now=now)
    # The poll speaks up after three intervals of beat: only three silences of *that* length are an
    # outage. It is ours then, and never counts as a person's silence.
    seconds = current_app.conf.beat_schedule[name]["schedule"]
    Pulse.objects.hear(name, every=dt.timedelta(seconds=max(_HEARD, 3 * seconds)), now=now)
