"""A mail server in trouble while ten thousand mails wait: every round is short, nothing is lost."""

import datetime as dt
import itertools
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import pytest
from django.db import connection

from outbox import kinds
from outbox import smtp as post
from outbox.kinds import Go, Kind
from outbox.mail import Mail
from outbox.models import Mailbox, Message
from outbox.work import work
from tests import factories
from tests.mail_server import MailServer

pytestmark = pytest.mark.django_db

MANY = 10_100
HOUR = dt.timedelta(hours=1)


def render(messages: Sequence[Message]) -> dict[int, Mail]:
    return {message.pk: Mail(subject="A note", text="Some words.\n") for message in messages}


@pytest.fixture
def _late_kind() -> Iterator[None]:
    kinds.register(Kind("late", render, lambda message, now: Go()))
    yield
    del kinds.known()["late"]


def some(now: dt.datetime) -> None:
    """A hundred mails to a hundred people, all due."""
    boxes = [factories.mailbox() for _ in range(100)]
    Message.objects.bulk_create(
        Message(
            kind="late",
            mailbox=box,
            key_id=box.key_id,
            subject=uuid.uuid4(),
            dedupe_key=f"crowd:{box.pk}",
            ring=1,
            made_at=now,
            not_before=now,
            expires_at=now + dt.timedelta(days=2),
        )
        for box in boxes
    )


@pytest.fixture
def _crowd(now: dt.datetime, _late_kind: None) -> None:
    """Ten thousand mails: each of a hundred, a hundred times more."""
    some(now)
    names = [field.column for field in Message._meta.local_concrete_fields if field.column != "id"]
    others = [
        "one.dedupe_key || ':' || other.id" if name == "dedupe_key" else f"one.{name}"
        for name in names
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO outbox_message ({', '.join(names)})"
            f" SELECT {', '.join(others)}"
            " FROM outbox_message one CROSS JOIN (SELECT id FROM outbox_message) other"
        )


def hurried() -> Callable[[], float]:
    """Seconds that pass with every look at the clock: a round is over after a few batches."""
    looks = itertools.count()
    return lambda: next(looks) * 0.1


def round_at(moment: dt.datetime) -> Counter[str]:
    return work(clock=lambda: moment, steady=hurried())


def states() -> Counter[str]:
    return Counter(Message.objects.filter(kind="late").values_list("state", flat=True))


def urgent(now: dt.datetime) -> Message:
    """A sign-in code of somebody else, in the midst of it."""
    return factories.message(mailbox=factories.mailbox(), now=now, lane="a_now")


@pytest.mark.usefixtures("_crowd")
def test_a_server_that_puts_off_then_refuses_then_hangs_loses_nothing_and_holds_up_nobody(
    now: dt.datetime, smtp: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    smtp.always("RCPT", "451 later")
    first = urgent(now)
    smtp.answer("RCPT", "250 OK")
    tried = round_at(now)
    first.refresh_from_db()
    assert (first.state, states()) == ("sent", {"waiting": MANY})
    # A round ends by itself, and what was put off waits for its next turn.
    assert 100 <= tried["waiting"] <= 1_000
    later = Message.objects.filter(kind="late", not_before__gt=now, attempts=1)
    assert later.count() == tried["waiting"]

    smtp.recover()
    smtp.always("RCPT", "550 5.7.1 we do not know you")
    second = urgent(now)
    smtp.answer("RCPT", "250 OK")
    refused = round_at(now)
    second.refresh_from_db()
    assert second.state == "sent"
    assert 100 <= refused["waiting"] <= 1_000
    # A relay that does not know us says nothing about anybody's address.
    assert states() == {"waiting": MANY}
    assert not Mailbox.objects.exclude(bounced_at=None).exists()

    smtp.recover()
    smtp.hang("MAIL")
    for name in ("_TO_CONNECT", "BEFORE_DOT", "AFTER_DOT"):
        monkeypatch.setattr(post, name, 0.2)
    third = urgent(now + HOUR)
    round_at(now + HOUR)
    round_at(now + HOUR)
    third.refresh_from_db()
    assert third.state == "waiting"
    assert not Message.objects.filter(state__in=["claimed", "doubt", "held"]).exists()
    assert states() == {"waiting": MANY}

    smtp.recover()
    before = len(smtp.mails)
    left = round_at(now + 2 * HOUR)["sent"] + round_at(now + 2 * HOUR)["sent"]
    third.refresh_from_db()
    assert third.state == "sent"
    assert len(smtp.mails) - before == left > 100
    told = [mail.message["Message-ID"] for mail in smtp.mails]
    assert len(set(told)) == len(told)


@pytest.mark.usefixtures("_late_kind")
def test_a_server_that_hangs_after_the_dot_leaves_one_doubt_a_round(
    now: dt.datetime, smtp: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("_TO_CONNECT", "BEFORE_DOT", "AFTER_DOT"):
        monkeypatch.setattr(post, name, 0.2)
    smtp.hang("DATA")
    some(now)

    round_at(now)

    assert states() == {"doubt": 1, "waiting": 99}
    assert not Message.objects.filter(state="claimed").exists()
