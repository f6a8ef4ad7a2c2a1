"""The real thing, as `make run` starts it: an own folder, own ports, nothing shared."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Self

from tests.servers import ends_with_us

_ROOT = Path(__file__).resolve().parents[2]
# What would lead the house to somebody else's data, mail or keys.
_NOT_OURS = (
    *(
        "DATABASE_URL",
        "REDIS_URL",
        "SMTP_URL",
        "DJANGO_SETTINGS_MODULE",
        "DJANGO_ALLOW_ASYNC_UNSAFE",
    ),
    *("SECRET_KEY", "VAULT_KEYS", "VAULT_HASH_KEYS", "LINK_KEYS", "MAIL_FROM", "MIRROR"),
)


class House:
    """Web, worker, beat, Valkey and mailbox, from the first migration to the last process."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="supportnet-evening-")
        self.var = Path(self.folder.name)
        self.site = f"http://127.0.0.1:{_free_port()}"
        self.output = self.var / "run.txt"

    def __enter__(self) -> Self:
        with self.output.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "run_local"],
                cwd=_ROOT,
                env=self._environment(),
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=ends_with_us(signal.SIGINT),
            )
        self._wait_until_it_runs()
        return self

    def __exit__(self, *error: object) -> None:
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(60)
        finally:
            self.folder.cleanup()

    @property
    def mailbox(self) -> Path:
        return self.var / "mailbox"

    @property
    def database(self) -> Path:
        return self.var / "supportnet.sqlite3"

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in _NOT_OURS}
        return kept | {
            "SUPPORTNET_MODE": "local",
            "SUPPORTNET_VAR": str(self.var),
            "SITE_URL": self.site,
            "MAILBOX_PORT": str(_free_port()),
            "PYTHONUNBUFFERED": "1",
        }

    def _wait_until_it_runs(self) -> None:
        deadline = time.monotonic() + 90
        while "SupportNet is running" not in self.output.read_text():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"The house did not start:\n{self.output.read_text()}")
            time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
