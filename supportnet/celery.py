"""The Celery application. Tasks only wake workers: what must happen is a row in the database."""

import logging.config
import os
from typing import Any

from celery import Celery
from celery.signals import (
    setup_logging,
    task_postrun,
    task_prerun,
    task_received,
    worker_init,
    worker_shutdown,
    worker_shutting_down,
)
from django.conf import settings
from django.db import connections

from outbox.bell import bell
from outbox.poll import Ear, Poll, Scales
from outbox.stop import stop
from supportnet import logs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportnet.settings")

app = Celery("supportnet")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def _every(seconds: int, task: str) -> dict[str, Any]:
    # It expires with its interval: after an outage one knock at the door is enough.
    return {"task": task, "schedule": seconds, "options": {"expires": seconds}}


app.conf.beat_schedule = {
    "tick": _every(15, "checkins.tasks.tick"),
    "deliver": _every(15, "outbox.tasks.deliver"),
    "sweep": _every(60, "outbox.tasks.sweep"),
    "heartbeat": _every(30, "outbox.tasks.heartbeat"),
    "look_after_mail": _every(5 * 60, "circles.tasks.look_after_mail"),
    "monday_line": _every(60 * 60, "outbox.tasks.monday_line"),
    # What it deletes is counted in days; a beat that is restarted begins to count anew.
    "purge": _every(60 * 60, "supportnet.tasks.purge"),
}


@setup_logging.connect
def _use_our_logging(**kwargs: Any) -> None:
    # Celery's own set-up would write past the filter that keeps words out of logs.
    logging.config.dictConfig(settings.LOGGING)


@task_prerun.connect
def _fresh_connection(**kwargs: Any) -> None:
    # Celery keeps the connection from task to task. As a page does: one that broke is left.
    for connection in connections.all(initialized_only=True):
        connection.close_if_unusable_or_obsolete()


@task_prerun.connect
def _say_which_task(task_id: str, task: Any, **kwargs: Any) -> None:
    logs.about.set({"task": task.name, "task_id": task_id})


@task_postrun.connect
def _no_task(**kwargs: Any) -> None:
    logs.about.set({})


ear = Ear(bell.waiting)


@task_received.connect
def _hear(**kwargs: Any) -> None:
    ear.hear()


@worker_init.connect
def _keep_going(**kwargs: Any) -> None:
    # Beside the consumer: with broker or beat gone mail still leaves, a minute later at most. Not
    # at "worker ready": a worker that finds no broker when it starts never gets that far.
    tasks = (app.tasks["outbox.tasks.keep_going"], app.tasks["outbox.tasks.watch"])
    poll = Poll(*tasks, ear.look, Scales().look)
    poll.start()
    worker_shutdown.connect(lambda **kwargs: poll.stop(), weak=False)


@worker_shutting_down.connect
def _stop(**kwargs: Any) -> None:
    stop.ask()
