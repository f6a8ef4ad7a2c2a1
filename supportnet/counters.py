"""How many requests there were and how long they took, over all web processes of this machine.

Each process counts in files of its own, mapped into memory, so that counting costs microseconds.
A file belongs to a numbered place and not to a process: whoever comes after goes on where the one
before stopped. So there are never more files than processes at once, and no count goes back.
"""

import fcntl
import os
from functools import cache
from pathlib import Path
from typing import TextIO

from django.conf import settings
from prometheus_client import Counter, Histogram, Metric, values
from prometheus_client.multiprocess import MultiProcessCollector

_MOST_PLACES = 256
_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
# All routes with all they answer fit in. Written out, not left as a hole: on a full disk a hole in
# a mapped file would end the process that fills it.
_SIZE = 1 << 20


def count(route: str, status: int, seconds: float) -> None:
    """One request is answered. A disk that takes no files disturbs no page."""
    try:
        requests, lasted = _meters()
    except OSError:
        return
    requests.labels(route, status).inc()
    lasted.labels(route).observe(seconds)


def families() -> list[Metric]:
    """What all processes counted so far, one sum for each route."""
    if not _folder().is_dir():
        return []
    return list(MultiProcessCollector(None, path=str(_folder())).collect())


def _folder() -> Path:
    # The number changes with what is counted: old files would be summed up with new ones.
    return Path(settings.VAR_DIR) / "counters" / "1"


@cache
def _meters() -> tuple[Counter, Histogram]:
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)  # the library reads it from there alone
    values.ValueClass = values.MultiProcessValue(_Place(folder))
    name = "supportnet_request"
    return (
        Counter(f"{name}s", "Requests answered.", ["route", "status"], registry=None),
        Histogram(f"{name}_seconds", "Took.", ["route"], registry=None, buckets=_SECONDS),
    )


class _Place:
    """The number under which this process counts: free again when the process is gone."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._pid, self._number = folder, 0, ""
        self._lock: TextIO | None = None

    def __call__(self) -> str:
        pid = os.getpid()
        if pid != self._pid:  # after a fork as well: two processes in one file would lose counts
            self._number, self._pid = self._take(), pid
        return self._number

    def _take(self) -> str:
        for number in range(_MOST_PLACES):
            lock = (self._folder / f"{number}.lock").open("a")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.close()
                continue
            self._lock = lock
            for kind in ("counter", "histogram"):
                _fill(self._folder / f"{kind}_{number}.db")
            return str(number)
        raise OSError("no place is free")


def _fill(path: Path) -> None:
    with path.open("ab") as file:
        missing = _SIZE - file.tell()
        if missing > 0:
            file.write(bytes(missing))
