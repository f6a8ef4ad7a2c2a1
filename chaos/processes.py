"""Processes as the operating system shows them."""

import contextlib
import os
import signal
from pathlib import Path


def of_installation(var: Path, doing: str = "") -> list[int]:
    """Living processes that work on this folder and whose command line contains ``doing``."""
    mark = f"SUPPORTNET_VAR={var}\0".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark not in (path / "environ").read_bytes() + b"\0" or int(path.name) == os.getpid():
                continue
            command = (path / "cmdline").read_text().replace("\0", " ")
            if doing in command and is_alive(int(path.name)):
                found.append(int(path.name))
    return sorted(found)


def is_alive(pid: int) -> bool:
    """Whether it runs, or stands still; a zombie does neither."""
    with contextlib.suppress(OSError):
        return _status(pid)[0] not in "ZX"
    return False


def parent(pid: int) -> int:
    """Who started it; 0 when it is gone."""
    with contextlib.suppress(OSError):
        return int(_status(pid)[1])
    return 0


def resident(pid: int) -> int:
    """Bytes of memory it holds."""
    with contextlib.suppress(OSError):
        pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")
    return 0


def signal_one(pid: int, number: signal.Signals) -> None:
    """Send a signal; a process that is gone already is no error."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def owner_of_port(port: int, pids: list[int]) -> int | None:
    """The process among ``pids`` whose end of a TCP line has this port."""
    inode = _inode(port)
    for pid in pids:
        with contextlib.suppress(OSError):
            for path in Path(f"/proc/{pid}/fd").iterdir():
                with contextlib.suppress(OSError):
                    if inode and os.readlink(path) == f"socket:[{inode}]":
                        return pid
    return None


def _status(pid: int) -> list[str]:
    # The name of a program stands in brackets and may contain anything.
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _inode(port: int) -> str:
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        words = line.split()
        if int(words[1].rpartition(":")[2], 16) == port and words[3] == "01":
            return words[9]
    return ""
