"""`make run`: the whole of SupportNet on one machine, until Ctrl-C."""

import fcntl
import os
import socket
import sys
import time
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from supportnet.local.sentences import write_mirror
from supportnet.local.supervisor import Service, Supervisor
from supportnet.local.valkey import NoValkey, Valkey

_PLACES = """
SupportNet is running.

  The site      {site}
  Its mailbox   {site}/mailbox/   every mail lands here, none leaves this machine
  Data, logs    {var}

Ctrl-C stops everything and keeps what was written.
"""


class Command(BaseCommand):
    help = "Starts web, worker, beat, Valkey and a local mailbox on this machine."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.MODE != "local":
            raise CommandError("This is for one machine. Set SUPPORTNET_MODE=local.")
        lock = _only_one(settings.VAR_DIR)
        site = urlsplit(settings.SITE_URL)
        self.port, self.mail_port = site.port or 80, int(os.environ.get("MAILBOX_PORT", "8025"))
        _claim_ports(self.port, self.mail_port)
        self._prepare()
        supervisor = Supervisor(settings.VAR_DIR / "log", self._say)
        supervisor.listen()
        try:
            self._start(supervisor)
            supervisor.watch()
        except NoValkey as error:
            raise CommandError(str(error)) from error
        finally:
            self._say("Stopping.")
            supervisor.stop()
            lock.close()
        self._say("Stopped. Everything that was written is kept.")

    def _prepare(self) -> None:
        self._say("Preparing the database.")
        call_command("migrate", interactive=False, verbosity=0)
        if settings.MIRROR:
            write_mirror(settings.BASE_DIR, settings.VAR_DIR / "locale")
        connections.close_all()

    def _start(self, supervisor: Supervisor) -> None:
        common = {"SUPPORTNET_MODE": "local", "PYTHONUNBUFFERED": "1"}
        if "SMTP_URL" not in os.environ:
            common["SMTP_URL"] = f"smtp://127.0.0.1:{self.mail_port}"
        if not settings.REDIS_URL:
            valkey = Valkey(settings.VAR_DIR / "valkey")
            supervisor.start(Service("valkey", valkey.command()))
            valkey.wait_until_ready()
            common["REDIS_URL"] = valkey.url
        for service in _services(settings.VAR_DIR, self.port, self.mail_port, common):
            supervisor.start(service)
        self._wait_for_the_site(supervisor)

    def _wait_for_the_site(self, supervisor: Supervisor) -> None:
        deadline = time.monotonic() + 30
        while not (_answers(self.port) and _answers(self.mail_port)):
            if supervisor.stopping:
                return
            if time.monotonic() > deadline:
                self._say(f"The site does not answer yet. Its logs: {supervisor.folder}")
                deadline += 30
            time.sleep(0.1)
        self._say(_PLACES.format(site=settings.SITE_URL, var=settings.VAR_DIR))

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _services(var: Path, port: int, mail_port: int, common: dict[str, str]) -> list[Service]:
    celery = [sys.executable, "-m", "celery", "-A", "supportnet"]
    manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
    schedule = var / "beat" / "schedule"
    schedule.parent.mkdir(parents=True, exist_ok=True)
    for old in schedule.parent.iterdir():  # a cache of beat's own, in the way when it is damaged
        old.unlink()
    web = [sys.executable, "-m", "gunicorn", "supportnet.wsgi", "--bind", f"127.0.0.1:{port}"]
    worker = [*celery, "worker", "--concurrency", "2", "--without-gossip", "--without-mingle"]
    return [
        Service("mailbox", [*manage, "mailbox", "--port", str(mail_port)], environment=common),
        Service("web", web, floor=1, environment=common),
        # The mail in hand gets its minute; a second Ctrl-C does not wait for it.
        Service("worker", worker, floor=1, grace=90.0, environment=common),
        Service(
            "beat",
            [*celery, "beat", "--schedule", str(schedule), "--pidfile", ""],
            floor=1,
            environment=common,
        ),
    ]


def _only_one(var: Path) -> TextIO:
    var.mkdir(parents=True, exist_ok=True)
    lock = (var / "run.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CommandError("SupportNet is already running from this folder.") from None
    return lock


def _claim_ports(port: int, mail_port: int) -> None:
    if _answers(port):
        raise CommandError(
            f"Port {port} is taken. Choose another: SITE_URL=http://127.0.0.1:{port + 1} make run"
        )
    if _answers(mail_port):
        raise CommandError(
            f"Port {mail_port} is taken. Choose another: MAILBOX_PORT={mail_port + 1} make run"
        )


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
