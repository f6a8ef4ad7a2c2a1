"""A routine mail that never left takes none of a member's two turns a week."""

import datetime as dt
from collections.abc import Callable

import pytest

from checkins.models import CheckIn
from circles.models import Member
from outbox.models import Message
from tests import factories
from tests.checkins.answers import answer
from tests.checkins.postman import deliver

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)


def pause(member: Member, now: dt.datetime) -> None:
    member.pause(now)
    member.resume(now)


def lower(member: Member, now: dt.datetime) -> None:
    member.change(level="hello", now=now)
    member.change(level="word", now=now)


def rest(member: Member, now: dt.datetime) -> None:
    member.take_break(now)
    member.return_(now)


def letters_after(person: object, now: dt.datetime) -> list[int]:
    """How many mails come of an answer on each of the next three days."""
    letters = []
    for day in (1, 2, 3):
        answer(person, now + day * DAY)
        letters.append(len(deliver(now + day * DAY)))
    return letters


@pytest.mark.parametrize("end", [pause, lower, rest])
def test_what_was_cancelled_before_it_left_counts_for_nothing(
    now: dt.datetime, end: Callable[[Member, dt.datetime], None]
) -> None:
    person = factories.person()
    member = factories.member(person=person, level="word")
    answer(person, now)

    end(Member.objects.get(pk=member.pk), now)

    assert deliver(now + MINUTE) == []
    assert letters_after(person, now) == [1, 1, 0]


@pytest.mark.parametrize("end", [pause, lower, rest])
def test_what_had_left_counts_whatever_came_after_it(
    now: dt.datetime, end: Callable[[Member, dt.datetime], None]
) -> None:
    person = factories.person()
    member = factories.member(person=person, level="word")
    answer(person, now)
    assert len(deliver(now)) == 1

    end(Member.objects.get(pk=member.pk), now + MINUTE)

    assert letters_after(person, now) == [1, 0, 0]


def test_a_note_of_a_hard_day_that_a_pause_cancels_takes_no_turn(now: dt.datetime) -> None:
    person = factories.person()
    member = factories.member(person=person, level="word", named_for_hard_days=True)
    answer(person, now, word="really_hard")
    CheckIn.objects.get().tell([member.pk], now)

    pause(Member.objects.get(pk=member.pk), now)

    assert deliver(now + MINUTE) == []
    assert letters_after(person, now) == [1, 1, 0]


def test_a_mail_on_its_way_while_somebody_is_paused_counts(now: dt.datetime) -> None:
    person = factories.person()
    member = factories.member(person=person, level="word")
    answer(person, now)
    Message.objects.update(state="claimed", claim_until=now + MINUTE)

    pause(Member.objects.get(pk=member.pk), now)

    assert letters_after(person, now) == [1, 0, 0]
