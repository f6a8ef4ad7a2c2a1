"""A worker's own pulse: a thread beside the consumer that needs neither broker nor beat."""

import logging
import threading
from collections.abc import Callable

from django.db import connections

logger = logging.getLogger(__name__)

_EVERY = 15.0


def start(job: Callable[[], object]) -> threading.Event:
    """Call ``job`` every quarter of a minute until the returned event is set."""
    stopped = threading.Event()
    thread = threading.Thread(target=_poll, args=(job, stopped), name="poll", daemon=True)
    thread.start()
    return stopped


def _poll(job: Callable[[], object], stopped: threading.Event) -> None:
    while not stopped.wait(_EVERY):
        try:
            job()
        except Exception:
            logger.exception("the worker's own poll failed; it goes on")
        finally:
            # No connection stands open between two rounds: the pool may fork at any time.
            connections.close_all()
