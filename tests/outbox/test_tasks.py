"""Wake-ups, with and without a beat or a broker."""

import datetime as dt
import mmap
import os
import signal
import socket
import threading
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from outbox import bell as bells
from outbox import poll, tasks
from outbox.bell import bell
from outbox.models import Outage, Pulse
from outbox.poll import Ear, Poll, Scales
from outbox.stop import stop
from supportnet.celery import app
from tests import factories
from tests.mail_server import MailServer
from tests.outbox.slow_server import SlowServer

EVERY = dt.timedelta(seconds=60)


@pytest.mark.django_db
def test_a_task_sends_what_is_due(smtp: MailServer) -> None:
    factories.message(mailbox=factories.mailbox(), now=timezone.now())
    tasks.deliver()
    assert len(smtp.mails) == 1
    assert not Pulse.objects.silent("deliver", longer_than=EVERY, now=timezone.now())


@pytest.mark.django_db
def test_tasks_carry_nothing() -> None:
    for entry in app.conf.beat_schedule.values():
        assert not entry.get("args")
        assert not entry.get("kwargs")


@pytest.mark.django_db
def test_without_a_beat_mail_leaves_all_the_same(smtp: MailServer, time_machine: Any) -> None:
    factories.message(mailbox=factories.mailbox(), now=timezone.now())
    tasks.keep_going()
    assert len(smtp.mails) == 1

    factories.message(mailbox=factories.mailbox(), now=timezone.now())
    tasks.keep_going()
    assert len(smtp.mails) == 1  # somebody was heard a moment ago

    time_machine.move_to(timezone.now() + dt.timedelta(seconds=46))
    tasks.keep_going()
    assert len(smtp.mails) == 2


@pytest.mark.django_db
def test_a_long_silence_is_an_outage_and_a_short_one_is_not(now: dt.datetime) -> None:
    Pulse.objects.hear("deliver", every=EVERY, now=now)
    Pulse.objects.hear("deliver", every=EVERY, now=now + 3 * EVERY)
    assert not Outage.objects.exists()

    Pulse.objects.hear("deliver", every=EVERY, now=now + 10 * EVERY)
    Pulse.objects.hear("deliver", every=EVERY, now=now + 10 * EVERY)
    outage = Outage.objects.get()
    assert (outage.began_at, outage.ended_at) == (now + 3 * EVERY, now + 10 * EVERY)
    assert Outage.objects.within(now + 9 * EVERY, now + 20 * EVERY).exists()
    assert not Outage.objects.within(now, now + 3 * EVERY).exists()


@pytest.mark.django_db
def test_outages_are_forgotten_after_a_year(now: dt.datetime) -> None:
    Outage.objects.create(began_at=now, ended_at=now)
    assert Outage.objects.to_forget(now + dt.timedelta(days=364)).count() == 0
    assert Outage.objects.to_forget(now + dt.timedelta(days=365)).count() == 1


def test_the_poll_survives_a_job_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poll, "_EVERY", 0.01)
    rounds, done = [0], threading.Event()

    def job() -> None:
        rounds[0] += 1
        if rounds[0] == 3:
            done.set()
        raise ZeroDivisionError

    running = Poll(job)
    running.start()
    assert done.wait(10)
    running.stop()


def test_the_pool_forks_only_between_two_rounds_of_the_poll(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(poll, "_EVERY", 0.01)
    begun, go_on, done = threading.Event(), threading.Event(), threading.Event()

    def job() -> None:
        begun.set()
        go_on.wait(10)
        done.set()

    running = Poll(job)
    running.start()
    assert begun.wait(10)
    # With no lock the fork comes long before this; with one it waits for it.
    threading.Timer(0.2, go_on.set).start()
    child = os.fork()
    if child == 0:
        os._exit(int(not done.is_set()))
    assert os.waitpid(child, 0)[1] == 0
    running.stop()


def test_a_job_that_never_comes_back_ends_its_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poll, "_EVERY", 0.01)
    monkeypatch.setattr(poll, "_HUNG", 0.2)
    worker = os.fork()
    if worker == 0:
        # As in a worker: the test run has a use of its own for this signal.
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        Poll(threading.Event().wait).start()
        threading.Event().wait(10)
        os._exit(0)
    _, status = os.waitpid(worker, 0)
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGALRM


def test_a_worker_that_hears_nothing_while_tasks_wait_ends_itself() -> None:
    told: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: told.append(number))
    waiting, seconds = [0], [0.0]
    ear = Ear(lambda: waiting[0], lambda: seconds[0])
    ear.look()
    seconds[0] = 480
    ear.look()
    assert not told, "nothing waits: an idle worker is not deaf"

    waiting[0] = 3
    ear.look()
    assert told == [signal.SIGTERM]

    ear.hear()
    ear.look()
    assert told == [signal.SIGTERM]
    signal.signal(signal.SIGTERM, before)


