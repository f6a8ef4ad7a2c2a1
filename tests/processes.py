"""The whole of SupportNet as processes, for tests of what `make run` promises."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

from django.conf import settings

from supportnet.local.valkey import free_port

_PATIENCE = 60.0


def until(ask: Callable[[], Any], seconds: float = _PATIENCE) -> Any:
    """The first answer that is true; fails when none comes."""
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s for {ask}"
        time.sleep(0.05)
    return answer


class Installation:
    """`make run` in a folder of its own, on ports of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self.mail_port = free_port(), free_port()
        self._said = folder.with_name("said.txt")
        self.site = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        for pid in self.pids():
            os.kill(pid, signal.SIGKILL)
        if self._process:
            self._process.wait()

    def start(self) -> None:
        """Start it and wait until it says where to look."""
        with self._said.open("w") as said:
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", "run_local"],
                cwd=settings.BASE_DIR,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
            )
        until(self._is_up_or_gave_up)
        assert self._process.poll() is None, self._said.read_text()

    def _environment(self) -> dict[str, str]:
        elsewhere = {"DATABASE_URL", "REDIS_URL", "SMTP_URL"}
        kept = {name: value for name, value in os.environ.items() if name not in elsewhere}
        return kept | {
            "SUPPORTNET_MODE": "local",
            "SUPPORTNET_VAR": str(self.folder),
            "SITE_URL": self.site,
            "MAILBOX_PORT": str(self.mail_port),
        }

    def post(self, subject: str) -> None:
        """Put a mail into the outbox, and ring for nobody."""
        code = "from django.core.mail import send_mail;"
        code += f"send_mail({subject!r}, 'Words.', None, ['alex@example.org'])"
        command = [sys.executable, "manage.py", "shell", "-c", code]
        subprocess.run(
            command, cwd=settings.BASE_DIR, env=self._environment(), check=True, capture_output=True
        )

    def heard(self, part: str) -> str:
        """When a part of the machine was last heard, as the database has it."""
        with sqlite3.connect(self.folder / "supportnet.sqlite3", timeout=20) as database:
            asked = "SELECT max(heard_at) FROM outbox_pulse WHERE name = ?"
            return str(database.execute(asked, [part]).fetchone()[0] or "")

    def _is_up_or_gave_up(self) -> bool:
        assert self._process is not None
        return self._process.poll() is not None or "Ctrl-C stops" in self._said.read_text()

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the one process that the terminal knows."""
        assert self._process is not None
        self._process.send_signal(number)

    def wait(self) -> int:
        assert self._process is not None
        return self._process.wait(_PATIENCE)

    def get(self, path: str) -> str:
        """A page, as somebody without an account sees it; empty while nobody answers."""
        try:
            with urllib.request.urlopen(f"{self.site}{path}", timeout=10) as answer:
                return str(answer.read().decode())
        except OSError:
            return ""

    def pids(self, doing: str = "") -> list[int]:
        """Processes of this installation whose command line contains ``doing``."""
        return [pid for pid, command in _processes(self.folder) if doing in command]


def _processes(folder: Path) -> Iterator[tuple[int, str]]:
    mark = f"SUPPORTNET_VAR={folder}\0".encode()
    for path in Path("/proc").glob("[0-9]*"):
        try:
            ended = "\nState:\tZ" in (path / "status").read_text()
            if not ended and mark in (path / "environ").read_bytes() + b"\0":
                yield int(path.name), (path / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
