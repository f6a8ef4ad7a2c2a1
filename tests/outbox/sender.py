"""A sender as a process of its own, to be killed at any point of its work."""

import ctypes
import datetime as dt
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence

from django.utils import timezone

from outbox import kinds
from outbox.emails import written
from outbox.mail import Mail
from outbox.models import Message
from outbox.work import work
from tests.worker import environment

DEADLY = "deadly"
# The subject of a mail says how writing it ends its sender.
DEATHS: dict[str, Callable[[], object]] = {
    "killed": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "segfault": lambda: ctypes.string_at(0),
    "recursion": lambda: _deeper(0),
    "memory": lambda: bytearray(1 << 62),
}
_START = "import django; django.setup(); from tests.outbox import sender; sender.main({turns})"


def start(smtp_url: str, turns: int = 1) -> subprocess.Popen[bytes]:
    """Start it on the database of this test; more turns are children, one after the other."""
    stage = environment(
        SMTP_URL=smtp_url, REDIS_URL="", DJANGO_SETTINGS_MODULE="supportnet.settings"
    )
    return subprocess.Popen([sys.executable, "-c", _START.format(turns=turns)], env=stage)


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill -9, and wait until it is dead."""
    process.kill()
    process.wait()


def main(turns: int) -> None:
    """Each turn is twenty minutes later than the one before."""
    kinds.register(kinds.Kind(DEADLY, _render))
    if turns == 1:
        work()
        return
    for turn in range(turns):
        child = os.fork()
        if child == 0:
            _work_at(timezone.now() + dt.timedelta(minutes=20 * turn))
            os._exit(0)
        os.waitpid(child, 0)


def _work_at(moment: dt.datetime) -> None:
    work(clock=lambda: moment)


def _render(messages: Sequence[Message]) -> dict[int, Mail]:
    mails = written(messages)
    for mail in mails.values():
        DEATHS.get(mail.subject, lambda: None)()
    return mails


def _deeper(depth: int) -> int:
    return _deeper(depth + 1) + 1
