"""A mail that cannot be written, or takes too long, costs the mails beside it nothing."""

import datetime as dt
from collections.abc import Sequence

import pytest

from outbox import claims, kinds
from outbox.emails import written
from outbox.kinds import Go, Kind, Verdict, Wait
from outbox.mail import Mail
from outbox.models import Mailbox, Message
from outbox.work import work
from tests import factories
from tests.mail_server import MailServer
from tests.outbox.turns import Odd, at, state
from vault.models import Key

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)


def test_words_whose_key_does_not_open_wait_and_cost_the_others_nothing(
    now: dt.datetime, smtp: MailServer, box: Mailbox
) -> None:
    shut = factories.message(mailbox=factories.mailbox(), now=now)
    key = Key.objects.get(pk=shut.key_id)
    whole, key.wrapped = bytes(key.wrapped), b"x" * 60
    key.save()
    factories.message(mailbox=box, now=now)

    for minutes in range(6):
        work(clock=at(now + minutes * MINUTE * 2))
    assert len(smtp.mails) == 1
    assert Message.objects.filter(pk=shut.pk, state="waiting", setback="key", falls=0).exists()

    key.wrapped = whole
    key.save()
    work(clock=at(now + 12 * MINUTE))
    assert state(shut)[0] == "sent"


def test_one_that_cannot_be_written_costs_its_neighbours_nothing_and_ends_after_five_starts(
    now: dt.datetime, smtp: MailServer, odd: Odd
) -> None:
    messages = [
        factories.message(mailbox=factories.mailbox(), now=now, kind="odd") for _ in range(5)
    ]
    poison = messages[2]
    odd.poison = {poison.pk}

    work(clock=at(now))
    assert len(smtp.mails) == 4

    moment, starts = now, 0
    while state(poison)[0] == "waiting":
        starts = poison.falls
        moment += 20 * MINUTE
        work(clock=at(moment))
    assert state(poison) == ("ended", "poison", "RecursionError")
    assert (starts, poison.falls, poison.attempts) == (4, 5, 0)
    assert len(smtp.mails) == 4


def test_one_that_cannot_be_asked_about_costs_its_neighbours_nothing(
    now: dt.datetime, smtp: MailServer
) -> None:
    messages = [
        factories.message(mailbox=factories.mailbox(), now=now, kind="crowd") for _ in range(4)
    ]
    bad = messages[1].pk

    def may_all_leave(asked: Sequence[Message], now: dt.datetime) -> dict[int, Verdict]:
        return {one.pk: Wait(next(iter([]))) if one.pk == bad else Go() for one in asked}

    kinds.register(Kind("crowd", written, may_all_leave=may_all_leave))
    try:
        work(clock=at(now))
    finally:
        del kinds.known()["crowd"]

    assert len(smtp.mails) == 3
    assert state(messages[1]) == ("waiting", "", "StopIteration")


@pytest.mark.postgresql  # SQLite ends no question
def test_one_whose_question_never_ends_costs_its_neighbours_nothing_and_is_given_up_after_a_day(
    now: dt.datetime, smtp: MailServer, odd: Odd
) -> None:
    messages = [
        factories.message(mailbox=factories.mailbox(), now=now, kind="odd") for _ in range(5)
    ]
    slow = messages[2]
    odd.endless = {slow.pk}

    for hours in range(0, 30, 5):
        assert state(slow)[0] == "waiting"
        work(clock=at(now + hours * HOUR))
        assert len(smtp.mails) == 4
    assert state(slow) == ("ended", "gave_up", "slow")


@pytest.mark.postgresql  # SQLite ends no question
def test_a_database_that_is_slow_for_half_an_hour_ends_no_mail(
    now: dt.datetime, smtp: MailServer, odd: Odd
) -> None:
    messages = [
        factories.message(mailbox=factories.mailbox(), now=now, kind="odd") for _ in range(3)
    ]
    odd.endless = {message.pk for message in messages}
    for minutes in range(0, 35, 5):
        work(clock=at(now + minutes * MINUTE))
    assert [state(message)[0] for message in messages] == ["waiting"] * 3

    odd.endless.clear()
    work(clock=at(now + 2 * HOUR))
    assert len(smtp.mails) == 3


def test_where_writing_takes_long_the_rest_goes_back_untouched(
    now: dt.datetime, smtp: MailServer, odd: Odd
) -> None:
    """Nobody may be taken for a suspect because the lease or the task ended meanwhile."""
    messages = [
        factories.message(mailbox=factories.mailbox(), now=now, kind="odd") for _ in range(9)
    ]
    odd.poison = {messages[0].pk}
    seconds = [0.0]
    odd.during = lambda: seconds.__setitem__(0, seconds[0] + 29)
    work(clock=at(now), steady=lambda: seconds[0])
    assert [state(message)[0] for message in messages] == ["waiting"] * 9
    assert [message.falls for message in messages] == [1, 0, 0, 0, 0, 0, 0, 0, 0]
    assert seconds[0] < claims.LEASE.total_seconds() / 2


def test_a_kind_that_takes_long_to_write_leaves_the_next_one_for_later(
    now: dt.datetime, smtp: MailServer, odd: Odd
) -> None:
    seconds = [0.0]

    def long(messages: Sequence[Message]) -> dict[int, Mail]:
        seconds[0] = 150.0
        return written(messages)

    kinds.register(Kind("an early one", long))
    for kind in ("an early one", "odd"):
        factories.message(mailbox=factories.mailbox(), now=now, kind=kind)
    try:
        work(clock=at(now), steady=lambda: seconds[0])
    finally:
        del kinds.known()["an early one"]
    assert odd.rendered == []
    assert set(Message.objects.values_list("state", "falls")) == {("waiting", 0)}


def test_a_suspect_travels_alone(now: dt.datetime, smtp: MailServer, odd: Odd) -> None:
    messages = [
        factories.message(mailbox=factories.mailbox(), now=now, kind="odd") for _ in range(4)
    ]
    suspect = messages[0]
    Message.objects.filter(pk=suspect.pk).update(falls=1)
    work(clock=at(now))
    assert odd.rendered == [[m.pk for m in messages[1:]], [suspect.pk]]
    assert len(smtp.mails) == 4
