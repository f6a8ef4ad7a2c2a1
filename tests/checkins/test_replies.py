"""What a member says back, what the person answers, and the hellos nobody asked for."""

import datetime as dt
import re

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from checkins.models import Reply, Share
from checkins.models.reply import HELLOS_A_DAY, Nothing, TooMany, gestures_for
from circles.models import Circle
from outbox import links
from outbox.links import Dead
from outbox.models import Message
from tests import factories
from tests.checkins.postman import deliver
from vault.scope import key_scope

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


def shared(now: dt.datetime, *, person=None, **about) -> Share:
    """A share of "my word" whose mail has left."""
    person = person or factories.person()
    member = factories.member(person=person, **about)
    factories.check_in(person=person, now=now, asked=False).answer("okay", now=now)
    deliver(now + MINUTE)
    return Share.objects.for_reading().get(member=member)


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


# the person's mail


def test_person_gets_a_mail_without_words_at_once(now: dt.datetime) -> None:
    shared(now).reply(gesture="proud", words="canary", now=now + HOUR)

    letter = deliver(now + HOUR)[0]

    assert "There is a note from Ben for you." in letter.text
    assert letter.subject == "A note from Ben"
    assert "canary" not in letter.all
    assert "Proud" not in letter.all


def test_later_replies_are_gathered_for_three_hours(now: dt.datetime) -> None:
    person = factories.person()
    ben = shared(now, person=person, name="Ben")
    eve = shared(now, person=person, name="Eve")
    sam = shared(now, person=person, name="Sam")
    ben.reply(words="first", now=now + HOUR)
    assert len(deliver(now + HOUR)) == 1

    eve.reply(words="second", now=now + HOUR + MINUTE)
    sam.reply(words="third", now=now + 2 * HOUR)

    assert deliver(now + 3 * HOUR) == []
    letters = deliver(now + 4 * HOUR)
    assert len(letters) == 1
    assert "There are notes for you from Eve, Sam." in letters[0].text


def test_reply_days_later_comes_at_once_again(now: dt.datetime) -> None:
    share = shared(now)
    share.reply(words="first", now=now)
    deliver(now)

    share.reply(words="second", now=now + DAY)

    assert len(deliver(now + DAY)) == 1


def test_words_stand_in_the_mail_only_if_the_person_wants_them(now: dt.datetime) -> None:
    person = factories.person(reply_mail="words")
    shared(now, person=person).reply(gesture="proud", words="so very", now=now)

    assert deliver(now) == []
    letter = deliver(now + MINUTE)[0]

    assert "Proud of you" in letter.text
    assert "so very" in letter.text
    assert letter.subject == "A note from Ben"


def test_person_who_wants_no_mail_gets_none(now: dt.datetime) -> None:
    person = factories.person(reply_mail="none")
    shared(now, person=person).reply(words="canary", now=now)

    assert deliver(now + DAY) == []


def test_one_click_stops_these_mails_and_what_waits(now: dt.datetime) -> None:
    share = shared(now)
    share.reply(words="first", now=now)
    token = re.search(r"/u/(r\S+)", deliver(now)[0].text).group(1)
    share.reply(words="second", now=now + HOUR)

    purpose, _, found = links.opened(token, now)
    purpose.stop(found.thing, now + HOUR)

    assert deliver(now + DAY) == []
    assert Reply.objects.for_today(share.check_in.person, now + DAY).count() == 2


def test_stop_of_an_old_mail_is_dead_until_a_new_one_and_one_click_still_stops(
    client: Client, now: dt.datetime, django_assert_num_queries
) -> None:
    share = shared(now)
    share.reply(words="first", now=now)
    token = re.search(r"/u/(r\S+)", deliver(now)[0].text).group(1)
    assert links.opened(token, now + 29 * DAY)

    later = now + 31 * DAY
    with django_assert_num_queries(1), pytest.raises(Dead):
        links.opened(token, later)

    Reply.objects.hello(share.member, words="second", now=later)
    deliver(later)
    assert links.opened(token, later + DAY)

    with time_machine.travel(later + 40 * DAY, tick=False):
        assert client.post(f"/u/{token}").status_code == 200
    share.check_in.person.refresh_from_db()
    assert share.check_in.person.reply_mail == "none"


def test_plain_mail_names_nobody(now: dt.datetime) -> None:
    person = factories.person(plain_mail=True)
    shared(now, person=person).reply(words="canary", now=now)

    letter = deliver(now)[0]

    assert letter.subject == "You have a message"
    assert "Ben" not in letter.all


def test_undone_reply_leaves_the_mail_that_waits(now: dt.datetime) -> None:
    person = factories.person(reply_mail="words")
    share = shared(now, person=person)
    slip = share.reply(words="canary", now=now)
    share.reply(words="this one stays", now=now)

    slip.undo(now)

    letter = deliver(now + MINUTE)[0]
    assert "this one stays" in letter.text
    assert "canary" not in letter.all


def test_mail_with_nothing_left_to_tell_does_not_leave(now: dt.datetime) -> None:
    person = factories.person(reply_mail="words")
    share = shared(now, person=person)

    share.reply(words="canary", now=now).undo(now)

    assert deliver(now + DAY) == []


