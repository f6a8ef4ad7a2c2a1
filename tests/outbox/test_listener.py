"""The small mail server takes what is ours once it is stored, and nothing else."""

import base64
import io
import smtplib
import sys
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from outbox import incoming, returns
from outbox.models import Mailbox, Message
from tests import factories
from tests.outbox import returned
from tests.outbox.doors import listening
from vault.models import Key

pytestmark = pytest.mark.django_db(transaction=True)
OURS = "answers@answers.example.org"


@pytest.fixture(autouse=True)
def _way_back(settings: Any) -> None:
    settings.BOUNCE_DOMAIN, settings.REPLY_DOMAIN = "back.example.org", "answers.example.org"


@pytest.fixture
def mail() -> Message:
    box = factories.mailbox(address="anna@example.org")
    message = factories.message(mailbox=box, now=factories.JOINED)
    Message.objects.filter(pk=message.pk).update(state="sent", sent_at=factories.JOINED, body=None)
    return Message.objects.get()


def test_a_bounce_by_smtp_is_stored_when_it_is_taken(mail: Message) -> None:
    with listening() as port, smtplib.SMTP("127.0.0.1", port) as line:
        line.sendmail("", [returns.path(mail)], returned.report(returns.path(mail)))
        assert Mailbox.objects.get().bounced_at is not None


def test_lmtp_answers_once_for_each_recipient(mail: Message) -> None:
    with listening(lmtp=True) as port, smtplib.LMTP("127.0.0.1", port) as line:
        line.ehlo_or_helo_if_needed()
        line.docmd("MAIL FROM:<>")
        for there in (returns.path(mail), OURS):
            assert line.docmd(f"RCPT TO:<{there}>")[0] == 250
        assert line.docmd("DATA")[0] == 354
        line.send(returned.report(returns.path(mail)).replace(b"\n", b"\r\n") + b"\r\n.\r\n")
        assert [line.getreply()[0] for _ in range(2)] == [250, 250]
        assert line.noop()[0] == 250
    assert Mailbox.objects.get().bounced_at is not None


def test_it_passes_nothing_on() -> None:
    with listening() as port, smtplib.SMTP("127.0.0.1", port) as line:
        line.ehlo()
        line.mail("eve@example.net")
        for there in ("victim@example.org", "x@answers.example.org.evil.example", "x"):
            assert line.rcpt(there)[0] >= 500
        assert line.rcpt(OURS)[0] == 250


def test_a_mail_longer_than_ten_megabytes_is_refused_at_the_door() -> None:
    with listening() as port, smtplib.SMTP("127.0.0.1", port) as line:
        raw = b"From: a@example.org\r\n\r\n" + b"word " * (incoming.LARGEST // 5 + 10)
        with pytest.raises((smtplib.SMTPDataError, smtplib.SMTPSenderRefused)) as refused:
            line.sendmail("a@example.org", [OURS], raw)
        assert refused.value.smtp_code == 552


def test_a_mail_too_deep_to_be_read_is_refused() -> None:
    raw = b"From: a@example.org\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * 3000
    with listening() as port, smtplib.SMTP("127.0.0.1", port) as line:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            line.sendmail("a@example.org", [OURS], raw)
        assert refused.value.smtp_code == 554


def test_without_the_database_the_other_server_keeps_the_mail(mail: Message) -> None:
    path, report = returns.path(mail), returned.report(returns.path(mail))
    with connection.schema_editor() as editor:
        editor.alter_db_table(Message, "outbox_message", "away")
    try:
        with listening() as port, smtplib.SMTP("127.0.0.1", port) as line:
            with pytest.raises(smtplib.SMTPDataError) as refused:
                line.sendmail("", [path], report)
            assert refused.value.smtp_code == 451
    finally:
        with connection.schema_editor() as editor:
            editor.alter_db_table(Message, "away", "outbox_message")
    with listening() as port, smtplib.SMTP("127.0.0.1", port) as line:
        line.sendmail("", [path], report)
    assert Mailbox.objects.get().bounced_at is not None


def piped(raw: bytes, *arguments: str) -> str:
    said, original = io.StringIO(), sys.stdin
    sys.stdin = io.TextIOWrapper(io.BytesIO(raw))
    try:
        call_command("inbound", *arguments, stdout=said)
    finally:
        sys.stdin = original
    return said.getvalue()


def test_the_pipe_takes_a_mail_too(mail: Message) -> None:
    path = returns.path(mail)
    assert piped(returned.report(path), "--sender", "", path) == "gone\n"
    assert Mailbox.objects.get().bounced_at is not None


def test_the_pipe_refuses_what_it_cannot_read_so_that_the_writer_is_told() -> None:
    part = b"--x\nContent-Type: text/plain\n\nword\n"
    raw = b"From: a@example.org\nContent-Type: multipart/mixed; boundary=x\n\n" + part * 2_000
    with pytest.raises(SystemExit) as ended:
        piped(raw, "--sender", "a@example.org", OURS)
    assert ended.value.code == 65
    assert not Message.objects.exists()


def test_the_pipe_leaves_a_mail_that_we_fail_to_take_with_the_mail_server(settings: Any) -> None:
    """Ended in any other way, Postfix would send our stack trace to its writer."""
    Key.objects.installation()
    settings.VAULT_KEYS = "1:" + base64.b64encode(bytes(range(32))).decode()
    with pytest.raises(SystemExit) as ended:
        piped(b"From: a@example.org\n\nHello", "--sender", "a@example.org", OURS)
    assert ended.value.code == 75


def test_the_command_says_what_is_missing(settings: Any) -> None:
    settings.BOUNCE_DOMAIN = settings.REPLY_DOMAIN = ""
    with pytest.raises(CommandError, match=r"docs/inbound\.md"):
        call_command("inbound_listen")
