"""The operator hears of trouble past the outbox, once, without anybody's words or address."""

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from outbox import poll, work
from outbox.models import Alarm, Hold, Message, Pulse
from outbox.watchdog import Watch
from tests import factories
from tests.mail_server import MailServer

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
BEN = "ben.the.member@example.org"


@pytest.fixture(autouse=True)
def _operator(settings: Any, smtp: MailServer) -> None:
    settings.OPERATOR_EMAIL = "operator@example.org"
    settings.OPERATOR_SMTP_URL = smtp.url


@pytest.fixture
def watch(now: dt.datetime) -> Watch:
    """A watch that has been awake for twenty minutes, on a machine that is well."""
    watch = Watch()
    for minutes in range(20, 0, -4):
        Pulse.objects.note("heartbeat", now=now - minutes * MINUTE)
        watch.look(now=now - minutes * MINUTE)
    Pulse.objects.note("heartbeat", now=now)
    return watch


def several(count: int, now: dt.datetime, **facts: Any) -> None:
    for _ in range(count):
        message = factories.message(mailbox=factories.mailbox(address=BEN), now=now - HOUR)
        Message.objects.filter(pk=message.pk).update(**facts)


def ended(reason: str) -> Callable[[dt.datetime], None]:
    return lambda now: several(10, now, state="ended", reason=reason, ended_at=now)


def put_off(count: int, now: dt.datetime, **facts: Any) -> None:
    later = {"setback": "rcpt 451", "attempts": 3, "tried_at": now - 30 * MINUTE}
    several(count, now, not_before=now + HOUR, **later | facts)


TROUBLES: dict[str, tuple[str, Callable[[dt.datetime], Any]]] = {
    "beat": ("No beat", lambda now: Pulse.objects.note("heartbeat", now=now - 6 * MINUTE)),
    "stuck": ("too long: 3", lambda now: several(3, now)),
    "no server": (
        "too long: 2",
        lambda now: several(
            2, now, not_before=now + MINUTE, setback="connect", tried_at=now - HOUR
        ),
    ),
    "no password any more": (
        "too long: 2",
        lambda now: several(
            2, now, not_before=now + MINUTE, setback="connect 535", tried_at=now - HOUR
        ),
    ),
    "not welcome": (
        "too long: 2",
        lambda now: several(
            2, now, not_before=now + HOUR, setback="mail 550", attempts=3, tried_at=now - HOUR
        ),
    ),
    "all put off": ("puts all mail off", lambda now: put_off(3, now)),
    "hold": ("Sending is held", lambda now: Hold.objects.begin("restored", now=now)),
    "held": ("wait for your decision: 1", lambda now: several(1, now, state="held")),
    "doubt": ("perhaps left: 1", lambda now: several(1, now, state="doubt")),
    "poison": ("could not be written: 10", ended("poison")),
    "refused": ("refused within an hour: 10", ended("refused")),
}


@pytest.mark.parametrize("name", TROUBLES)
def test_each_trouble_is_told_once_and_its_end_once(
    name: str, watch: Watch, smtp: MailServer, now: dt.datetime
) -> None:
    watch.look(now=now)
    assert not smtp.mails, "all is well"

    said, make = TROUBLES[name]
    make(now)
    for minutes in range(3):
        watch.look(now=now + minutes * MINUTE)
    (mail,) = smtp.to("operator@example.org")
    assert said in mail.subject
    assert BEN not in mail.content.decode()

    Message.objects.all().delete()
    Hold.objects.all().delete()
    for minutes in range(3, 6):
        Pulse.objects.note("heartbeat", now=now + minutes * MINUTE)
        watch.look(now=now + minutes * MINUTE)
    assert len(smtp.mails) == 2
    assert smtp.mails[1].subject != mail.subject


def test_the_operator_knows_within_five_minutes_that_beat_is_silent(
    watch: Watch, smtp: MailServer, now: dt.datetime
) -> None:
    """Also where each round of a worker's poll waits, and sends for as long as it may."""
    round_of_poll = poll._EVERY + work._BUDGET
    seconds = 7.0
    while seconds + round_of_poll < 300:
        watch.look(now=now + dt.timedelta(seconds=seconds))
        assert not smtp.mails or seconds > 240, "a beat may be late"
        seconds += round_of_poll
    watch.look(now=now + dt.timedelta(seconds=seconds))
    assert [mail.to for mail in smtp.mails] == ["operator@example.org"]


