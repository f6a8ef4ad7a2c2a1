"""A sender's own notes on its own disk: what it began, wrote, handed over, and what was accepted.

The database learns the outcome once per batch; when a sender dies in between, its notes tell the
truth about every single mail. The file is locked as long as its sender lives, so nobody else has to
guess whether it does. It holds numbers only.
"""

import contextlib
import fcntl
import os
import secrets
import socket
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

_THIS_BOOT = Path("/proc/sys/kernel/random/boot_id")

_BEGUN, _WRITTEN, _HANDED, _ACCEPTED, _DECLINED = "B", "R", "H", "A", "N"


def folder() -> Path:
    """Where the notes of this machine's senders lie."""
    return Path(settings.VAR_DIR) / "journal"


class Unwritable(Exception):
    """The disk does not take notes: nothing may be sent."""


class Journal:
    """The notes of one sender, open for writing and locked."""

    def __init__(self) -> None:
        own = f"{os.getpid()}.{_boot()}.{secrets.token_hex(6)}"
        self.owner = f"{socket.gethostname()[:40]}.{own}"
        folder().mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = folder() / self.owner
        self._is_torn = False
        # Locked before it has its name: nobody can take a fresh file for one left behind.
        draft = folder() / f".{self.owner}"
        self._file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        draft.rename(self._path)

    def begins(self, ids: list[int]) -> None:
        """Work on these messages begins: who is named here last is the suspect of a crash."""
        self._note(_BEGUN, *ids)

    def written(self, ids: list[int]) -> None:
        """These were rendered, or put aside without harm."""
        self._note(_WRITTEN, *ids)

    def hands_over(self, message_id: int, attempt: int) -> None:
        """From this line on the mail may have left."""
        self._note(_HANDED, message_id, attempt)

    def accepted(self, message_id: int, attempt: int, queue_id: str) -> None:
        """The server took it."""
        self._note(_ACCEPTED, message_id, attempt, "".join(queue_id.split())[:80])

    def declined(self, message_id: int, attempt: int) -> None:
        """The server said clearly that it did not take it."""
        self._note(_DECLINED, message_id, attempt)

    def close(self, *, settled: bool) -> None:
        """Let go; the file stays for the sweeper unless the database knows everything in it."""
        if settled:
            self._path.unlink(missing_ok=True)
        fcntl.flock(self._file, fcntl.LOCK_UN)
        os.close(self._file)

    def _note(self, *words: object) -> None:
        line = " ".join(str(word) for word in words).encode() + b"\n"
        # What follows half a line would be read as a part of it, and so by nobody.
        if self._is_torn:
            raise Unwritable
        try:
            self._is_torn = os.write(self._file, line) != len(line)
        except OSError as error:
            raise Unwritable from error
        if self._is_torn:
            raise Unwritable


@dataclass
class Notes:
    """What a journal says."""

    owner: str
    begun: set[int] = field(default_factory=set)
    handed: set[int] = field(default_factory=set)
    accepted: set[int] = field(default_factory=set)

    @property
    def is_whole(self) -> bool:
        """Whether all that was noted is here: what is not on the disk yet ends with its machine."""
        return self.owner.split(".")[-2:-1] == [_boot()]


def left_behind() -> Generator[Notes, None, None]:
    """The notes of dead senders on this machine: each is locked, looked at, then deleted."""
    for path in _files():
        with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
            if _lock(file.fileno()) and path.exists():
                yield _read(path.name, file.read())
                path.unlink(missing_ok=True)


def of_living(owner: str) -> Notes | None:
    """The notes so far of a sender on this machine that is still alive, or None."""
    path = folder() / owner
    with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
        if not _lock(file.fileno()):
            return _read(owner, file.read())
    return None


def _boot() -> str:
    """This run of the machine, in a few letters; the same for ever where it does not tell."""
    with contextlib.suppress(OSError):
        return _THIS_BOOT.read_text()[:8]
    return "unknown"


def _files() -> list[Path]:
    if not folder().is_dir():
        return []
    return sorted(path for path in folder().iterdir() if not path.name.startswith("."))


def _lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(owner: str, data: bytes) -> Notes:
    notes = Notes(owner)
    # What follows the last line's end was being written when its sender died.
    for line in data.decode("ascii", "replace").split("\n")[:-1]:
        _take(notes, line.split(" "))
    return notes


def _take(notes: Notes, words: list[str]) -> None:
    if not all(word.isdigit() for word in words[1:2]):
        return
    if words[0] == _BEGUN:
        notes.begun |= {int(word) for word in words[1:]}
    elif words[0] == _WRITTEN:
        notes.begun -= {int(word) for word in words[1:]}
    elif words[0] == _HANDED:
        notes.handed.add(int(words[1]))
    elif words[0] == _ACCEPTED:
        notes.accepted.add(int(words[1]))
    elif words[0] == _DECLINED:
        notes.handed.discard(int(words[1]))