def test_a_worker_whose_first_process_grew_heavy_ends_itself_once() -> None:
    told: list[int] = []

    def ask(number: int, frame: object) -> None:
        told.append(number)
        stop.ask()

    before = signal.signal(signal.SIGTERM, ask)
    megabytes = [400]
    scales = Scales(lambda: megabytes[0] << 20)
    for megabytes[0] in (390, 420, 540):
        scales.look()
        assert not told, "what it weighed when it began is not what it leaked"
    for megabytes[0] in (560, 580):
        scales.look()
    assert told == [signal.SIGTERM]
    stop.take_back()
    signal.signal(signal.SIGTERM, before)


def test_a_process_knows_what_it_weighs() -> None:
    before = poll.resident()
    # Pages of its own: bytes may get what the process held and had let go of.
    with mmap.mmap(-1, 64 << 20) as kept:
        for _ in range(64):
            kept.write(b"x" * (1 << 20))
        assert 50 << 20 < poll.resident() - before < 200 << 20


@pytest.mark.django_db
def test_only_beat_speaks_for_beat() -> None:
    tasks.keep_going()
    assert Pulse.objects.silent("heartbeat", longer_than=EVERY, now=timezone.now())
    tasks.heartbeat()
    assert not Pulse.objects.silent("heartbeat", longer_than=EVERY, now=timezone.now())


@pytest.mark.django_db
def test_a_clock_that_was_ahead_silences_nobody(now: dt.datetime) -> None:
    Pulse.objects.hear("deliver", every=EVERY, now=now + dt.timedelta(hours=3))
    assert Pulse.objects.silent("deliver", longer_than=3 * EVERY, now=now)
    Pulse.objects.hear("deliver", every=EVERY, now=now)
    assert not Pulse.objects.silent("deliver", longer_than=3 * EVERY, now=now)
    assert not Outage.objects.exists()


@pytest.fixture
def _patient_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bell that has not been rung yet."""
    for hand in threading.enumerate():
        if hand.name == "bell":
            hand.join()  # one of an earlier test, too slow there, would count here
    bell.unheard.clear()
    monkeypatch.setattr(bell, "_quiet_until", 0.0)
    monkeypatch.setattr(bell, "_is_in_doubt", False)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_patient_bell")
def test_many_messages_of_one_transaction_ring_once(
    now: dt.datetime, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REDIS_URL = settings.CELERY_BROKER_URL = "redis://127.0.0.1:9/0"
    monkeypatch.setattr(bells, "_PAUSE", 0.0)
    with transaction.atomic():
        box = factories.mailbox()
        for _ in range(3):
            factories.message(mailbox=box, now=now)
    # Nobody hears it: the broker is gone, which costs nothing but this count.
    assert bell.unheard.total() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_patient_bell")
def test_what_is_rolled_back_does_not_ring(now: dt.datetime, settings: Any) -> None:
    settings.REDIS_URL = settings.CELERY_BROKER_URL = "redis://127.0.0.1:9/0"
    with transaction.atomic():
        factories.message(mailbox=factories.mailbox(), now=now)
        transaction.set_rollback(True)
    assert bell.unheard.total() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_patient_bell")
def test_a_broker_that_accepts_and_never_answers_holds_nobody(
    now: dt.datetime, settings: Any
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        settings.REDIS_URL = settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{port}/0"
        for _ in range(3):
            factories.message(mailbox=factories.mailbox(), now=now)
        assert bell.unheard.total() == 1  # then it waits a while before it tries again
        assert bell.unheard["slow"] == 1  # and nobody waited for the second that it takes to fail


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_patient_bell")
def test_a_broker_that_drips_its_answer_holds_nobody(
    now: dt.datetime, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bells, "_PATIENCE", 0.3)
    with SlowServer("GREETING") as slow:
        settings.REDIS_URL = settings.CELERY_BROKER_URL = slow.url.replace("smtp", "redis")
        factories.message(mailbox=factories.mailbox(), now=now)
        assert bell.unheard["slow"] == 1
        factories.message(mailbox=factories.mailbox(), now=now)
        assert bell.unheard.total() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_patient_bell")
def test_one_page_alone_finds_out_whether_a_silent_broker_hears_again(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bells, "_PAUSE", 0.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        settings.REDIS_URL = settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{port}/0"
        bell.ring()
        monkeypatch.setattr(bells, "_PAUSE", 60.0)
        pages = [threading.Thread(target=bell.ring) for _ in range(8)]
        for page in pages:
            page.start()
        for page in pages:
            page.join()
        silent.settimeout(0)
        for _ in range(2):
            silent.accept()[0].close()
        with pytest.raises(BlockingIOError):
            silent.accept()  # seven of the eight did not wait
