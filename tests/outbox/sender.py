"""A sender as a process of its own, to be killed at any point of its work."""

import datetime as dt
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.db import connection
from django.utils import timezone

from outbox import kinds
from outbox.emails import written
from outbox.mail import Mail
from outbox.models import Message
from outbox.work import work

DEADLY = "deadly"
_START = "import django; django.setup(); from tests.outbox import sender; sender.main({turns})"


def start(smtp_url: str, turns: int = 1) -> subprocess.Popen[bytes]:
    """Start it on the database of this test; more turns are children, one after the other."""
    name = str(connection.settings_dict["NAME"])
    given = os.environ.get("DATABASE_URL")
    url = urlsplit(given)._replace(path=f"/{name}").geturl() if given else f"sqlite:///{name}"
    environment = {**os.environ, "DATABASE_URL": url, "SMTP_URL": smtp_url, "REDIS_URL": ""}
    environment |= {"DJANGO_SETTINGS_MODULE": "supportnet.settings"}
    command = [sys.executable, "-c", _START.format(turns=turns)]
    return subprocess.Popen(command, env=environment)


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
    if any(mail.subject == DEADLY for mail in mails.values()):
        os.kill(os.getpid(), signal.SIGKILL)
    return mails
