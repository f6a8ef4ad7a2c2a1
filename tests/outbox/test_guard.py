"""Somebody put an older database in the place of ours: nothing leaves before the operator speaks.

The database is put back by hand here, past `manage.py restore`: as rows, as a snapshot would.
"""

import datetime as dt
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from outbox import kinds, tasks
from outbox.emails import written
from outbox.models import Hold, Message, Pulse
from tests import factories
from tests.mail_server import MailServer

pytestmark = pytest.mark.django_db(transaction=True)
HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)
DAY = 24 * HOUR


@pytest.fixture(autouse=True)
def _note_kind() -> None:
    kinds.register(kinds.Kind("note", written))


@pytest.fixture
def clock(time_machine: Any) -> Any:
    # In the past: PostgreSQL looks at its own clock, and what is due then is due now.
    time_machine.move_to(dt.datetime.now(dt.UTC) - 40 * DAY, tick=False)
    return time_machine


def a_mail(kind: str = "note") -> Message:
    return factories.message(
        now=timezone.now(), mailbox=factories.mailbox(), kind=kind, lives=90 * DAY
    )


def snapshot() -> list[Any]:
    return [row for model in (Message, Pulse, Hold) for row in model.objects.all()]


def put_back(rows: list[Any]) -> None:
    for model in (Message, Pulse, Hold):
        model.objects.all().delete()
    for row in rows:
        row.save(force_insert=True)


def say(word: str) -> str:
    out = StringIO()
    call_command("sending", word, stdout=out)
    return out.getvalue()


def a_day_that_is_put_back(clock: Any) -> None:
    tasks.deliver()
    a_mail()
    yesterday = snapshot()
    clock.shift(DAY)
    tasks.deliver()
    put_back(yesterday)


def test_a_database_put_back_sends_nothing_by_itself(clock: Any, smtp: MailServer) -> None:
    a_day_that_is_put_back(clock)
    assert len(smtp.mails) == 1

    for _ in range(10):
        clock.shift(MINUTE)
        tasks.deliver()
        tasks.keep_going()

    assert len(smtp.mails) == 1, "the mail of yesterday does not leave again"
    assert "SENDING IS HELD" in say("status")
    assert "1 mail waits." in say("status")


def test_a_sign_in_code_leaves_all_the_same(clock: Any, smtp: MailServer) -> None:
    a_day_that_is_put_back(clock)
    a_mail("account")
    tasks.deliver()
    assert [mail.subject for mail in smtp.mails] == ["A note"] * 2
    assert Message.objects.get(kind="note").state == "waiting"


@pytest.mark.parametrize(("word", "mails"), [("resume", 2), ("skip", 1)])
def test_the_operators_word_holds_on_every_machine(
    clock: Any, smtp: MailServer, settings: Any, tmp_path: Path, word: str, mails: int
) -> None:
    here, there = settings.VAR_DIR, tmp_path
    settings.VAR_DIR = there
    tasks.deliver()
    settings.VAR_DIR = here
    a_day_that_is_put_back(clock)
    tasks.deliver()
    say(word)

    for folder in (there, here):
        settings.VAR_DIR = folder
        clock.shift(MINUTE)
        tasks.deliver()
        assert not Hold.objects.is_on()
    assert len(smtp.mails) == mails


def test_the_word_may_be_said_before_any_worker_runs(clock: Any, smtp: MailServer) -> None:
    a_day_that_is_put_back(clock)
    say("resume")
    tasks.deliver()
    assert not Hold.objects.is_on()
    assert len(smtp.mails) == 2


def test_another_machine_that_was_first_hides_nothing(
    clock: Any, settings: Any, tmp_path: Path, smtp: MailServer
) -> None:
    a_day_that_is_put_back(clock)
    here, settings.VAR_DIR = settings.VAR_DIR, tmp_path
    tasks.heartbeat()
    tasks.sweep()
    settings.VAR_DIR = here
    tasks.sweep()
    assert Hold.objects.is_on()


def test_a_database_from_before_this_machine_is_older_too(clock: Any, smtp: MailServer) -> None:
    a_mail()
    before = snapshot()
    clock.shift(DAY)
    tasks.deliver()
    put_back(before)
    tasks.deliver()
    assert Hold.objects.is_on()
    assert len(smtp.mails) == 1


@pytest.mark.parametrize("away", [HOUR, 3 * DAY, 20 * DAY])
def test_a_machine_that_was_off_goes_on_by_itself(
    clock: Any, smtp: MailServer, away: dt.timedelta
) -> None:
    tasks.deliver()
    a_mail()
    clock.shift(away)
    tasks.deliver()
    assert not Hold.objects.is_on()
    assert len(smtp.mails) == 1


def test_a_clock_that_is_set_back_holds_nothing(clock: Any, smtp: MailServer) -> None:
    clock.shift(3 * HOUR)
    tasks.deliver()
    clock.shift(-5 * HOUR)
    a_mail()
    for _ in range(3):
        clock.shift(MINUTE)
        tasks.deliver()
    assert not Hold.objects.is_on()
    assert len(smtp.mails) == 1


def test_a_new_database_beside_an_old_folder_starts_at_once(clock: Any, smtp: MailServer) -> None:
    tasks.deliver()
    clock.shift(DAY)
    put_back([])
    a_mail()
    tasks.deliver()
    assert not Hold.objects.is_on()
    assert len(smtp.mails) == 1


def test_a_replica_that_lacks_some_minutes_goes_on(clock: Any, smtp: MailServer) -> None:
    tasks.deliver()
    rows = snapshot()
    clock.shift(14 * MINUTE)
    tasks.deliver()
    put_back(rows)
    tasks.deliver()
    assert not Hold.objects.is_on()


def test_the_operator_may_hold_before_a_whole_machine_is_put_back(
    clock: Any, smtp: MailServer
) -> None:
    say("hold")
    a_mail()
    tasks.deliver()
    assert not smtp.mails
    assert "(operator)" in say("status")


def test_an_unreadable_mark_is_no_mark(clock: Any, settings: Any, smtp: MailServer) -> None:
    tasks.deliver()
    (Path(settings.VAR_DIR) / "heartbeat").write_text("torn")
    a_mail()
    tasks.deliver()
    assert len(smtp.mails) == 1
