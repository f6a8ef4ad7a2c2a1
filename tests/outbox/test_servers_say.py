"""What mail servers of every kind report is understood, and nothing of it is answered."""

import datetime as dt
from typing import Any

import pytest

from outbox import inbound, returns
from outbox.models import Mailbox, Message
from outbox.reports import News
from tests import factories
from tests.outbox import servers_say

pytestmark = pytest.mark.django_db


@pytest.fixture
def mail(now: dt.datetime, settings: Any) -> Message:
    settings.BOUNCE_DOMAIN, settings.REPLY_DOMAIN = "back.example.org", "answers.example.org"
    since = now - dt.timedelta(days=1)
    box = factories.mailbox(address="anna@example.org", now=since)
    message = factories.message(mailbox=box, now=now)
    Message.objects.filter(pk=message.pk).update(state="sent", sent_at=now, body=None)
    return Message.objects.select_related("mailbox").get()


@pytest.mark.parametrize("name", servers_say.SAID)
def test_a_report_comes_to_what_it_says(name: str, mail: Message, now: dt.datetime) -> None:
    news, path = servers_say.SAID[name][1], returns.path(mail)

    for _ in range(3):
        inbound.receive(servers_say.saying(name, path), sender="", recipients=[path], now=now)

    box, said = Mailbox.objects.get(), Message.objects.get()
    assert (box.bounced_at is not None) == (news == News.GONE)
    assert (box.suppressed_at is not None) == (news == News.COMPLAINT)
    assert (said.returned_at is not None) == (news in {News.GONE, News.RETURNED})


def test_a_complaint_to_the_address_for_complaints_names_its_mail_inside(
    mail: Message, now: dt.datetime
) -> None:
    raw = servers_say.saying("a complaint", returns.path(mail))
    inbound.receive(raw, sender="", recipients=["complaints@back.example.org"], now=now)
    assert Mailbox.objects.get().suppressed_at is not None


def test_a_report_inside_a_letter_is_no_report(mail: Message, now: dt.datetime) -> None:
    """Somebody asks us what the report means that they were sent, and puts it into their mail."""
    inner = servers_say.saying("postfix, nobody there", returns.path(mail))
    raw = (
        b"From: Ben <ben@example.org>\nTo: answers@answers.example.org\nMIME-Version: 1.0\n"
        b'Content-Type: multipart/mixed; boundary="o"\n\n--o\nContent-Type: text/plain\n\nWhat?\n'
        b"--o\nContent-Type: message/rfc822\n\n" + inner + b"\n--o--\n"
    )
    assert inbound.receive(raw, sender="ben@example.org", now=now) == "word back"
    assert Mailbox.objects.filter(bounced_at__isnull=False).count() == 0


def test_an_absence_without_any_header_at_a_return_path_is_not_answered(
    mail: Message, now: dt.datetime
) -> None:
    path = returns.path(mail)
    raw = f"From: Anna <anna@example.org>\nTo: {path}\nSubject: Re: A hello\n\nI am away.\n"
    fate = inbound.receive(raw.encode(), sender="anna@example.org", recipients=[path], now=now)
    assert (fate, Message.objects.count()) == ("ignored", 1)


def to_us(*heads: str) -> bytes:
    lines = ["From: Victim <victim@example.net>", "To: answers@answers.example.org", *heads]
    return "\n".join([*lines, "", "Hi"]).encode()


@pytest.mark.parametrize(
    ("sender", "head"),
    [
        ("victim@example.net", "Authentication-Results: mx.here; spf=pass; dmarc=fail (p=none)"),
        ("victim@example.net", "Authentication-Results: mx.here; spf=fail smtp.mailfrom=x"),
        ("victim@example.net", "Received-SPF: Fail (mx.here: domain does not permit)"),
        ("eve@elsewhere.example", "X-Nothing: here"),
        ("eve@notexample.net", "X-Nothing: here"),
    ],
)
def test_a_mail_under_somebody_elses_name_is_not_answered(
    sender: str, head: str, mail: Message, now: dt.datetime
) -> None:
    assert inbound.receive(to_us(head), sender=sender, now=now) == "ignored"
    assert Message.objects.count() == 1


@pytest.mark.parametrize("sender", ["victim@example.net", "b-1@bounces.example.net"])
def test_a_mail_from_its_own_house_is_answered_once(
    sender: str, mail: Message, now: dt.datetime
) -> None:
    passed = "Authentication-Results: mx.here; spf=pass; dkim=none; dmarc=pass"
    for number in range(3):
        raw = to_us(passed, f"Message-ID: <{number}@example.net>")
        inbound.receive(raw, sender=sender, now=now)
    assert Message.objects.filter(kind="word_back").count() == 1
