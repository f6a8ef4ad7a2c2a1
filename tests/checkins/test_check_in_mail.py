"""The asking mail: a hello that asks for nothing, and tells nothing to a look over a shoulder."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from checkins import dispatch, emails
from checkins.models import Answer, CheckIn
from outbox import mail
from outbox.kinds import Drop, Go
from outbox.mail import Texts
from outbox.models import Message
from tests import factories
from vault.scope import key_scope

pytestmark = pytest.mark.django_db

SAVED = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
HARD_WORDS = re.compile(
    r"mood|mental|health|depress|suicid|crisis|remind|respond|missed|hard time|heavy|SupportNet",
    re.I,
)


def asked(person, now: dt.datetime) -> Message:
    """The waiting mail of somebody who is asked at this moment."""
    if not hasattr(person, "schedule"):
        factories.schedule(person=person, now=SAVED)
    dispatch.tick(now)
    return Message.objects.filter(key_id=person.key_id).latest("id")


def read(message: Message) -> Texts:
    return mail.with_links(emails.render([message])[message.pk], message.ring)


def test_mail_says_hello_and_asks_without_demanding(now):
    texts = read(asked(factories.person(name="Ada"), now))

    assert texts.subject == "A hello for you"
    assert texts.text.startswith("Hi Ada.\n\nA small hello, at your time. How are you holding up?")
    for said in (
        "You do not have to answer.",
        "We say hello again on Friday 27 November, 09:00, or when you like.",
        "in danger, call 112",
        "Stop these mails",
    ):
        assert said in texts.text
        assert said in re.sub(r"<[^>]+>", "", texts.html).replace("\n", " ")


def test_six_words_are_shown_and_none_of_them_acts(now):
    texts = read(asked(factories.person(), now))

    assert all(f"- {label}" in texts.text for label in Answer.Word.labels)
    # The one button, a break from these mails, their end, and help.
    assert len(re.findall(r"https?://", texts.text)) == 4
    assert len(re.findall(r"<a ", texts.html)) == 4


def test_no_opening_comes_twice_running(now):
    ada = factories.person()
    factories.schedule(person=ada, now=SAVED)
    openings = []
    for day in range(12):
        moment = now + dt.timedelta(days=day)
        message = asked(ada, moment)
        openings.append(read(message).text.splitlines()[2])

    assert len(set(openings)) == len(emails.OPENINGS) == 10
    assert all(one != two for one, two in zip(openings, openings[1:], strict=False))


def test_opening_moves_on_when_a_rhythm_is_stopped_and_chosen_again(now):
    ada = factories.person()
    first = read(asked(ada, now)).text
    ada.schedule.stop(now=now)
    ada.refresh_from_db()

    factories.schedule(person=ada, now=now)
    second = read(asked(ada, now + dt.timedelta(days=1))).text

    assert first.splitlines()[2] != second.splitlines()[2]


@pytest.mark.parametrize("turn", range(10))
def test_what_shows_in_a_list_of_mails_is_neutral(now, turn):
    message = asked(factories.person(name="Ada"), now)
    CheckIn.objects.update(turn=turn)
    texts = read(message)

    shown = [texts.subject, texts.from_name, re.sub(r"<[^>]+>|\s+", " ", texts.html)[:100]]
    assert not HARD_WORDS.search(" ".join([*shown, texts.text[:100]]))
    assert "?" not in texts.subject


def test_person_writes_the_subject_of_their_own_mails(now):
    texts = read(asked(factories.person(own_subject="Tea at nine\r\nBcc: x@example.org"), now))

    assert texts.subject == "Tea at nine Bcc: x@example.org"


def test_plainest_mail_says_that_there_is_a_message_and_no_more(now):
    texts = read(asked(factories.person(plain_mail=True), now))

    assert texts.subject == "You have a message"
    assert "holding up" not in texts.text + texts.html
    assert "hard time" not in texts.text + texts.html
    assert "emergency" not in texts.text + texts.html
    assert "You do not have to answer." in texts.text


@pytest.mark.parametrize("name", ["O", "محمد", "Zoë 🧑‍🚀", "<b>Ada</b>", "Nina\x0bB", "A" * 80])
def test_greeting_takes_every_name(now, name):
    texts = read(asked(factories.person(name=name), now))

    assert f"Hi {name.split()[0]}." in texts.text
    assert "<b>Ada" not in texts.html


def test_help_is_that_of_the_persons_country(now):
    texts = read(asked(factories.person(country="US"), now))

    assert "in danger, call 911" in texts.text


def test_nothing_repeats_without_a_way_to_stop_it(now):
    message = asked(factories.person(), now)

    stop = emails.render([message])[message.pk].unsubscribe

    assert stop is not None
    assert (stop.purpose, stop.subject) == ("p", message.subject)


@pytest.mark.parametrize("people", [1, 6])
def test_batch_is_rendered_with_two_queries_however_long(now, people):
    for _ in range(people):
        factories.schedule(person=factories.person(own_subject="Tea"), now=SAVED)
    dispatch.tick(now)
    messages = list(Message.objects.all())

    with CaptureQueriesContext(connection) as queries, key_scope():
        rendered = emails.render(messages)

    assert len(rendered) == people
    assert len(queries) == 2


def test_message_whose_check_in_is_gone_has_nothing_to_say(now):
    message = asked(factories.person(), now)
    CheckIn.objects.all().delete()

    assert emails.render([message]) == {}
    assert emails.may_all_leave([message], now) == {message.pk: Drop()}


def answer(check_in: CheckIn, now: dt.datetime) -> None:
    Answer.objects.create(
        check_in=check_in,
        person=check_in.person,
        key_id=check_in.key_id,
        local_date=check_in.local_date,
        word="good",
        answered_at=now,
        changed_at=now,
    )


@pytest.mark.parametrize(
    "meanwhile",
    [
        pytest.param(answer, id="answered on Today"),
        pytest.param(lambda check_in, now: CheckIn.objects.update(skipped_at=now), id="skipped"),
        pytest.param(lambda check_in, now: CheckIn.objects.update(closes_at=now), id="closed"),
        pytest.param(lambda check_in, now: check_in.schedule.pause(now=now), id="paused"),
        pytest.param(lambda check_in, now: check_in.schedule.stop(now=now), id="stopped"),
    ],
)
def test_mail_does_not_leave_when_it_is_needed_no_more(now, meanwhile):
    message = asked(factories.person(), now)
    assert emails.may_all_leave([message], now) == {message.pk: Go()}

    meanwhile(CheckIn.objects.get(), now)

    assert emails.may_all_leave([message], now) == {message.pk: Drop()}
