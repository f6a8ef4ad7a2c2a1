"""The doorbell: tells a worker that something waits. Losing it loses nothing but seconds."""

import logging
import threading
import time
from collections import Counter
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import connection, transaction
from kombu import Connection
from kombu.exceptions import ChannelError, KombuError

logger = logging.getLogger(__name__)

_QUICK = {"socket_connect_timeout": 1, "socket_timeout": 1, "max_retries": 0}
# After nobody heard it: the workers look by themselves, and no page waits for each of its mails.
_PAUSE = 5.0
# A broker that is well answers within milliseconds; one that needs longer is still rung.
_PATIENCE = 0.5
_QUEUE = "celery"


class Bell:
    """What this process knows of the broker; ``unheard`` counts how often nobody answered."""

    def __init__(self) -> None:
        self.unheard: Counter[str] = Counter()
        self._quiet_until = 0.0
        self._is_in_doubt = False
        self._trial = threading.Lock()

    def on_commit(self) -> None:
        """Ring once this transaction is committed, however many messages it holds."""
        if settings.REDIS_URL and not self._rings_already():
            transaction.on_commit(self.ring, robust=True)

    def ring(self) -> None:
        """Wake a worker. A broker that is gone, silent or slow costs half a second a pause."""
        if not settings.REDIS_URL or time.monotonic() < self._quiet_until:
            return
        if not self._is_in_doubt:
            self._knock()
        elif self._trial.acquire(blocking=False):
            # One page finds out whether it hears again; no other waits beside it.
            try:
                self._knock()
            finally:
                self._trial.release()

    def waiting(self) -> int:
        """How many tasks wait at the broker; none when it does not answer."""
        try:
            with _broker() as broker, broker.channel() as channel:
                return int(channel.queue_declare(_QUEUE, passive=True).message_count)
        except (OSError, KombuError, ChannelError):
            return 0

    def _knock(self) -> None:
        # By a hand of its own: neither a name that is never found nor a broker that drips its
        # answer out can be left otherwise.
        hand = threading.Thread(target=self._pull, name="bell", daemon=True)
        hand.start()
        hand.join(_PATIENCE)
        if hand.is_alive():
            self._was_not_heard("slow")

    def _pull(self) -> None:
        try:
            with _broker() as broker:
                current_app.send_task(
                    "outbox.tasks.deliver", connection=broker, retry=False, expires=60
                )
        except (OSError, KombuError) as error:
            self._was_not_heard(type(error).__name__)
        else:
            self._is_in_doubt = False

    def _was_not_heard(self, why: str) -> None:
        if time.monotonic() < self._quiet_until:
            return  # one that was too slow also failed in the end
        self._is_in_doubt = True
        self._quiet_until = time.monotonic() + _PAUSE
        self.unheard[why] += 1
        logger.info("the bell was not heard")

    def _rings_already(self) -> bool:
        # What was noted inside our own savepoints can only be undone together with this.
        here = set(connection.savepoint_ids)
        return any(noted[1] == self.ring and noted[0] <= here for noted in connection.run_on_commit)


def _broker() -> Any:
    options = {**settings.CELERY_BROKER_TRANSPORT_OPTIONS, **_QUICK}
    return Connection(settings.CELERY_BROKER_URL, transport_options=options)


bell = Bell()
