"""One installation on a stage of its own: real processes, a database, a broker, a mail server.

Two modes. ``postgres``: web, two workers and beat as `make run`'s own commands, on PostgreSQL and
Valkey, each started again when it dies. ``sqlite``: `manage.py run_local` itself, all of it.
"""

import os
import random
import signal
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2

from chaos import processes, servers
from chaos.book import POSTGRES
from chaos.clock import FACTOR, scaled, until
from chaos.keeper import Keeper, Service
from chaos.mail_server import MailServer
from supportnet.local.valkey import Valkey

ROOT = Path(__file__).resolve().parent.parent
_WORKERS = ("worker1", "worker2")
HANDS = ("web", *_WORKERS, "beat")


@dataclass
class Promise:
    """What a run owes: gathered while it goes, read by the invariants at its end."""

    mails: Counter[str] = field(default_factory=Counter)  # address: how many different mails
    due: dict[str, float] = field(default_factory=dict)  # address: when the first of them was due
    silent_since: dict[str, float] = field(default_factory=dict)  # nothing may start after that
    writes: list[Callable[[], int]] = field(default_factory=list)  # how often stored: one is right
    kills: int = 0  # senders killed or stopped
    may_end: bool = False  # a visible end other than sent is in order


class Stage:
    """What a fault gets: everything that runs, and ways to harm it."""

    def __init__(self, mode: str, seed: int, folder: Path, port: int) -> None:
        self.mode, self.seed, self.folder = mode, seed, folder
        self.random = random.Random(seed)
        self.port, self.mail_port = port, port + 1
        self.database_port, self.broker_port, self.mailbox_port = port + 2, port + 3, port + 4
        self.site = f"http://127.0.0.1:{self.port}"
        self.var = folder / "var"
        self.points = folder / "points"
        self.promise = Promise()
        self.keeper = Keeper()
        self.mail = MailServer(folder / "mail.jsonl", self.mail_port)
        self.postgres_settings: tuple[str, ...] = ()
        self.environment: dict[str, str] = {}
        self.told: dict[str, object] = {}  # what else stands in the run's JSON line
        self.at_end: list[Callable[[], object]] = []  # once everything has ended
        self._valkey = Valkey(folder / "valkey")
        self._valkey.port = self.broker_port

    # Before Django is set up: the run itself lives in the same environment as its processes.

    def prepare(self) -> None:
        """Folders, the database from its template, the environment."""
        for folder in (self.var, self.points):
            folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o711)
        self.environment = self._environment()
        os.environ.update(self.environment)
        os.environ["DJANGO_SETTINGS_MODULE"] = "supportnet.settings"
        self.mail.open()

    def _environment(self) -> dict[str, str]:
        told = {
            "SUPPORTNET_MODE": "local",
            "SUPPORTNET_VAR": str(self.var),
            "SITE_URL": self.site,
            "SMTP_URL": self.mail.url,
            "MAILBOX_PORT": str(self.mailbox_port),
            "CHAOS_POINTS": str(self.points),
            "CHAOS_FACTOR": str(FACTOR),
            "PYTHONPATH": str(Path(__file__).parent / "hook"),
            "PYTHONUNBUFFERED": "1",
        }
        if self.mode == POSTGRES:
            told["DATABASE_URL"] = self.database_url()
            told["REDIS_URL"] = self._valkey.url
        return told

    def database_url(self, port: int | None = None) -> str:
        """The database, perhaps by way of a proxy."""
        return f"postgresql://postgres@127.0.0.1:{port or self.database_port}/postgres"

    def broker_url(self) -> str:
        """The broker; `run_local` starts one of its own, and knows where."""
        if self.mode == POSTGRES:
            return self._valkey.url
        settings = (self.var / "valkey" / "valkey.conf").read_text().splitlines()
        told = dict(line.split(" ", 1) for line in settings)
        return f"redis://:{told['requirepass']}@127.0.0.1:{told['port']}/0"

    # Starting and stopping.

    def start(self, *names: str, **environment: str) -> None:
        """Start the hands: web, worker1, worker2, beat; all of them unless named.

        In SQLite mode it is one command, and always all of them.
        """
        if self.mode == POSTGRES:
            for name in names or HANDS:
                self.keeper.start(self._service(name, environment))
            if "web" in (names or HANDS):
                until(self.is_up, "the site")
            for name in set(names or HANDS) & set(_WORKERS):
                self.is_ready(name)
            return
        self.keeper.start(self._run_local(environment))
        until(lambda: "Ctrl-C stops" in self.log_of("run_local"), "run_local")
        until(self.is_up, "the site")

    def start_another(self, name: str) -> None:
        """Start one more beside those that run, in both modes: beat2, worker3."""
        self.keeper.start(self._service(name, {"REDIS_URL": self.broker_url()}))

    def is_ready(self, name: str) -> None:
        """Wait until a worker takes tasks."""
        until(lambda: "ready." in self.log_of(name), f"{name} to be ready", 120)

    def start_servers(self) -> None:
        """PostgreSQL and Valkey; SQLite mode needs none (run_local brings its own Valkey)."""
        if self.mode == POSTGRES:
            self.start_postgres()
            self.start_valkey()

    def start_postgres(self) -> None:
        """Start the database, or again after `stop`; it is up when this returns."""
        data = self.folder / "data"
        command = servers.postgres_command(data, self.database_port, self.postgres_settings)
        user = servers.postgres_user()
        self._keep("postgres", command, user=user, ending=servers.ENDING)
        until(self.database_answers, "PostgreSQL")

    def start_valkey(self) -> None:
        """Start the broker, empty."""
        self._keep("valkey", self._valkey.command())
        self._valkey.wait_until_ready()

    def stop(self, name: str, number: signal.Signals = signal.SIGTERM) -> None:
        """Stop a service for good, until `start` or `start_…`."""
        self.keeper.stop(name, number)

    def end(self) -> None:
        """End everything."""
        self.mail.recover()
        self.keeper.end()
        for pid in self.pids():
            processes.signal_one(pid, signal.SIGKILL)
        self.mail.shut()
        for tidy in self.at_end:
            tidy()

    # Looking.

    def now(self) -> float:
        """Seconds that pass; for spans."""
        return time.monotonic()

    def pids(self, doing: str = "") -> list[int]:
        """Processes of this installation whose command line contains ``doing``.

        "gunicorn", "worker", "beat", "valkey-server", "run_local".
        """
        return processes.of_installation(self.var, doing)

    def senders(self) -> list[int]:
        """The pool processes of the workers: those in which tasks run."""
        workers = self.pids(" worker")
        return [pid for pid in workers if processes.parent(pid) in workers]

    def owner_of(self, peer: int) -> int | None:
        """The process at the other end of a line of the mail server."""
        return processes.owner_of_port(peer, self.pids())

    def log_of(self, name: str) -> str:
        """What a service said."""
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def is_up(self) -> bool:
        """Whether the site's first page is there."""
        try:
            with urllib.request.urlopen(self.site, timeout=10) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def database_answers(self) -> bool:
        """Whether PostgreSQL takes connections."""
        try:
            psycopg2.connect(self.database_url()).close()
        except psycopg2.OperationalError:
            return False
        return True

    # Harming.

    def kill(self, pid: int, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to a sender, and count it."""
        self.promise.kills += 1
        processes.signal_one(pid, number)
        if number == signal.SIGKILL:
            until(lambda: not processes.is_alive(pid), f"the death of {pid}")

    def go_on(self, pid: int) -> None:
        """Let a stopped process go on."""
        processes.signal_one(pid, signal.SIGCONT)

    def arm(self, point: str, number: signal.Signals = signal.SIGKILL) -> Callable[[], int]:
        """The next process at this point gets a signal. Call what returns: its pid, or 0 so far.

        It counts as a killed sender once it happened. The points stand in chaos/hook.
        """
        seen = set(self.points.glob(f"{point}.taken.*"))
        draft = self.points / f".{point}"
        draft.write_text(str(int(number)))
        draft.rename(self.points / point)

        def fallen() -> int:
            for path in set(self.points.glob(f"{point}.taken.*")) - seen:
                seen.add(path)
                self.promise.kills += 1
                fallen.pid = int(path.suffix[1:])  # type: ignore[attr-defined]
            return getattr(fallen, "pid", 0)

        return fallen

    # Ending a run.

    def runs(self) -> bool:
        """Whether everything that was started and not stopped runs now, or a moment later."""
        kept = [one for one in self.keeper.services.values() if one.kept]
        try:
            until(lambda: all(one.process and one.process.poll() is None for one in kept), "", 15)
            site = "web" in self.keeper.services or "run_local" in self.keeper.services
            return not site or bool(until(self.is_up, "the site", 30))
        except AssertionError:
            return False

    def quiet(self, seconds: float = 900) -> None:
        """Wait until every mail left or ended; seconds on the product's clock, at most."""
        from outbox.models import Message  # noqa: PLC0415 - Django is set up by now

        until(
            lambda: not Message.objects.unsent().exists(),
            "the outbox to be empty",
            scaled(seconds) + 30,
        )

    def until_all_left(self) -> None:
        """Wait until no sender is at the mail server any more, nor one that was stopped."""
        until(lambda: not self.mail.peers(), "every sender to leave the mail server", 60)

    def _service(self, name: str, environment: dict[str, str]) -> Service:
        celery = [sys.executable, "-m", "celery", "-A", "supportnet"]
        worker = [*celery, "worker", "--concurrency", "2", "--without-gossip", "--without-mingle"]
        bind = f"127.0.0.1:{self.port}"
        commands = {
            "web": [sys.executable, "-m", "gunicorn", "supportnet.wsgi", "--bind", bind],
            "worker": worker,
            "beat": [*celery, "beat", "--schedule", str(self.folder / name), "--pidfile", ""],
        }
        command = commands[name.rstrip("0123456789")]
        if name.startswith("worker"):
            command = [*command, "--hostname", f"{name}@%h"]
        return self._made(name, command, environment)

    def _run_local(self, environment: dict[str, str]) -> Service:
        command = [sys.executable, "manage.py", "run_local"]
        service = self._made("run_local", command, environment)
        service.ending = signal.SIGINT
        return service

    def _keep(self, name: str, command: list[str], **how: Any) -> None:
        service = self._made(name, command, {})
        for attribute, value in how.items():
            setattr(service, attribute, value)
        self.keeper.start(service)

    def _made(self, name: str, command: list[str], environment: dict[str, str]) -> Service:
        elsewhere = {"DATABASE_URL", "REDIS_URL", "SMTP_URL", "DJANGO_SETTINGS_MODULE"}
        base = {key: value for key, value in os.environ.items() if key not in elsewhere}
        return Service(
            name,
            command,
            base | self.environment | environment,
            self.folder / f"{name}.log",
            ROOT,
        )
