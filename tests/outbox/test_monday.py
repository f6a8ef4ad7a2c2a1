"""Each Monday the operator reads that nothing waits, or what does; numbers and no addresses."""

import datetime as dt
from typing import Any

import pytest

from outbox import monday
from outbox.mail import from_body
from outbox.models import Hold, Message
from tests import factories

pytestmark = pytest.mark.django_db
BEN = "ben.the.member@example.org"
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def morning(settings: Any) -> dt.datetime:
    settings.OPERATOR_EMAIL = "operator@example.org"
    return dt.datetime(2026, 11, 30, 7, 0, tzinfo=dt.UTC)


def lines() -> list[Message]:
    return list(Message.objects.filter(kind="monday"))


def test_it_comes_once_a_monday_and_says_that_nothing_waits(morning):
    for hours in range(-24 * 3, 24 * 8):
        monday.tell(now=morning + hours * HOUR)

    first, second = lines()
    assert (first.made_at, second.made_at) == (morning, morning + 7 * DAY)
    assert first.mailbox.address == "operator@example.org"
    assert from_body(first.body).subject == "All mail left; nothing waits"


def test_it_names_what_waits_by_numbers_alone(morning):
    box = factories.mailbox(address=BEN)
    for fields in ({}, {}, {"state": "held"}, {"state": "ended", "reason": "gave_up"}):
        message = factories.message(mailbox=box, now=morning - HOUR)
        ended = {"ended_at": morning - HOUR} if fields.get("reason") else {}
        Message.objects.filter(pk=message.pk).update(**fields, **ended)
    Hold.objects.begin("restored", now=morning)

    monday.tell(now=morning)

    mail = from_body(lines()[0].body)
    assert mail.subject == "Some mail waits"
    for line in (
        "Sending is held.",
        "waited too long: 2",
        "wait for your decision: 1",
        "given up last week: 1",
    ):
        assert line in mail.text
    assert "refused" not in mail.text
    assert "ben" not in mail.text


def test_what_has_its_hour_still_to_come_does_not_wait(morning):
    box = factories.mailbox(address=BEN)
    factories.message(mailbox=box, now=morning, not_before=morning + DAY)

    monday.tell(now=morning)

    assert from_body(lines()[0].body).subject == "All mail left; nothing waits"


def test_without_an_operator_nobody_is_written_to(morning, settings):
    settings.OPERATOR_EMAIL = ""

    monday.tell(now=morning)

    assert lines() == []
