"""Invariants 1 to 4 on a moving clock: asked once, whatever happens to the machine."""

import datetime as dt
import os
import signal
import threading
from collections import Counter
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, connections, transaction

from checkins import dispatch
from checkins.models import CheckIn, Schedule
from outbox.models import Message, Outage, Pulse
from tests import factories, simulation
from tests.mail_server import MailServer

BERLIN = ZoneInfo("Europe/Berlin")
DAY = dt.timedelta(days=1)


def answers(person, now: dt.datetime) -> None:
    """Somebody who always says something to an open question."""
    check_in = CheckIn.objects.open_for(person, now)
    if check_in is not None and check_in.said() is None:
        check_in.answer(word="okay", now=now)


@pytest.mark.django_db
def test_daily_rhythm_brings_thirty_mails_in_thirty_days(
    now: dt.datetime, smtp: MailServer
) -> None:
    ada = factories.person(address="ada@example.org")
    factories.schedule(person=ada, now=now - DAY)

    simulation.run_days(ada, 30, now, each_day=answers)

    assert [mail.to for mail in smtp.mails] == ["ada@example.org"] * 30
    assert CheckIn.objects.filter(asked=True).count() == 30


@pytest.mark.django_db
def test_weekly_thursday_in_berlin_asks_261_times_from_2026_to_2030() -> None:
    ada = factories.person()
    now = dt.datetime(2026, 1, 1, tzinfo=BERLIN).astimezone(dt.UTC)
    end = dt.datetime(2031, 1, 1, tzinfo=BERLIN).astimezone(dt.UTC)
    schedule = factories.schedule(person=ada, weekdays=0b0001000, now=now)

    while (now := schedule.next_at) < end:
        assert dispatch.tick(now) == 1
        assert dispatch.tick(now) == 0
        answers(ada, now + dt.timedelta(hours=3))
        schedule.refresh_from_db()

    check_ins = CheckIn.objects.order_by("due_at")
    local = [check_in.due_at.astimezone(BERLIN) for check_in in check_ins]
    assert len(local) == 261
    assert {(at.weekday(), at.hour, at.minute) for at in local} == {(3, 9, 0)}
    assert len({at.date() for at in local}) == 261
    assert {check_in.local_date for check_in in check_ins} == {at.date() for at in local}
    assert Message.objects.filter(kind="check_in").count() == 261
    assert ada.answers.count() == 261


@pytest.mark.django_db
@pytest.mark.parametrize("at", ["02:30", "02:00", "03:00", "09:00"])
@pytest.mark.parametrize("changes_on", ["2026-10-25", "2027-03-28"])
def test_doubled_and_missing_hours_ask_once_a_local_date(at: str, changes_on: str) -> None:
    """A tick every quarter of an hour, through the night in which the clocks change."""
    ada = factories.person()
    midnight = dt.datetime.fromisoformat(changes_on).replace(tzinfo=BERLIN).astimezone(dt.UTC)
    factories.schedule(person=ada, at=at, now=midnight - DAY)

    for quarter in range(4 * 24 * 3):
        dispatch.tick(midnight - DAY + quarter * dt.timedelta(minutes=15))

    asked_on = Counter(CheckIn.objects.values_list("local_date", flat=True))
    assert set(asked_on.values()) == {1}
    assert [(on - dt.date.fromisoformat(changes_on)).days for on in sorted(asked_on)][:3] == [
        -1,
        0,
        1,
    ]
    assert Message.objects.count() == CheckIn.objects.count()


@pytest.mark.django_db
def test_after_three_days_of_outage_one_mail_comes_and_the_rhythm_goes_on(
    now: dt.datetime, smtp: MailServer
) -> None:
    ada = factories.person()
    factories.schedule(person=ada, now=now - DAY)
    simulation.run_days(ada, 2, now)
    assert len(smtp.mails) == 2

    back = now + 5 * DAY + dt.timedelta(hours=2)
    simulation.run_until(back + dt.timedelta(hours=1), now=back)
    assert len(smtp.mails) == 3

    simulation.run_days(ada, 2, now + 6 * DAY)
    assert len(smtp.mails) == 5


@pytest.mark.django_db
def test_mail_that_waited_out_a_mail_outage_is_dropped_when_it_is_old_news(
    now: dt.datetime, smtp: MailServer
) -> None:
    ada = factories.person()
    factories.schedule(person=ada, now=now - DAY)
    for day in range(3):
        dispatch.tick(now + day * DAY)

    simulation.pass_a_moment(now + 2 * DAY + dt.timedelta(hours=11))

    assert len(smtp.mails) == 1
    assert Message.objects.filter(reason=Message.Reason.EXPIRED).count() == 2


