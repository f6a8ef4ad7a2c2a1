"""How fast mail leaves: beside smtplib with ready bytes, through Celery, beside one row at a time.

An answer goes to five members. Ours counts the writing and sealing of their mails, as it happens at
the answer, and then all of `work()`: rows read, fenced, journalled, handed over and settled. Both
sides talk to one server: postfix's `smtp-sink` where it is installed, else `bench/sink.py`.
"""

import contextlib
import datetime as dt
import os
import shutil
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from bench import seeds
from bench.compare import Row, Run, per_second
from bench.row_at_a_time import send_all
from checkins import letters
from checkins.models import Answer, Share
from outbox import letter, mail
from outbox.bell import bell
from outbox.models import Message
from outbox.work import work
from tests import factories
from vault.models import Key
from vault.scope import key_scope

NOTE = "We walked along the river and it was cold and bright. I slept a little better."
# What five members hear: a word behind a link, words behind a link, both in the mail, a hello.
HEARD = (("word", False), ("words", False), ("word", True), ("words", True), ("hello", False))
_ENGINE = "PostgreSQL" if seeds.POSTGRES else "SQLite"
_SINK = shutil.which("smtp-sink", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
_LASTS = dt.timedelta(days=3)


def circle_mail(run: Run) -> Iterator[Row]:
    """An answer's mails from their writing to the settled row, beside ready bytes on one line."""
    circle, ours, theirs = _circle(run.size(60, 20)), [], []
    ready = circle.ready()
    with sink():
        for _ in range(2 * run.rounds):
            theirs.append(bare(ready))
            ours.append(circle.written() + circle.sent())
    yield _row(f"circle mail, 5 members, {_ENGINE}, to {_sink()}", ">= 0.40", ready, ours, theirs)


def through_celery(run: Run) -> Iterator[Row]:
    """The same rows sent by two Celery workers, beside one process without Celery."""
    circle, ours, theirs = _circle(run.size(200, 20)), [], []
    with sink(), workers(2):
        circle.sent_by_workers()  # the first batch of a fresh process renders and connects
        for _ in range(run.rounds):
            theirs.append(circle.sent_beside_workers())
            ours.append(circle.sent_by_workers())
    yield _row("mails through Celery, two workers", ">= 0.80", circle.shares, ours, theirs)


def one_at_a_time(run: Run) -> Iterator[Row]:
    """Circle mail beside a loop as Healthchecks published it; see `bench/row_at_a_time.py`."""
    circle, ours, theirs = _circle(run.size(60, 20)), [], []
    with sink():
        for _ in range(run.rounds):
            circle.post(dt.datetime.now(dt.UTC))
            theirs.append(_seconds(send_all))
            ours.append(circle.written() + circle.sent())
    yield _row("circle mail against a row at a time", ">= 15", circle.shares, ours, theirs)


class Circle:
    """The mails of all answers, again and again."""

    def __init__(self, answers: int) -> None:
        now = dt.datetime.now(dt.UTC)
        for _ in range(answers):
            person = factories.person()
            for level, in_mail in HEARD:
                # No quiet hours: they send at whatever time of day this runs.
                hours = {"quiet_from": dt.time(1), "quiet_to": dt.time(1), "wants_each": True}
                factories.member(person=person, level=level, in_mail=in_mail, **hours)
            check_in = factories.check_in(person=person, now=now)
            check_in.answer("rather_good", NOTE, "A letter came", ["just_listen"], now=now)
        self.shares = list(Share.objects.for_reading().order_by("pk"))
        said = {share.check_in_id: share.check_in for share in self.shares}
        for check_in in said.values():
            _as_just_said(check_in.answered)
        for share in self.shares:
            share.check_in = said[share.check_in_id]

    def written(self) -> float:
        """Seconds for writing and sealing each mail, as at the answers."""
        begin = time.perf_counter()
        body = Message._meta.get_field("body")
        with key_scope():
            Key.objects.open_many({share.key_id for share in self.shares})
            for share in self.shares:
                row = SimpleNamespace(key_id=share.key_id, dedupe_key=share.message_key)
                row.body = _body(share)
                body.pre_save(row, True)
        return time.perf_counter() - begin

    def sent(self) -> float:
        """Seconds for all of ``work()``."""
        self.post(dt.datetime.now(dt.UTC))
        seconds = _seconds(work)
        assert self.left() == 0
        return seconds

    def sent_beside_workers(self) -> float:
        """Seconds for all of ``work()``, and for what a worker took meanwhile by its own poll."""
        self.post(dt.datetime.now(dt.UTC))
        return _seconds(work) + _seconds(self._until_all_left)

    def sent_by_workers(self) -> float:
        """Seconds from the bell to the last settled row."""
        self.post(dt.datetime.now(dt.UTC))
        begin = time.perf_counter()
        bell.ring()
        bell.ring()
        self._until_all_left()
        return time.perf_counter() - begin

    def _until_all_left(self) -> None:
        begin = time.perf_counter()
        while self.left():
            time.sleep(0.01)
            if time.perf_counter() - begin > 60:
                raise RuntimeError("the workers do not send")

    def left(self) -> int:
        """How many did not leave yet."""
        return Message.objects.exclude(state=Message.State.SENT).count()

    def post(self, now: dt.datetime) -> None:
        """The rows as the answers left them; not a part of any comparison."""
        Message.objects.all().delete()
        with key_scope():
            Message.objects.bulk_create(self._message(share, now) for share in self.shares)
        seeds.tidy()

    def ready(self) -> list[tuple[str, bytes]]:
        """Each mail as the bytes that ours puts on the wire."""
        self.post(dt.datetime.now(dt.UTC))
        rows = Message.objects.select_related("mailbox").order_by("pk")
        with key_scope():
            return [(row.mailbox.address, _bytes(row)) for row in rows]

    def _message(self, share: Share, now: dt.datetime) -> Message:
        return Message(
            kind="share",
            mailbox=share.member.mailbox,
            key_id=share.key_id,
            subject=share.public_id,
            dedupe_key=share.message_key,
            ring=1,
            made_at=now,
            not_before=now,
            expires_at=now + _LASTS,
            body=_body(share),
        )


@lru_cache(maxsize=1)  # an earlier one is gone with its rows
def _circle(answers: int) -> Circle:
    seeds.empty()
    return Circle(answers)


def bare(mails: Sequence[tuple[str, bytes]]) -> float:
    """Seconds for smtplib with ready bytes on one connection."""
    place = urlsplit(settings.SMTP_URL)
    begin = time.perf_counter()
    with smtplib.SMTP(str(place.hostname), place.port or 25, local_hostname="localhost") as line:
        for recipient, data in mails:
            line.sendmail(settings.MAIL_FROM, [recipient], data)
    return time.perf_counter() - begin


@contextlib.contextmanager
def sink() -> Iterator[None]:
    """A mail server that takes everything and keeps nothing; SMTP_URL leads to it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    whose = ["-u", "nobody"] if os.geteuid() == 0 else []
    ours = [sys.executable, "-m", "bench.sink", str(port)]
    command = [_SINK, *whose, f"127.0.0.1:{port}", "100"] if _SINK else ours
    settings.SMTP_URL = os.environ["SMTP_URL"] = f"smtp://127.0.0.1:{port}"
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(port)
            yield
        finally:
            process.terminate()


@contextlib.contextmanager
def workers(count: int) -> Iterator[None]:
    """Celery workers of one process each, on the servers of this run."""
    connection.close()
    command = [sys.executable, "-m", "celery", "-A", "supportnet", "worker", "--concurrency", "1"]
    quiet = ["--without-gossip", "--without-mingle", "--loglevel", "ERROR"]
    names = [["--hostname", f"bench{number}@localhost"] for number in range(count)]
    running = [
        subprocess.Popen([*command, *quiet, *name], stdout=subprocess.DEVNULL) for name in names
    ]
    try:
        yield
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(30)


def _row(
    name: str, goal: str, mails: Sequence[object], ours: list[float], theirs: list[float]
) -> Row:
    count = len(mails)
    return Row(name, goal, per_second(count, ours), per_second(count, theirs), "mails/s")


def _sink() -> str:
    return "smtp-sink" if _SINK else "our own sink"


def _seconds(job: Callable[[], object]) -> float:
    begin = time.perf_counter()
    job()
    return time.perf_counter() - begin


def _body(share: Share) -> dict[str, Any]:
    return mail.to_body(letters.share_mail([share], leaves_at=share.made_at))


def _bytes(row: Message) -> bytes:
    return letter.to_bytes(row, mail.from_body(row.body), row.mailbox.address)


def _as_just_said(answer: Answer) -> None:
    # At the answer itself its words are in memory as they were typed.
    for name in ("word", "note", "went_well", "would_help", "chosen"):
        setattr(answer, name, getattr(answer, name))


def _wait_for(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError("the sink does not answer")
