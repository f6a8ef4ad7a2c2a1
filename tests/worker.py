"""A real Celery worker on the database of a test, with a pool of two, as production starts it."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

_COMMAND = ("-m", "celery", "-A", "supportnet", "worker")
_OPTIONS = ("--concurrency", "2", "--without-gossip", "--without-mingle")


def environment(**more: str) -> dict[str, str]:
    """What a process needs to stand on the database of this test."""
    name = str(connection.settings_dict["NAME"])
    given = os.environ.get("DATABASE_URL")
    url = urlsplit(given)._replace(path=f"/{name}").geturl() if given else f"sqlite:///{name}"
    return {**os.environ, "DATABASE_URL": url, **more}


class Worker:
    """Ends with its block, whatever happens in it."""

    def __init__(self, folder: Path, *, redis_url: str, smtp_url: str) -> None:
        self._said = folder / "worker.log"
        self._environment = environment(REDIS_URL=redis_url, SMTP_URL=smtp_url)

    def __enter__(self) -> Self:
        with self._said.open("w") as said:
            self.process = subprocess.Popen(
                [sys.executable, *_COMMAND, *_OPTIONS],
                cwd=settings.BASE_DIR,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self

    def __exit__(self, *error: object) -> None:
        self.process.kill()  # its children end with it
        self.process.wait()

    @property
    def said(self) -> str:
        return self._said.read_text()

    @property
    def was_told_to_stop(self) -> bool:
        """Whether TERM was heard, and all that is done about it at once was done.

        It says so before it does it; then its first process waits again.
        """
        state = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()[0]
        return "Warm shutdown" in self.said and state == "S"
