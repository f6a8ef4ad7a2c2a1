"""A worker told to stop: the signal only makes a note, and the sending loop reads it between mails.

The mail in hand gets a minute to end; what was claimed beside it goes back into the queue at once.
"""

import contextlib
import math
import mmap
import signal
import threading
import time
from collections.abc import Iterator

# A supervisor gives a worker ninety seconds (docker-compose.yml); the rest is for writing down.
TO_FINISH = 60.0


class Stop:
    """Whether this process was told to stop, or the worker whose child it is."""

    def __init__(self) -> None:
        # Shared memory: one note by the worker's first process reaches the children it forked.
        self._page = memoryview(mmap.mmap(-1, 8)).cast("d")
        self._here = 0.0

    def ask(self) -> None:
        """Stop this process and its children; fit to be called by a signal handler."""
        if not self._everywhere:
            self._page[0] = time.monotonic()

    def ask_here(self, number: int, frame: object) -> None:
        """Stop this process alone: a signal handler."""
        self._here = self._here or time.monotonic()

    def take_back(self) -> None:
        """Forget that it was asked."""
        self._page[0] = 0.0
        self._here = 0.0

    @property
    def is_asked(self) -> bool:
        return bool(self._everywhere or self._here)

    @property
    def seconds_left(self) -> float:
        """How long the mail in hand may still take; without end while nobody asks."""
        asked = [moment for moment in (self._everywhere, self._here) if moment]
        return min(asked) + TO_FINISH - time.monotonic() if asked else math.inf

    @contextlib.contextmanager
    def heeded(self) -> Iterator[None]:
        """TERM waits for the end of this block, which looks at ``is_asked`` meanwhile.

        For one that is sent to a worker's child itself, as some supervisors do: it would end there.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGTERM, self.ask_here)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, before or signal.SIG_DFL)
            if self._here:
                self._here = 0.0
                signal.raise_signal(signal.SIGTERM)

    @property
    def _everywhere(self) -> float:
        return self._page[0]


stop = Stop()
