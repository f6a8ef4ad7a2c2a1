"""What becomes of a mail when a server refuses it, refuses us, hangs, hangs up, or is away."""

import datetime as dt
from typing import Any

import pytest

from outbox import smtp as post
from outbox.models import Mailbox, Message
from outbox.work import work
from tests import factories
from tests.mail_server import MailServer
from tests.outbox.slow_server import SlowServer
from tests.outbox.turns import at, state

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)


def test_temporary_refusals_climb_the_ladder_and_then_the_mail_leaves(
    now: dt.datetime, smtp: MailServer, box: Mailbox
) -> None:
    message = factories.message(mailbox=box, now=now, lives=dt.timedelta(days=3))
    smtp.answer("RCPT", *["450 greylisted"] * 6)
    moment, waits = now, []
    for _ in range(6):
        work(clock=at(moment))
        assert state(message) == ("waiting", "", "rcpt 450")
        waits.append((message.not_before - moment) / MINUTE)
        moment = message.not_before

    for wait, step in zip(waits, [1, 5, 15, 60, 240, 240], strict=True):
        assert 0.8 * step <= wait <= 1.2 * step
    work(clock=at(moment))
    assert state(message) == ("sent", "", "")
    assert message.attempts == 6


def test_a_mail_nobody_takes_for_a_day_is_given_up_visibly(
    now: dt.datetime, smtp: MailServer, box: Mailbox
) -> None:
    message = factories.message(mailbox=box, now=now, lives=dt.timedelta(days=9))
    smtp.always("RCPT", "450 not now")
    moment = now
    while state(message)[0] == "waiting":
        moment = max(moment, message.not_before)
        work(clock=at(moment))
    assert state(message) == ("ended", "gave_up", "rcpt 450")
    assert dt.timedelta(hours=24) <= moment - now <= dt.timedelta(hours=29)


@pytest.mark.parametrize("answer", ["550 nobody here", "550 5.1.1 unknown", "553 no such name"])
def test_an_unknown_address_ends_the_mail_and_marks_the_mailbox(
    answer: str, now: dt.datetime, smtp: MailServer, box: Mailbox
) -> None:
    message = factories.message(mailbox=box, now=now)
    smtp.answer("RCPT", answer)
    work(clock=at(now))
    box.refresh_from_db()
    assert state(message) == ("ended", "refused", f"rcpt {answer[:3]}")
    assert box.bounced_at == now


@pytest.mark.parametrize(
    ("stage", "answer"),
    [("DATA", "554 no"), ("RCPT", "550 5.7.1 relaying denied"), ("RCPT", "554 5.7.1 blocked")],
)  # fmt: skip
def test_a_mail_refused_for_another_reason_gets_one_more_try(
    stage: str, answer: str, now: dt.datetime, smtp: MailServer, box: Mailbox
) -> None:
    """The address is fine as far as anyone knows: the mailbox stays open."""
    message = factories.message(mailbox=box, now=now)
    smtp.always(stage, answer)
    work(clock=at(now))
    assert state(message)[0] == "waiting"
    work(clock=at(message.not_before))
    box.refresh_from_db()
    assert state(message)[:2] == ("ended", "refused")
    assert box.bounced_at is None


@pytest.mark.parametrize(
    ("stage", "answer"),
    [("MAIL", "550 5.7.1 account closed"), ("MAIL", "530 no"), ("RCPT", "530 who are you")],
)
def test_a_server_that_refuses_us_for_hours_ends_no_mail(
    stage: str, answer: str, now: dt.datetime, smtp: MailServer, box: Mailbox
) -> None:
    """An account at the mail provider that ran out: when it is paid, all mail leaves."""
    message = factories.message(mailbox=box, now=now)
    smtp.always(stage, answer)
    for hours in range(8):
        work(clock=at(now + hours * HOUR))
    assert state(message) == ("waiting", "", f"{stage.lower()} {answer[:3]}")

    smtp.recover()
    work(clock=at(now + 14 * HOUR))
    assert state(message)[0] == "sent"


def test_one_refused_mail_of_many_costs_the_others_nothing(
    now: dt.datetime, smtp: MailServer
) -> None:
    for _ in range(10):
        factories.message(mailbox=factories.mailbox(), now=now)
    smtp.answer("DATA", "250 OK", "250 OK", "552 too big")
    work(clock=at(now))
    assert len(smtp.mails) == 9


def test_a_server_that_closes_after_each_mail_still_gets_all(
    now: dt.datetime, smtp: MailServer
) -> None:
    for _ in range(4):
        factories.message(mailbox=factories.mailbox(), now=now)
    smtp.answer("MAIL", "250 OK", "421 enough", "250 OK", "421 enough", "250 OK", "250 OK")
    moment = now
    for _ in range(3):
        work(clock=at(moment))
        moment += 2 * MINUTE
    assert len({mail.to for mail in smtp.mails}) == len(smtp.mails) == 4


def test_without_a_server_all_wait_a_minute_and_no_try_is_counted(
    now: dt.datetime, box: Mailbox, settings: Any
) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:9"
    message = factories.message(mailbox=box, now=now)
    work(clock=at(now))
    assert state(message) == ("waiting", "", "connect")
    assert (message.attempts, message.tried_at, message.not_before) == (0, now, now + MINUTE)


def test_a_server_away_for_a_day_ends_in_giving_up(
    now: dt.datetime, box: Mailbox, settings: Any
) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:9"
    message = factories.message(mailbox=box, now=now, lives=dt.timedelta(days=9))
    work(clock=at(now))
    work(clock=at(now + dt.timedelta(hours=24)))
    assert state(message) == ("ended", "gave_up", "connect")


@pytest.mark.parametrize("stage", ["GREETING", "MAIL", "DATA", "DOT"])
def test_a_hanging_server_with_much_waiting_costs_each_call_one_wait(
    stage: str, now: dt.datetime, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("_TO_CONNECT", "BEFORE_DOT", "AFTER_DOT"):
        monkeypatch.setattr(post, name, 0.2)
    box = factories.mailbox()
    for _ in range(250):
        factories.message(mailbox=box, now=now)

    with SlowServer(stage) as server:
        settings.SMTP_URL = server.url
        work(clock=at(now))

    still_due = Message.objects.filter(state="waiting", not_before__lte=now).count()
    assert server.connections == 1
    assert still_due == 150
    assert not Message.objects.filter(state__in=["claimed", "sent", "ended"]).exists()


def test_a_line_cut_after_the_dot_waits_ten_minutes_in_doubt(
    now: dt.datetime, smtp: MailServer, box: Mailbox
) -> None:
    message = factories.message(mailbox=box, now=now)
    smtp.drop("DATA")
    work(clock=at(now))
    assert state(message) == ("doubt", "", "dot")
    assert (message.doubts, message.not_before) == (1, now + 10 * MINUTE)
    work(clock=at(now + 9 * MINUTE))
    assert len(smtp.mails) == 1
