"""What the person says back to a reply: thanks, that it helped, an answer."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from checkins.models import Reply
from outbox.models import Message
from tests import factories
from tests.checkins.answers import shared
from tests.checkins.postman import deliver

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


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
