"""Django's own mail goes through the outbox like any other."""

import datetime as dt
import logging
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection, send_mail
from django.db import connection

from outbox.models import Message
from outbox.work import work
from tests.mail_server import MailServer
from vault.models import Key

pytestmark = pytest.mark.django_db


def send(*to: str, subject: str = "Your code", text: str = "Your code is 4711-0815.") -> None:
    send_mail(subject, text, None, to, connection=get_connection("outbox.backend.OutboxBackend"))


def test_a_code_is_sealed_with_the_key_of_the_installation() -> None:
    send("anna@example.org")

    message = Message.objects.get()
    assert message.key_id == Key.objects.installation().pk
    assert (message.kind, message.lane) == ("account", "a_now")
    assert message.body["text"] == "Your code is 4711-0815."
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM outbox_message")
        assert b"4711" not in bytes(cursor.fetchone()[0])


def test_a_code_arrives_and_comes_before_everything_else(
    smtp: MailServer, django_assert_max_num_queries: Any
) -> None:
    send("anna@example.org")
    work()
    (mail,) = smtp.mails
    assert (mail.to, mail.subject, mail.text.strip()) == (
        "anna@example.org", "Your code", "Your code is 4711-0815.",
    )  # fmt: skip
    assert mail.message["List-Unsubscribe"] is None


def test_each_recipient_gets_a_mail_of_their_own(smtp: MailServer) -> None:
    send("anna@example.org", "ben@example.org")
    work()
    assert sorted((mail.to, mail.message["To"]) for mail in smtp.mails) == [
        ("anna@example.org", "anna@example.org"),
        ("ben@example.org", "ben@example.org"),
    ]


def test_a_code_that_would_come_too_late_does_not_come(smtp: MailServer) -> None:
    send("anna@example.org")
    late = Message.objects.get().made_at + dt.timedelta(minutes=15)
    work(clock=lambda: late)
    assert smtp.mails == []
    assert Message.objects.get().reason == "expired"


def test_two_equal_mails_are_two_mails() -> None:
    send("anna@example.org")
    send("anna@example.org")
    assert Message.objects.count() == 2


def test_the_page_of_a_mail_goes_along(smtp: MailServer) -> None:
    mail = EmailMultiAlternatives("Hi", "text", to=["anna@example.org"])
    mail.attach_alternative("<p>page</p>", "text/html")
    get_connection("outbox.backend.OutboxBackend").send_messages([mail])
    work()
    assert smtp.mails[0].html.strip() == "<p>page</p>"


def test_codes_addresses_and_subjects_are_in_no_log(
    smtp: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    smtp.answer("RCPT", "550 nobody here called anna@example.org 4711-0815")
    send("anna@example.org")
    work()
    ours = "\n".join(r.getMessage() for r in caplog.records if not r.name.startswith("mail.log"))
    assert "4711" not in ours
    assert "anna" not in ours
    assert "Your code" not in ours
