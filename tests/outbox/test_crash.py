"""Senders killed in the middle of their work: nothing is lost, and nothing doubled in secret."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from outbox.mail import Mail
from outbox.models import Message
from outbox.sweep import sweep
from outbox.work import work
from tests import factories
from tests.mail_server import MailServer
from tests.outbox import sender
from tests.processes import until

pytestmark = pytest.mark.django_db(transaction=True)


def states() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("state", flat=True))


def three_mails(**fields: Any) -> list[Message]:
    return [
        factories.message(
            mailbox=factories.mailbox(address=f"m{number}@example.org"),
            now=timezone.now(),
            **fields,
        )
        for number in range(3)
    ]


def test_killed_between_two_mails_each_leaves_once(smtp: MailServer) -> None:
    three_mails()
    smtp.answer("RCPT", "250 OK", "hang")
    process = sender.start(smtp.url)
    until(lambda: smtp.reached["RCPT"] == 2)
    assert states() == ["claimed"] * 3

    sender.kill(process)
    work()

    assert states() == ["sent"] * 3
    assert sorted(mail.to for mail in smtp.mails) == [f"m{n}@example.org" for n in range(3)]


def test_killed_after_the_dot_one_is_in_doubt_and_goes_again_as_the_same_mail(
    smtp: MailServer,
) -> None:
    three_mails()
    smtp.answer("DATA", "250 OK", "hang")
    process = sender.start(smtp.url)
    until(lambda: smtp.reached["DATA"] == 2)

    sender.kill(process)
    work()

    assert sorted(states()) == ["doubt", "sent", "sent"]
    later = timezone.now() + dt.timedelta(minutes=11)
    sweep(now=later)
    work(clock=lambda: later)
    assert states() == ["sent"] * 3
    assert sorted(mail.to for mail in smtp.mails) == [f"m{n}@example.org" for n in range(3)]


@pytest.mark.parametrize("death", sender.DEATHS)
def test_one_that_ends_its_sender_ends_alone_after_five_starts(
    smtp: MailServer, death: str
) -> None:
    messages = three_mails(kind=sender.DEADLY)
    deadly = factories.message(
        mailbox=factories.mailbox(),
        now=timezone.now(),
        kind=sender.DEADLY,
        mail=Mail(subject=death, text=""),
    )

    sender.start(smtp.url, turns=8).wait()
    sweep(now=timezone.now())

    deadly.refresh_from_db()
    assert (deadly.state, deadly.reason, deadly.falls) == ("ended", "poison", 5)
    assert len(smtp.mails) == len(messages)
    assert {message.state for message in Message.objects.exclude(pk=deadly.pk)} == {"sent"}
