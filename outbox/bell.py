"""The doorbell: tells a worker that something waits. Losing it loses nothing but seconds."""

import logging
from collections import Counter
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import connection, transaction
from kombu import Connection
from kombu.exceptions import KombuError

logger = logging.getLogger(__name__)

# How often the bell did not ring since this process started; the health page may ask.
unheard: Counter[str] = Counter()

_QUICK = {"socket_connect_timeout": 1, "socket_timeout": 1, "max_retries": 0}


def on_commit() -> None:
    """Ring once this transaction is committed, however many messages it holds."""
    if not settings.REDIS_URL or _rings_already():
        return
    transaction.on_commit(ring, robust=True)


def ring() -> None:
    """Wake a worker. A broker that is gone or silent costs at most a second and is only counted."""
    if not settings.REDIS_URL:
        return
    try:
        with Connection(settings.CELERY_BROKER_URL, transport_options=_quick()) as broker:
            current_app.send_task(
                "outbox.tasks.deliver", connection=broker, retry=False, expires=60
            )
    except (OSError, KombuError) as error:
        unheard[type(error).__name__] += 1
        logger.info("the bell was not heard")


def _rings_already() -> bool:
    # A ring that was noted inside our own savepoints can only be undone together with this one.
    here = set(connection.savepoint_ids)
    return any(noted[1] is ring and noted[0] <= here for noted in connection.run_on_commit)


def _quick() -> dict[str, Any]:
    return {**settings.CELERY_BROKER_TRANSPORT_OPTIONS, **_QUICK}
