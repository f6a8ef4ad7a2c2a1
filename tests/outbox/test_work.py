"""What the sending loop does with what waits, against a real mail server."""

import datetime as dt
from collections.abc import Callable

import pytest

from outbox.work import work
from tests import factories
from tests.mail_server import MailServer

pytestmark = pytest.mark.django_db


def at(moment: dt.datetime) -> Callable[[], dt.datetime]:
    return lambda: moment


def test_a_mail_leaves_once_and_its_words_are_forgotten(now: dt.datetime, smtp: MailServer) -> None:
    box = factories.mailbox(address="anna@example.org")
    message = factories.message(mailbox=box, now=now)

    work(clock=at(now))
    work(clock=at(now))

    message.refresh_from_db()
    assert [(mail.to, mail.text.split()) for mail in smtp.mails] == [
        ("anna@example.org", ["Some", "words."])
    ]
    assert (message.state, message.sent_at, message.body) == ("sent", now, None)
