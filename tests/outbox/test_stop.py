"""A worker that is told to stop finishes the mail in hand and lets go of all others."""

import os
import signal
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from outbox import stop as stopping
from outbox.models import Message
from outbox.stop import stop
from outbox.work import work
from tests import factories
from tests.mail_server import MailServer
from tests.outbox import sender
from tests.outbox.slow_server import SlowServer
from tests.processes import until

pytestmark = pytest.mark.django_db(transaction=True)
SENT, UNTOUCHED = ("sent", 0, 0, 0), ("waiting", 0, 0, 0)


@pytest.fixture(autouse=True)
def _nobody_asked() -> Iterator[None]:
    yield
    stop.take_back()


def three_mails() -> None:
    for _ in range(3):
        factories.message(mailbox=factories.mailbox(), now=timezone.now())


def facts() -> list[tuple[str, int, int, int]]:
    names = ("state", "attempts", "falls", "doubts")
    return list(Message.objects.order_by("pk").values_list(*names))


@pytest.mark.parametrize("stage", ["RCPT", "DATA"])
def test_term_lets_the_mail_in_hand_end_and_releases_the_rest(smtp: MailServer, stage: str) -> None:
    three_mails()
    smtp.wait(stage)
    process = sender.start(smtp.url)
    until(lambda: smtp.reached[stage] == 1)

    process.send_signal(signal.SIGTERM)
    smtp.go_on()

    assert process.wait() == -signal.SIGTERM, "it ends of the signal, once its work is done"
    assert facts() == [SENT, UNTOUCHED, UNTOUCHED]
    work()
    assert len({mail.to for mail in smtp.mails}) == len(smtp.mails) == 3


def test_a_server_that_drips_holds_nobody_who_was_told_to_stop(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    three_mails()
    monkeypatch.setattr(stopping, "TO_FINISH", 0.1)
    with SlowServer("DOT") as server:
        settings.SMTP_URL = server.url
        threading.Thread(target=lambda: server.drips.wait() and stop.ask()).start()
        work()
    assert facts() == [("doubt", 0, 0, 1), UNTOUCHED, UNTOUCHED]


def test_one_who_was_told_to_stop_claims_nothing(smtp: MailServer) -> None:
    three_mails()
    stop.ask()
    assert not work()
    assert facts() == [UNTOUCHED] * 3
    assert not smtp.mails


def test_a_worker_tells_the_children_it_forked() -> None:
    child = os.fork()
    if child == 0:
        until(lambda: stop.is_asked)
        os._exit(0)
    stop.ask()
    assert os.waitpid(child, 0)[1] == 0


def test_the_minute_counts_from_the_first_word() -> None:
    stop.ask()
    first = stop.seconds_left
    stop.ask()
    assert stop.seconds_left <= first <= stopping.TO_FINISH
