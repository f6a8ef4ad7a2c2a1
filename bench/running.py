"""Web, workers and beat as production starts them, on a port of their own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import psutil
from django.conf import settings

from supportnet.local.valkey import free_port

_PATIENCE = 240.0
GUNICORN = ("gunicorn", "supportnet.wsgi", "--bind", "127.0.0.1:{port}")
_AS_A_PROXY = {
    "Host": urlsplit(settings.SITE_URL).hostname or "",
    "X-Forwarded-Proto": "https",
}


class Running:
    """The processes of one installation; they end with the block."""

    def __init__(
        self,
        *,
        workers: int = 0,
        beat: bool = False,
        renewed: bool = True,
        server: Sequence[str] = GUNICORN,
    ) -> None:
        """``renewed`` is what production does: a process makes room after so many jobs."""
        web = () if renewed else ("--max-requests", "0")
        tasks = () if renewed else ("--max-tasks-per-child", "1000000")
        self.port = free_port()
        self._folder = Path(settings.VAR_DIR)
        self._wanted = {
            "web": [*(word.format(port=self.port) for word in server), *web],
            **{f"worker {number + 1}": _worker(number, *tasks) for number in range(workers)},
        }
        if beat:
            schedule = str(self._folder / "beat")
            self._wanted["beat"] = _celery("beat", "--schedule", schedule, "--pidfile=")
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        # Nothing that a server of theirs says gets lost, and none of it mixes with the table.
        with (self._folder / "processes.log").open("ab") as log:
            for name, words in self._wanted.items():
                self._processes[name] = subprocess.Popen(
                    [sys.executable, "-m", *words],
                    cwd=settings.BASE_DIR,
                    env=os.environ | {"PYTHONUNBUFFERED": "1"},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                )
        self._wait_for_the_site()
        return self

    def __exit__(self, *error: object) -> None:
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()
            process.wait()

    def web_workers(self) -> list[psutil.Process]:
        """The processes that answer requests, the oldest first."""
        children = psutil.Process(self._processes["web"].pid).children()
        return sorted(children, key=psutil.Process.create_time)

    def reload(self) -> None:
        """A rolling restart: fresh workers come up, the old ones finish what they have in hand."""
        self._processes["web"].send_signal(signal.SIGHUP)

    def each(self) -> dict[str, psutil.Process]:
        """Every process by name, with those it started."""
        found = {}
        for name, process in self._processes.items():
            parent = psutil.Process(process.pid)
            found[name] = parent
            for number, child in enumerate(parent.children(recursive=True)):
                found[f"{name}, hand {number + 1}"] = child
        return found

    def _wait_for_the_site(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                line = HTTPConnection("127.0.0.1", self.port, timeout=30)
                line.request("GET", "/robots.txt", headers=_AS_A_PROXY)
                status = line.getresponse().status
                line.close()
                assert status == 200
                return
            except OSError:
                assert time.monotonic() < deadline, "the site did not come up"
                time.sleep(0.1)


def _worker(number: int, *words: str) -> list[str]:
    quiet = ("--without-gossip", "--without-mingle", "--loglevel", "WARNING")
    return _celery(
        "worker", "--concurrency", "2", "--hostname", f"bench{number}@%h", *quiet, *words
    )


def _celery(*words: str) -> list[str]:
    return ["celery", "-A", "supportnet", *words]
