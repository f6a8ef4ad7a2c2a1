"""The mail that tells the person of a reply: when, with which words, and how it stops."""

import datetime as dt
import re

import pytest
import time_machine
from django.test import Client

from checkins.models import Reply
from outbox import links
from outbox.links import Dead
from tests import factories
from tests.checkins.answers import shared
from tests.checkins.postman import deliver

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


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


def test_deleted_letter_leaves_the_mail_that_waits(now: dt.datetime) -> None:
    person = factories.person(reply_mail="words")
    share = shared(now, person=person)
    slip = share.reply(words="canary", now=now)
    share.reply(words="this one stays", now=now)

    slip.forget(now)

    letter = deliver(now + MINUTE)[0]
    assert "this one stays" in letter.text
    assert "canary" not in letter.all


def test_mail_with_nothing_left_to_tell_does_not_leave(now: dt.datetime) -> None:
    person = factories.person(reply_mail="words")
    share = shared(now, person=person)

    share.reply(words="canary", now=now).undo(now)

    assert deliver(now + DAY) == []
