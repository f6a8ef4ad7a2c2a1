"""What a member says back, the hellos nobody asked for, and how both lie on Today."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from checkins.models import Reply
from checkins.models.reply import HELLOS_A_DAY, Nothing, TooMany, gestures_for
from circles.models import Circle
from outbox.links import Dead
from tests import factories
from tests.checkins.answers import shared
from tests.checkins.postman import deliver
from vault.scope import key_scope

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


# what a member says


def test_gesture_and_words_reach_today(now: dt.datetime) -> None:
    share = shared(now)
    person = share.check_in.person

    share.reply(gesture="with_you", words="Soup is on", kinds=["practical"], now=now)

    reply = Reply.objects.for_today(person, now).get()
    assert (reply.gesture_label, reply.words) == ("I've read it, I'm with you", "Soup is on")
    assert (reply.member.name, reply.kind_labels) == ("Ben", ["practical"])


def test_neither_gesture_nor_words_is_no_reply(now: dt.datetime) -> None:
    with pytest.raises(Nothing):
        shared(now).reply(words="   ", now=now)


def test_button_pressed_twice_makes_one_reply(now: dt.datetime) -> None:
    share = shared(now)

    share.reply(gesture="with_you", words="I am here", now=now)
    share.reply(gesture="with_you", words="I am here", now=now)

    assert Reply.objects.count() == 1


def test_reply_link_lives_fourteen_days_from_the_mail(now: dt.datetime) -> None:
    share = shared(now)
    sent_at = now + MINUTE

    share.reply(words="on the last day", now=sent_at + 14 * DAY - MINUTE)
    with pytest.raises(Dead):
        share.reply(words="canary", now=sent_at + 14 * DAY)

    assert [reply.words for reply in Reply.objects.all()] == ["on the last day"]


def test_reply_comes_through_after_the_check_in_closed(now: dt.datetime) -> None:
    share = shared(now)

    share.reply(words="late and welcome", now=share.check_in.closes_at + DAY)

    assert Reply.objects.count() == 1


@pytest.mark.parametrize("verb", ["remove", "pause", "leave"])
def test_member_who_is_out_cannot_reply(now: dt.datetime, verb: str) -> None:
    share = shared(now)
    getattr(share.member, verb)(now)

    with pytest.raises(Dead):
        share.reply(words="canary", now=now + MINUTE)

    assert not Reply.objects.exists()


def test_member_can_reply_though_nothing_is_shared_just_now(now: dt.datetime) -> None:
    share = shared(now)
    share.take_back(now)

    share.reply(words="I am here anyway", now=now)

    assert Reply.objects.count() == 1


def test_member_on_a_break_may_still_say_something(now: dt.datetime) -> None:
    share = shared(now)
    share.member.take_break(now)

    share.reply(words="thinking of you", now=now)

    assert Reply.objects.count() == 1


def test_own_reply_can_be_undone_for_a_day(now: dt.datetime) -> None:
    share = shared(now)
    reply = share.reply(words="canary", now=now)

    assert share.undo_reply(reply.public_id, now + 23 * HOUR)

    assert not Reply.objects.for_today(share.check_in.person, now + DAY).exists()
    assert not Reply.objects.conversation(share).exists()


def test_undo_ends_after_a_day_and_with_a_thank_you(now: dt.datetime) -> None:
    share = shared(now)
    late = share.reply(words="late", now=now)
    thanked = share.reply(words="thanked", now=now)
    thanked.thank(now)

    assert not share.undo_reply(late.public_id, now + DAY)
    assert not share.undo_reply(thanked.public_id, now + MINUTE)
    assert Reply.objects.standing().count() == 2


def test_nobody_undoes_the_reply_of_another_share(now: dt.datetime) -> None:
    share, other = shared(now), shared(now)
    reply = share.reply(words="mine", now=now)

    assert not other.undo_reply(reply.public_id, now)


def test_circle_has_its_own_gestures_or_ours(now: dt.datetime) -> None:
    circle = Circle.objects.of(factories.person())
    assert [value for value, _ in gestures_for(circle)] == [
        "with_you",
        "thinking",
        "proud",
        "call",
        "come_by",
    ]

    circle.describe(helps_me="", gestures=["Shall I cook?", "A hug"])

    assert gestures_for(circle) == [("Shall I cook?", "Shall I cook?"), ("A hug", "A hug")]


@pytest.mark.parametrize(
    ("gesture", "asks"),
    [
        ("call", True),
        ("come_by", True),
        ("with_you", False),
        ("Shall I cook?", True),
        ("أأجيء؟", True),
        ("A hug", False),
        ("", False),
    ],
)
def test_gesture_that_asks_can_be_answered_in_one_tap(gesture: str, asks: bool) -> None:
    assert Reply(gesture=gesture, words="", key_id=0).asks is asks


# hellos


def test_hello_needs_no_answer_of_the_person_before_it(now: dt.datetime) -> None:
    person = factories.person()
    member = factories.member(person=person)

    Reply.objects.hello(member, words="glad to be beside you", now=now)

    assert [reply.words for reply in Reply.objects.for_today(person, now)] == [
        "glad to be beside you"
    ]


def test_many_hellos_a_day_are_kindly_enough(now: dt.datetime) -> None:
    member = factories.member(person=factories.person())
    for number in range(HELLOS_A_DAY):
        Reply.objects.hello(member, words=f"hello {number}", now=now)

    with pytest.raises(TooMany, match="Tomorrow is fine too"):
        Reply.objects.hello(member, words="one more", now=now)

    Reply.objects.hello(member, words="a new day", now=now + DAY)
    assert Reply.objects.count() == HELLOS_A_DAY + 1


def test_removed_member_cannot_say_hello(now: dt.datetime) -> None:
    member = factories.member(person=factories.person())
    member.remove(now)

    with pytest.raises(Dead):
        Reply.objects.hello(member, words="canary", now=now)


# on Today


def test_today_shows_the_newest_first_and_nothing_folded(now: dt.datetime) -> None:
    share = shared(now)
    for number in range(3):
        share.reply(words=f"letter {number}", now=now + number * MINUTE)
    Reply.objects.get(made_at=now + MINUTE).fold(now + HOUR)

    letters = Reply.objects.for_today(share.check_in.person, now + HOUR)

    assert [reply.words for reply in letters] == ["letter 2", "letter 0"]


def test_today_shows_nobody_elses_letters(now: dt.datetime) -> None:
    shared(now).reply(words="canary", now=now)

    assert not Reply.objects.for_today(factories.person(), now).exists()


@pytest.mark.parametrize("letters", [1, 3])
def test_today_asks_the_same_few_queries_however_many_letters(
    now: dt.datetime, letters: int
) -> None:
    share = shared(now)
    for number in range(letters):
        reply = share.reply(words=f"letter {number}", now=now)
        reply.answer_with("", f"answer {number}", now=now)

    with (
        key_scope(),
        CaptureQueriesContext(
            connection,
        ) as queries,
    ):
        for reply in Reply.objects.for_today(share.check_in.person, now):
            read = (reply.words, reply.member.name, reply.gesture_label, reply.can_be_answered)
            assert all(value is not None for value in read)
            assert [mine.words for mine in reply.my_answers]

    assert len(queries) == 3  # letters, answers, the person's key


def test_kept_words_stay_when_they_are_folded(now: dt.datetime) -> None:
    share = shared(now)
    reply = share.reply(words="proud of you", now=now)

    reply.keep(now)
    reply.fold(now)

    assert [one.words for one in Reply.objects.kept(share.check_in.person)] == ["proud of you"]


def test_deleted_letter_is_gone_and_nobody_is_told(now: dt.datetime) -> None:
    share = shared(now)
    reply = share.reply(words="canary", now=now)

    reply.forget(now)

    assert not Reply.objects.exists()
    assert deliver(now + DAY) == []
