"""A worker's own pulse: a thread beside the consumer that needs neither broker nor beat."""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

from django.db import connections

from outbox.stop import TO_FINISH, stop

logger = logging.getLogger(__name__)

_EVERY = 15.0
# Longer than any job of a round may take.
_HUNG = 600.0
# Longer than any task may take: a worker whose hands are all full is not deaf.
_DEAF_AFTER = 420.0
_TO_LEAVE = 90.0
# Half of what a child of the pool may weigh: each is born with all that its parent leaked.
_LEAKED = 150 << 20

# A fork in the middle of a round would copy its open connection, and with SQLite what this process
# believes to have locked: child and parent then wait for each other for ever.
_round = threading.RLock()
os.register_at_fork(
    before=_round.acquire, after_in_parent=_round.release, after_in_child=_round.release
)


class Poll:
    """Does its jobs every quarter of a minute until it is told to stop.

    Before each job the system is asked to end this process (by SIGALRM) should it never come back:
    one that hangs, for want of memory say, can do nothing for itself any more, not even fork. Its
    notes are free then, and it is started anew.
    """

    def __init__(self, *jobs: Callable[[], object]) -> None:
        self._jobs = jobs
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="poll", daemon=True)

    def start(self) -> None:
        """Begin; the first round comes after the first pause."""
        self._thread.start()

    def stop(self) -> None:
        """End, once the mail in hand is done."""
        self._over.set()
        self._thread.join(TO_FINISH)

    def _run(self) -> None:
        while not self._over.wait(_EVERY):
            with _round:
                for job in self._jobs:
                    self._do(job)
                # Nor does a connection stand open between two rounds.
                connections.close_all()
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _do(self, job: Callable[[], object]) -> None:
        signal.setitimer(signal.ITIMER_REAL, _HUNG)
        try:
            job()
        except Exception:
            logger.exception("a part of the worker's own poll failed; it goes on")


class Ear:
    """Leaves when this worker hears nothing while its queue fills, so that it is started anew.

    A consumer that lost its broker has come back by itself each time we looked; should one not,
    nobody has to notice.
    """

    def __init__(
        self, waiting: Callable[[], int], steady: Callable[[], float] = time.monotonic
    ) -> None:
        """``waiting`` asks the broker, past the consumer, how many tasks nobody took."""
        self._waiting, self._steady = waiting, steady
        self._heard_at = steady()

    def hear(self) -> None:
        """A task came in."""
        self._heard_at = self._steady()

    def look(self) -> None:
        """TERM to ourselves when deaf; a minute and a half later the hard way out."""
        quiet = self._steady() - self._heard_at
        if quiet < _DEAF_AFTER or not self._waiting():
            return
        logger.error("this worker hears nothing while tasks wait; it ends to be started anew")
        if quiet > _DEAF_AFTER + _TO_LEAVE:
            os._exit(1)
        os.kill(os.getpid(), signal.SIGTERM)


class Scales:
    """Leaves when the worker's first process grew too heavy, so that it is started anew.

    Celery renews the children of the pool. Nobody renews the process that forks them, and in an
    outage it does their work.
    """

    def __init__(self, weigh: Callable[[], int] | None = None) -> None:
        self._weigh = weigh or resident
        self._at_first = self._weigh()

    def look(self) -> None:
        """TERM to ourselves, once: the mails in hand of all children get their minute."""
        grown = self._weigh() - self._at_first
        if grown < _LEAKED or stop.is_asked:
            return
        logger.warning("this worker grew by %d MB; it ends to be started anew", grown >> 20)
        os.kill(os.getpid(), signal.SIGTERM)


def resident() -> int:
    """Bytes of memory this process holds; 0 where the system does not tell."""
    try:
        pages = Path("/proc/self/statm").read_text().split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
