"""Asked once: never two, never none, whatever the machine does."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from checkins import dispatch
from checkins.models import CheckIn, Schedule
from outbox.models import Message
from tests import factories

pytestmark = pytest.mark.django_db


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


NINE = utc("2026-11-26T08:00")  # a Thursday, 09:00 in Berlin
SAVED = utc("2026-11-25T12:00")


def test_due_schedule_makes_a_check_in_and_its_message():
    ada = factories.person()
    schedule = factories.schedule(person=ada, now=SAVED)

    assert dispatch.tick(NINE) == 1

    check_in = CheckIn.objects.get()
    assert (check_in.person_id, check_in.key_id, check_in.schedule_id) == (
        ada.pk,
        ada.key_id,
        schedule.pk,
    )
    assert check_in.asked
    assert check_in.due_at == NINE
    assert check_in.local_date == dt.date(2026, 11, 26)
    assert check_in.closes_at == utc("2026-11-27T08:00")
    message = Message.objects.get()
    assert message.dedupe_key == f"check_in:{check_in.public_id}"
    assert message.subject == check_in.public_id
    assert (message.kind, message.state, message.mailbox_id) == (
        "check_in",
        "waiting",
        ada.mailbox_id,
    )
    assert message.not_before == NINE
    assert message.expires_at == utc("2026-11-26T20:00")


def test_schedule_moves_on_by_a_day_and_a_turn():
    schedule = factories.schedule(person=factories.person(), now=SAVED)

    dispatch.tick(NINE)

    schedule.refresh_from_db()
    assert schedule.next_at == utc("2026-11-27T08:00")
    assert schedule.turn == 1


def test_nothing_is_due_a_moment_before():
    factories.schedule(person=factories.person(), now=SAVED)

    assert dispatch.tick(NINE - dt.timedelta(seconds=1)) == 0
    assert not CheckIn.objects.exists()


def test_second_tick_finds_nothing():
    factories.schedule(person=factories.person(), now=SAVED)

    assert [dispatch.tick(NINE), dispatch.tick(NINE)] == [1, 0]
    assert CheckIn.objects.count() == Message.objects.count() == 1


def test_row_set_back_by_hand_asks_nobody_twice():
    schedule = factories.schedule(person=factories.person(), now=SAVED)
    dispatch.tick(NINE)
    Schedule.objects.update(next_at=NINE)

    dispatch.tick(NINE)

    assert CheckIn.objects.count() == Message.objects.count() == 1
    schedule.refresh_from_db()
    assert schedule.next_at == utc("2026-11-27T08:00")


@pytest.mark.parametrize("people", [1, 7])
def test_batch_is_four_statements_however_many_are_due(people):
    for zone in ["Europe/Berlin", "Asia/Kolkata", "America/St_Johns"] * people:
        factories.schedule(person=factories.person(zone=zone), now=SAVED)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        dispatch.tick(utc("2026-11-26T12:45"))

    words = [query["sql"].split()[0] for query in queries]
    # Whether anything is due at all is asked before, past Django's cursor.
    assert [word for word in words if word not in {"SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"}] == [
        "SELECT",
        "WITH",
        "WITH",
        "WITH",
    ]
    assert CheckIn.objects.count() == Message.objects.count() == 3 * people


def test_batches_follow_until_nothing_is_due(monkeypatch):
    monkeypatch.setattr(dispatch, "BATCH", 2)
    for _ in range(5):
        factories.schedule(person=factories.person(), now=SAVED)

    assert [dispatch.tick(NINE) for _ in range(4)] == [2, 2, 1, 0]
    assert CheckIn.objects.count() == Message.objects.count() == 5


@pytest.mark.parametrize("fact", ["suppressed_at", "bounced_at"])
def test_mailbox_that_takes_no_mail_gets_none_but_today_asks(fact):
    ada = factories.person()
    factories.schedule(person=ada, now=SAVED)
    setattr(ada.mailbox, fact, SAVED)
    ada.mailbox.save()

    dispatch.tick(NINE)

    assert CheckIn.objects.open_for(ada, NINE) is not None
    assert not Message.objects.exists()


def test_person_without_a_mailbox_is_asked_on_today_alone():
    ada = factories.person()
    factories.schedule(person=ada, now=SAVED)
    Schedule.objects.update(mailbox=None)

    dispatch.tick(NINE)

    assert CheckIn.objects.count() == 1
    assert not Message.objects.exists()


def test_vanished_zone_is_parked_and_blocks_nobody():
    lost = factories.schedule(person=factories.person(), now=SAVED)
    Schedule.objects.update(zone="Mars/Olympus")
    factories.schedule(person=factories.person(), now=SAVED)

    assert dispatch.tick(NINE) == 2

    lost.refresh_from_db()
    assert (lost.next_at, lost.parked_at, lost.parked_why) == (None, NINE, "zone")
    assert list(Schedule.objects.parked()) == [lost]
    assert CheckIn.objects.count() == 1
    assert dispatch.tick(NINE) == 0


def test_parked_schedule_asks_again_once_a_zone_is_chosen():
    schedule = factories.schedule(person=factories.person(), now=SAVED)
    Schedule.objects.update(zone="Mars/Olympus")
    dispatch.tick(NINE)
    schedule.refresh_from_db()

    schedule.move("Europe/Berlin", now=NINE)

    schedule.refresh_from_db()
    assert (schedule.parked_at, schedule.parked_why) == (None, "")
    assert schedule.next_at == utc("2026-11-27T08:00")


def test_weekly_asking_closes_after_seven_days_and_stays_fresh_for_one():
    factories.schedule(person=factories.person(), weekdays=0b0001000, now=SAVED, every_weeks=2)

    dispatch.tick(NINE)

    assert CheckIn.objects.get().closes_at == utc("2026-12-03T08:00")
    assert Message.objects.get().expires_at == utc("2026-11-27T08:00")


def test_outage_of_three_days_brings_the_newest_asking_alone():
    schedule = factories.schedule(person=factories.person(), now=SAVED)

    dispatch.tick(utc("2026-11-29T10:00"))

    check_in = CheckIn.objects.get()
    assert check_in.due_at == utc("2026-11-29T08:00")
    assert Message.objects.get().not_before == utc("2026-11-29T10:00")
    schedule.refresh_from_db()
    assert schedule.next_at == utc("2026-11-30T08:00")


def test_outage_that_ends_at_night_asks_in_the_morning():
    factories.schedule(person=factories.person(), at="20:30", now=SAVED)

    dispatch.tick(utc("2026-11-29T21:00"))

    message = Message.objects.get()
    assert message.not_before == utc("2026-11-30T07:00")
    assert message.expires_at == utc("2026-11-30T07:30")


def test_asking_that_would_come_too_late_falls_away():
    schedule = factories.schedule(person=factories.person(), at="09:00", now=SAVED)

    dispatch.tick(utc("2026-11-29T20:30"))

    assert not CheckIn.objects.exists()
    schedule.refresh_from_db()
    assert schedule.next_at == utc("2026-11-30T08:00")
    assert schedule.turn == 0


def test_asking_a_few_minutes_late_comes_at_any_hour():
    factories.schedule(person=factories.person(), at="03:00", now=SAVED)

    dispatch.tick(utc("2026-11-26T02:10"))

    assert Message.objects.get().not_before == utc("2026-11-26T02:00")


def test_outage_of_thirty_days_of_a_weekly_rhythm_asks_at_most_once():
    factories.schedule(person=factories.person(), weekdays=0b0001000, now=SAVED)

    dispatch.tick(utc("2026-12-26T12:00"))

    assert not CheckIn.objects.exists()
    assert Schedule.objects.get().next_at == utc("2026-12-31T08:00")


def test_pause_with_an_end_is_over_when_the_next_asking_comes():
    schedule = factories.schedule(person=factories.person(), now=SAVED)
    schedule.pause(now=SAVED, until=utc("2026-11-28T12:00"))
    assert dispatch.tick(utc("2026-11-28T12:00")) == 0

    assert dispatch.tick(utc("2026-11-29T08:00")) == 1

    schedule.refresh_from_db()
    assert schedule.paused_at is None
    assert schedule.paused_until is None


# PostgreSQL chooses by its statistics; SQLite by how a statement is written.
if connection.vendor == "sqlite":

    def test_no_statement_reads_the_whole_table_of_schedules():
        """SQLite once read it all for each group of an UPDATE: 5,000 askings took seven seconds."""
        factories.schedule(person=factories.person(), now=SAVED)
        plans = []

        def explained(execute, sql, params, many, context):
            if sql.lstrip().startswith("WITH g"):
                with connection.cursor() as cursor:
                    rows = cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params).fetchall()
                    plans.append([row[3] for row in rows])
            return execute(sql, params, many, context)

        with connection.execute_wrapper(explained):
            dispatch.tick(NINE)

        assert len(plans) == 3
        assert not any(line.startswith("SCAN s") for plan in plans for line in plan)