NO_TROUBLE: dict[str, Callable[[dt.datetime], Any]] = {
    "one server puts off": lambda now: put_off(2, now),
    "not for long": lambda now: put_off(5, now, tried_at=now - 29 * MINUTE),
    "others leave": lambda now: (
        put_off(5, now),
        several(1, now, state="sent", sent_at=now - 29 * MINUTE),
    ),
    "the database is slow": lambda now: put_off(5, now, setback="slow"),
}


@pytest.mark.parametrize("name", NO_TROUBLE)
def test_mail_that_is_put_off_is_no_trouble_while_other_mail_leaves(
    name: str, watch: Watch, smtp: MailServer, now: dt.datetime
) -> None:
    NO_TROUBLE[name](now)
    watch.look(now=now)
    assert not smtp.mails


def test_trouble_that_comes_and_goes_makes_one_mail_in_six_hours(
    watch: Watch, smtp: MailServer, now: dt.datetime
) -> None:
    for minutes in range(0, 60, 2):
        several(1, now, state="doubt")
        watch.look(now=now + minutes * MINUTE)
        Message.objects.all().delete()
        watch.look(now=now + (minutes + 1) * MINUTE)
    told = [mail.subject for mail in smtp.mails if "beat" not in mail.subject]
    assert len(told) == 2, "that it is, and that it is well again"


def test_trouble_that_comes_back_to_stay_is_told_within_the_hour(
    watch: Watch, smtp: MailServer, now: dt.datetime
) -> None:
    """What the operator heard last must not be that all is well."""
    several(1, now, state="held")
    watch.look(now=now)
    Message.objects.all().delete()
    watch.look(now=now + 5 * MINUTE)
    several(1, now, state="held")
    for minutes in (10, 59):
        watch.look(now=now + minutes * MINUTE)
    assert len(smtp.mails) == 2
    watch.look(now=now + HOUR)
    assert smtp.mails[2].subject == smtp.mails[0].subject


def test_trouble_that_stays_is_told_again_after_six_hours(
    watch: Watch, smtp: MailServer, now: dt.datetime
) -> None:
    several(1, now, state="held")
    watch.look(now=now)
    watch.look(now=now + 6 * HOUR)
    assert len(smtp.mails) == 2


def test_of_ten_workers_one_tells(smtp: MailServer, now: dt.datetime) -> None:
    several(1, now, state="held")
    together = threading.Barrier(10)

    def worker() -> None:
        together.wait()
        Watch().look(now=now)
        connections.close_all()

    workers = [threading.Thread(target=worker) for _ in range(10)]
    for thread in workers:
        thread.start()
    for thread in workers:
        thread.join()
    assert len(smtp.mails) == 1


def test_a_mail_that_could_not_leave_is_tried_again(
    watch: Watch, smtp: MailServer, now: dt.datetime
) -> None:
    several(1, now, state="held")
    smtp.answer("MAIL", "451 later")
    watch.look(now=now)
    assert not smtp.mails
    watch.look(now=now + MINUTE)
    assert len(smtp.mails) == 1
    assert Alarm.objects.get().is_on


def test_a_machine_that_just_woke_gives_its_parts_time(smtp: MailServer, now: dt.datetime) -> None:
    several(3, now)
    Pulse.objects.note("heartbeat", now=now - 8 * HOUR)
    watch = Watch()
    for minutes in range(5):
        watch.look(now=now + minutes * MINUTE)
    assert not smtp.mails
    watch.look(now=now + 5 * MINUTE)
    assert "No beat" in smtp.mails[0].subject


def test_a_beat_that_never_ran_is_missed_too(smtp: MailServer, now: dt.datetime) -> None:
    watch = Watch()
    for minutes in range(6):
        watch.look(now=now + minutes * MINUTE)
    assert "No beat" in smtp.mails[0].subject


def test_without_an_operator_nobody_is_written_to(
    watch: Watch, smtp: MailServer, settings: Any, now: dt.datetime
) -> None:
    settings.OPERATOR_EMAIL = ""
    several(1, now, state="held")
    watch.look(now=now)
    assert not smtp.mails