# what the person says back


def test_thank_you_is_quiet(now: dt.datetime) -> None:
    share = shared(now)
    reply = share.reply(words="soup", now=now)
    deliver(now)

    reply.thank(now)

    assert Reply.objects.conversation(share).get().thanked_at == now
    assert deliver(now + DAY) == []


def test_this_helped_reaches_the_member_once_a_day(now: dt.datetime) -> None:
    share = shared(now)
    replies = [share.reply(words=f"soup {number}", now=now) for number in range(3)]
    deliver(now)

    replies[0].helped(now)
    replies[1].helped(now + HOUR)
    letters = deliver(now + 2 * HOUR)
    replies[2].helped(now + DAY)
    next_day = deliver(now + DAY)

    assert len(letters) == 1
    assert "What you sent to Ada helped." in letters[0].text
    assert "soup" not in letters[0].all
    assert len(next_day) == 1
    assert all(reply.helped_at for reply in Reply.objects.all())


def test_this_helped_sends_nothing_to_somebody_on_a_break(now: dt.datetime) -> None:
    share = shared(now)
    reply = share.reply(words="soup", now=now)
    deliver(now)
    share.member.take_break(now)

    Reply.objects.get(pk=reply.pk).helped(now)

    assert deliver(now + DAY) == []


def test_one_tap_answers_a_gesture_that_asks(now: dt.datetime) -> None:
    share = shared(now)
    reply = share.reply(gesture="call", now=now)
    deliver(now)

    reply.answer_with("tonight", now=now + MINUTE)

    letter = deliver(now + MINUTE)[0]
    assert "Ada answered you." in letter.text
    assert "Tonight" not in letter.all
    said = [one.gesture_label for one in Reply.objects.conversation(share)]
    assert said == ["Can I call?", "Tonight"]


def test_answer_stands_in_the_mail_where_mails_may_hold_words(now: dt.datetime) -> None:
    share = shared(now, in_mail=True)
    reply = share.reply(gesture="call", now=now)
    deliver(now)

    reply.answer_with("now", now=now + MINUTE)

    assert "Now is good" in deliver(now + MINUTE)[0].text


def test_answer_to_somebody_who_has_just_written_waits_for_no_quiet_hours(
    now: dt.datetime,
) -> None:
    share = shared(now)
    night = now.replace(hour=22)
    reply = share.reply(gesture="call", now=night)
    deliver(night)

    reply.answer_with("now", now=night + 10 * MINUTE)

    assert len(deliver(night + 10 * MINUTE)) == 1


def test_answer_hours_later_waits_for_the_morning(now: dt.datetime) -> None:
    share = shared(now)
    reply = share.reply(gesture="call", now=now)
    deliver(now)

    reply.answer_with("another_day", now=now.replace(hour=23))

    assert deliver(now.replace(hour=23)) == []
    assert len(deliver(now + DAY)) == 1


def test_words_go_both_ways(now: dt.datetime) -> None:
    share = shared(now)

    share.reply(words="How was the walk", now=now).answer_with("", "Windy and good", now=now)
    share.reply(words="I would have liked that", now=now + MINUTE)

    assert [(one.by_person, one.words) for one in Reply.objects.conversation(share)] == [
        (False, "How was the walk"),
        (True, "Windy and good"),
        (False, "I would have liked that"),
    ]


def test_answer_pressed_twice_is_one_answer(now: dt.datetime) -> None:
    reply = shared(now).reply(gesture="call", now=now)

    reply.answer_with("tonight", now=now)
    reply.answer_with("tonight", now=now)

    assert Reply.objects.filter(by_person=True).count() == 1


@pytest.mark.parametrize("verb", ["leave", "take_break", "pause", "remove"])
def test_answer_to_a_member_who_is_not_there_is_refused_in_the_same_words(
    now: dt.datetime, verb: str
) -> None:
    share = shared(now)
    reply = share.reply(gesture="call", now=now)
    getattr(share.member, verb)(now)

    assert not Reply.objects.get().can_be_answered
    with pytest.raises(ValidationError, match="Ben cannot be reached just now"):
        reply.answer_with("tonight", now=now)

    assert not Message.objects.filter(kind="share", state="waiting").exists()


def test_answer_to_a_hello_leads_to_the_members_own_page(now: dt.datetime) -> None:
    member = factories.member(person=factories.person())
    reply = Reply.objects.hello(member, gesture="come_by", now=now)
    deliver(now)

    reply.answer_with("another_day", now=now)

    assert deliver(now)[0].to == member.mailbox.address
    there = Reply.objects.on_own_page(member, now)
    assert [one.gesture for one in there] == ["come_by", "another_day"]


def test_deleted_letter_leaves_the_mail_that_waits(now: dt.datetime) -> None:
    person = factories.person(reply_mail="words")
    share = shared(now, person=person)
    slip = share.reply(words="canary", now=now)
    share.reply(words="this one stays", now=now)

    slip.forget(now)

    letter = deliver(now + MINUTE)[0]
    assert "this one stays" in letter.text
    assert "canary" not in letter.all
