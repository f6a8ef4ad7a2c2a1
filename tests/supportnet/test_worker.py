"""What a real worker does: with a broker, without one, and when it is told to stop."""

import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from outbox.bell import bell
from outbox.models import Message
from supportnet.celery import app
from supportnet.local.valkey import Valkey
from tests import factories
from tests.mail_server import MailServer
from tests.processes import until
from tests.servers import run
from tests.worker import Worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(170)]


@pytest.fixture
def redis_url(tmp_path: Path, settings: Any) -> str:
    valkey = Valkey(tmp_path / "valkey")
    run(valkey.command(), signal.SIGKILL)
    valkey.wait_until_ready()
    settings.REDIS_URL = settings.CELERY_BROKER_URL = valkey.url
    return valkey.url


@pytest.fixture
def silent_url() -> Iterator[str]:
    """A broker that takes every call and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        yield f"redis://127.0.0.1:{silent.getsockname()[1]}/0"


def three_mails() -> None:
    for _ in range(3):
        factories.message(mailbox=factories.mailbox(), now=timezone.now())


def states() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("state", flat=True))


@pytest.mark.long(seconds=10)
def test_a_child_of_the_pool_ends_the_mail_in_hand(
    tmp_path: Path, redis_url: str, smtp: MailServer
) -> None:
    smtp.wait("RCPT")
    with Worker(tmp_path, redis_url=redis_url, smtp_url=smtp.url) as worker:
        three_mails()
        until(lambda: smtp.reached["RCPT"])

        worker.process.send_signal(signal.SIGTERM)
        until(lambda: worker.was_told_to_stop)
        smtp.go_on()

        assert worker.process.wait(60) == 0
    assert states() == ["sent", "waiting", "waiting"]


@pytest.mark.long(seconds=20)
def test_with_a_silent_broker_mail_leaves_and_the_worker_ends_when_told(
    tmp_path: Path, silent_url: str, smtp: MailServer
) -> None:
    three_mails()
    smtp.wait("RCPT")
    with Worker(tmp_path, redis_url=silent_url, smtp_url=smtp.url) as worker:
        until(lambda: smtp.reached["RCPT"])

        worker.process.send_signal(signal.SIGTERM)
        until(lambda: worker.was_told_to_stop)
        smtp.go_on()

        assert worker.process.wait(60) == 0
    assert states() == ["sent", "waiting", "waiting"]


@pytest.mark.postgresql
def test_a_hundred_tasks_open_no_connection_and_one_that_was_cut_is_left(
    tmp_path: Path, redis_url: str, smtp: MailServer
) -> None:
    with Worker(tmp_path, redis_url=redis_url, smtp_url=smtp.url):
        _tasks(20)
        before = _backends()
        _tasks(100)
        assert _backends() == before, "the same connections, and no new one beside them"

        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(unnest(%s))", [sorted(before)])
        three_mails()
        until(lambda: states() == ["sent"] * 3, 14)  # before the worker's own poll


def _tasks(count: int) -> None:
    """Let the worker do some tasks, and wait until the last of them is done."""
    with app.connection_for_write() as broker:
        for _ in range(count):
            app.send_task("outbox.tasks.deliver", connection=broker)
    until(lambda: not bell.waiting())
    three_mails()
    until(lambda: set(states()) == {"sent"})
    Message.objects.all().delete()


def _backends() -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid()"
        )
        return {row[0] for row in cursor.fetchall()}
