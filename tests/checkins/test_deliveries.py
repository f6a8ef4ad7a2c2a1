"""What the person is told of each mail: the mail itself beforehand, then what became of it."""

import datetime as dt
import re

import pytest

from checkins.models import Answer, CheckIn, Share
from circles.models import Member
from outbox.models import Message
from outbox.work import work
from tests import factories
from tests.checkins.answers import answer
from tests.checkins.postman import deliver
from tests.mail_server import MailServer

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


# the exact mail


def test_preview_is_the_mail_but_for_its_links(now: dt.datetime) -> None:
    person = factories.person()
    member = factories.member(person=person, level="words", in_mail=True)
    shown = CheckIn.objects.preview(person, member, "okay", "soup", now=now)

    answer(person, now, note="soup")
    letter = deliver(now + MINUTE)[0]

    def without_links(text: str) -> str:
        return re.sub(r"/[lu]/\S+", "", text)

    assert without_links(shown.text) == without_links(letter.text)
    assert (shown.subject, shown.from_name) == (letter.subject, letter.sender)


def test_preview_saves_nothing(now: dt.datetime) -> None:
    person = factories.person()
    member = factories.member(person=person, level="ask")

    assert CheckIn.objects.preview(person, member, "okay", now=now) is None
    assert CheckIn.objects.preview(person, member, "okay", choices={member.pk: "word"}, now=now)
    rows = (CheckIn, Answer, Share, Message)
    assert [model.objects.count() for model in rows] == [0, 0, 0, 0]
    assert Member.objects.get().routine_at is None


# what became of it


def test_person_reads_when_it_leaves_and_that_it_arrived(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="word")
    check_in = answer(person, now.replace(hour=22))
    night = now.replace(hour=22)

    assert check_in.deliveries(night)[0].says == "leaves Friday, 08:00"
    deliver(night + 9 * HOUR)

    assert check_in.deliveries(night + 10 * HOUR)[0].says == "delivered today, 08:00"


def test_long_after_it_arrived_the_day_is_named_and_then_only_what_they_got(
    now: dt.datetime,
) -> None:
    person = factories.person()
    factories.member(person=person, level="word")
    check_in = answer(person, now)
    deliver(now + HOUR)

    assert check_in.deliveries(now + 6 * DAY)[0].says == "delivered Thursday, 10:00"
    assert check_in.deliveries(now + 8 * DAY)[0].says == "delivered on 26 November"
    Message.objects.to_forget(now + 32 * DAY).delete()
    assert check_in.deliveries(now + 32 * DAY)[0].says == "a while ago"


def test_break_and_goodbye_look_the_same_beside_what_was_shared(now: dt.datetime) -> None:
    person = factories.person()
    rests, gone = (factories.member(person=person, name="Ben") for _ in range(2))
    sent, waits = answer(person, now), answer(person, now.replace(hour=22))
    deliver(now)
    rests.take_break(now + DAY)
    gone.leave(now + DAY)

    for day in (1, 3, 40):
        Member.objects.forget_addresses(now + day * DAY)
        Message.objects.to_forget(now + day * DAY).delete()
        for check_in in (sent, waits):
            says = [one.says for one in check_in.deliveries(now + day * DAY)]
            assert says == ["Ben is taking a break"] * 2


def test_person_reads_that_a_mail_came_back_after_it_left(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="hello")
    check_in = answer(person, now)
    deliver(now + HOUR)

    Message.objects.get(kind="share").come_back(gone=True, now=now + 2 * HOUR)

    says = [one.says for one in check_in.deliveries(now + 3 * HOUR)]
    assert says == ["the mail could not be delivered"]


def test_person_reads_that_no_server_took_a_mail_for_a_day(
    now: dt.datetime, smtp: MailServer
) -> None:
    person = factories.person()
    factories.member(person=person, level="hello")
    check_in = answer(person, now)
    message = Message.objects.get(kind="share")
    smtp.always("RCPT", "450 later")
    while message.state == "waiting":
        work(clock=lambda: message.not_before)
        message.refresh_from_db()

    assert message.reason == "gave_up"
    assert message.ended_at >= now + DAY
    says = [one.says for one in check_in.deliveries(message.ended_at)]
    assert says == ["the mail could not be delivered"]


def test_person_reads_what_was_taken_back(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="word")
    check_in = answer(person, now)

    check_in.take_back(now)

    assert [one.says for one in check_in.deliveries(now)] == ["taken back"]