@pytest.mark.django_db
def test_answer_before_the_mail_left_keeps_it_back(now: dt.datetime, smtp: MailServer) -> None:
    ada = factories.person()
    factories.schedule(person=ada, now=now - DAY)
    dispatch.tick(now)
    answers(ada, now)

    simulation.pass_a_moment(now)

    assert smtp.mails == []
    assert Message.objects.get(kind="check_in").reason == Message.Reason.DROPPED


def in_threads(count: int, work: Callable[[], object]) -> None:
    """The same work in several threads at once, each with a connection of its own."""
    together, failures = threading.Barrier(count), []

    def run() -> None:
        try:
            together.wait(timeout=30)
            work()
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("workers", [2, 10])
def test_many_workers_at_once_ask_everybody_once(
    now: dt.datetime, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "BATCH", 7)
    for _ in range(40):
        factories.schedule(person=factories.person(), now=now - DAY)

    def drain() -> None:
        for _ in range(30):
            dispatch.tick(now)

    in_threads(workers, drain)

    assert CheckIn.objects.count() == Message.objects.count() == 40
    assert not Schedule.objects.filter(next_at__lte=now).exists()
    assert set(Schedule.objects.values_list("turn", flat=True)) == {1}


def die_after(statements: int, now: dt.datetime) -> None:
    """Another worker, killed for good as soon as it has run that many statements of a batch."""
    connections.close_all()
    told, tell = os.pipe()
    worker = os.fork()
    if worker == 0:
        ours = []

        def stops(execute, sql, params, many, context):
            result = execute(sql, params, many, context)
            ours.extend([sql] if "checkins_schedule" in sql else [])
            if len(ours) == statements:
                os.write(tell, b"here")
                signal.pause()
            return result

        try:
            with connection.execute_wrapper(stops):
                dispatch.tick(now)
        finally:
            os._exit(1)
    os.close(tell)
    assert os.read(told, 4) == b"here"
    os.close(told)
    os.kill(worker, signal.SIGKILL)
    os.waitpid(worker, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("statements", [1, 2, 3, 4])
def test_worker_killed_in_the_middle_leaves_nothing_and_the_next_one_asks(
    now: dt.datetime, statements: int
) -> None:
    factories.schedule(person=factories.person(), now=now - DAY)

    die_after(statements, now)
    assert not CheckIn.objects.exists()
    assert not Message.objects.exists()

    # PostgreSQL lets go of the lock once it sees that nobody is there any more.
    while not dispatch.tick(now):
        pass
    assert CheckIn.objects.count() == Message.objects.count() == 1
    assert dispatch.tick(now) == 0


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_worker_that_hangs_in_the_middle_holds_up_only_its_own_batch(now: dt.datetime) -> None:
    """PostgreSQL passes over locked rows; on SQLite, with its one writer, others wait."""
    hung = factories.schedule(person=factories.person(), now=now - DAY)
    factories.schedule(person=factories.person(), now=now - DAY)

    with transaction.atomic():
        Schedule.objects.select_for_update().get(pk=hung.pk)
        moved: list[int] = []
        in_threads(1, lambda: moved.append(dispatch.tick(now)))

    assert moved == [1]
    assert dispatch.tick(now) == 1
    assert CheckIn.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_pausing_while_it_is_asked_leaves_no_mail_waiting(now: dt.datetime) -> None:
    schedules = [factories.schedule(person=factories.person(), now=now - DAY) for _ in range(8)]
    pausing = threading.Lock()

    def pause_or_ask() -> None:
        with pausing:
            mine = schedules.pop() if schedules else None
        if mine is not None:
            mine.pause(now=now)
        dispatch.tick(now)

    in_threads(8, pause_or_ask)

    assert not Message.objects.filter(state=Message.State.WAITING).exists()
    assert not Schedule.objects.filter(next_at__isnull=False).exists()


@pytest.mark.django_db
def test_silence_of_the_tick_is_written_down_as_ours(now: dt.datetime) -> None:
    every = dt.timedelta(seconds=60)
    Pulse.objects.hear("tick", every=every, now=now)

    Pulse.objects.hear("tick", every=every, now=now + 3 * DAY)

    assert Outage.objects.within(now + DAY, now + 2 * DAY).count() == 1
