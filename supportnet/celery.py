"""The Celery application. Tasks only wake workers: what must happen is a row in the database."""

import logging.config
import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_ready
from django.conf import settings

from outbox import poll

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
    # What it deletes is counted in days; a beat that is restarted begins to count anew.
    "purge": _every(60 * 60, "supportnet.tasks.purge"),
}


@setup_logging.connect
def _use_our_logging(**kwargs: Any) -> None:
    # Celery's own set-up would write past the filter that keeps words out of logs.
    logging.config.dictConfig(settings.LOGGING)


@worker_ready.connect
def _keep_going(**kwargs: Any) -> None:
    # Beside the consumer: with broker or beat gone mail still leaves, a minute later at most.
    poll.start(app.tasks["outbox.tasks.keep_going"])
