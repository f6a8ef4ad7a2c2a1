"""At most two routine mails a week to a member, and what is gathered for the next."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from checkins.models import Share
from outbox.models import Message
from tests import factories
from tests.checkins.answers import answer
from tests.checkins.postman import deliver

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


def test_daily_answers_make_two_mails_a_week(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="word")
    letters = []

    for day in range(21):
        answer(person, now + day * DAY)
        letters.append(len(deliver(now + day * DAY)))

    assert sum(letters) in {6, 7}
    assert all(sum(letters[start : start + 7]) <= 2 for start in range(14))


def test_member_who_wants_each_gets_each(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="word", wants_each=True)

    letters = []
    for day in range(7):
        answer(person, now + day * DAY)
        letters += deliver(now + day * DAY)

    assert len(letters) == 7


def test_what_was_shared_meanwhile_is_gathered_into_one_mail(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="words", in_mail=True)
    for day in range(2):
        answer(person, now + day * DAY)
        deliver(now + day * DAY + MINUTE)

    for day, note in [(2, "on Saturday"), (3, "on Sunday"), (4, "on Monday")]:
        answer(person, now + day * DAY, note=note)
    letters = deliver(now + 7 * DAY + MINUTE)

    assert len(letters) == 1
    positions = [letters[0].text.index(f"on {day}") for day in ("Saturday", "Sunday", "Monday")]
    assert positions == sorted(positions)
    assert "Ada, Saturday:" in letters[0].text


def test_what_is_a_week_old_when_its_mail_leaves_has_its_date(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="words", in_mail=True)
    for hours in range(2):
        answer(person, now + hours * HOUR)
        deliver(now + hours * HOUR + MINUTE)
    answer(person, now + 2 * HOUR, note="waits for a week")

    (letter,) = deliver(now + 7 * DAY + MINUTE)

    assert "Ada, Thursday 26 November:" in letter.text


def test_gathered_mail_leads_to_the_newest_share_and_its_page_shows_all(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="word")
    for day in range(4):
        answer(person, now + day * DAY)
        deliver(now + day * DAY)

    newest = Share.objects.latest("made_at")

    assert Message.objects.get(state="waiting").subject == newest.public_id
    assert list(Share.objects.in_one_mail(newest)) == list(Share.objects.newest_first()[:2])


def test_taken_back_share_leaves_the_gathered_mail(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="words", in_mail=True)
    for day in range(2):
        answer(person, now + day * DAY)
        deliver(now + day * DAY + MINUTE)
    answer(person, now + 2 * DAY, note="stays")
    slip = answer(person, now + 3 * DAY, note="canary")

    slip.take_back(now + 3 * DAY)
    letters = deliver(now + 7 * DAY + MINUTE)

    assert len(letters) == 1
    assert "stays" in letters[0].text
    assert "canary" not in letters[0].all


def test_mail_taken_back_before_it_left_counts_for_nothing(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="words", in_mail=True)
    for _ in range(3):
        answer(person, now).take_back(now)

    answer(person, now, note="the one that counts")

    assert len(deliver(now + MINUTE)) == 1


def test_mail_that_was_put_off_and_taken_back_counts_for_nothing(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="words", in_mail=True)
    for number in range(2):
        at = now + number * HOUR
        slip = answer(person, at)
        slip.answer("heavy", now=at + dt.timedelta(seconds=30))
        slip.take_back(at + dt.timedelta(seconds=40))

    answer(person, now + 2 * HOUR, note="the one that counts")

    assert len(deliver(now + 2 * HOUR + MINUTE)) == 1


def test_third_mail_of_a_week_that_is_taken_back_makes_no_room_for_another(
    now: dt.datetime,
) -> None:
    person = factories.person()
    factories.member(person=person, level="word")
    for day in range(2):
        answer(person, now + day * DAY)
        deliver(now + day * DAY)
    answer(person, now + 2 * DAY).take_back(now + 2 * DAY)

    answer(person, now + 3 * DAY)

    assert deliver(now + 7 * DAY - MINUTE) == []
    assert len(deliver(now + 7 * DAY)) == 1


# what comes while one is leaving


@contextmanager
def leaving() -> Iterator[None]:
    """The sender takes what waits in the very moment in which it is written anew."""
    taken = []

    def claim(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('UPDATE "outbox_message"') and not taken:
            taken.append(sql)
            waiting = Message.objects.filter(state="waiting")
            waiting.update(state="claimed", claim_until=timezone.now() + HOUR)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(claim):
        yield
    claimed = Message.objects.filter(state="claimed")
    claimed.update(state="sent", claim_until=None, sent_at=timezone.now(), body=None)


def test_words_that_come_as_the_gathered_mail_leaves_travel_in_the_next(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="words", in_mail=True)
    for day in range(2):
        answer(person, now + day * DAY)
        deliver(now + day * DAY + MINUTE)
    answer(person, now + 2 * DAY, note="gathered")

    with leaving():
        answer(person, now + 7 * DAY, note="a moment too late")
    letters = deliver(now + 9 * DAY)

    assert ["a moment too late" in letter.text for letter in letters] == [True]
    assert "gathered" not in letters[0].text


def test_word_after_a_hello_that_is_leaving_gets_a_mail_of_its_own(now: dt.datetime) -> None:
    person = factories.person()
    member = factories.member(person=person, level="hello", wants_each=True)
    check_in = answer(person, now)

    with leaving():
        check_in.answer("okay", choices={member.pk: "word"}, now=now + MINUTE)

    assert "There is a note from Ada" in deliver(now + HOUR)[0].text
