"""An account nobody came to for a year: asked about once, then asleep, and awake again."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Person, Token
from checkins import dispatch
from checkins.models import Answer, CheckIn, Reply, Schedule
from outbox import links
from outbox.models import Message
from supportnet.tasks import purge
from tests import factories
from tests.checkins import postman

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
YEAR = dt.timedelta(days=400)
MONTH = dt.timedelta(days=31)
JSON = "application/json"


def purged(now: dt.datetime) -> None:
    with time_machine.travel(now, tick=False):
        purge()


def asked(person: Person) -> list[Message]:
    return list(Message.objects.filter(kind="sleep", mailbox=person.mailbox))


def program(person: Person, now: dt.datetime) -> Client:
    _row, text = Token.objects.give(person, name="Clock", scope="all", now=now)
    return Client(headers={"Authorization": f"Bearer {text}"})


def come_in(person: Person, client: Client, now: dt.datetime) -> str:
    with time_machine.travel(now, tick=False):
        client.force_login(person)
        return client.get(reverse("today")).content.decode()


def test_after_a_year_the_person_is_asked_once_in_words_that_tell_nothing(now: dt.datetime) -> None:
    person = factories.person(now=now)
    factories.member(person=person, name="Mina")

    purged(now + 330 * DAY)
    assert not asked(person)
    purged(now + YEAR)
    purged(now + YEAR + DAY)

    [letter] = postman.deliver(now + YEAR + DAY)
    assert letter.to == person.email
    assert letter.subject == "Your account will rest"
    assert "In a month your account goes to sleep" in letter.text
    assert "Mina" not in letter.all


def test_who_answers_by_link_or_comes_in_is_not_asked(now: dt.datetime, client: Client) -> None:
    answers, comes = factories.person(now=now), factories.person(now=now)
    factories.check_in(person=answers, now=now + 200 * DAY).answer("okay", now=now + 200 * DAY)
    come_in(comes, client, now + 200 * DAY)

    purged(now + YEAR)

    assert not asked(answers)
    assert not asked(comes)


def test_of_what_a_program_does_only_an_answer_tells_that_somebody_is_there(
    now: dt.datetime,
) -> None:
    answers, changes = factories.person(now=now), factories.person(now=now)
    later = now + 200 * DAY
    with time_machine.travel(later, tick=False):
        said = program(answers, later).post("/api/v1/answers/", {"word": "okay"}, JSON)
        renamed = program(changes, later).patch("/api/v1/me/", {"display_name": "Ada"}, JSON)
    assert (said.status_code, renamed.status_code) == (201, 200)

    purged(now + YEAR)

    assert not asked(answers)
    assert asked(changes)


def test_programs_of_a_sleeping_account_are_out(now: dt.datetime, client: Client) -> None:
    person = factories.person(now=now)
    factories.schedule(person=person, now=now)
    later = now + YEAR + MONTH
    clock = program(person, later - DAY)
    purged(now + YEAR)
    purged(later)

    with time_machine.travel(later, tick=False):
        assert clock.get("/api/v1/me/").status_code == 401
        assert clock.post("/api/v1/schedule/resume/").status_code == 401
        come_in(person, client, later)
        assert clock.get("/api/v1/me/").status_code == 401
    assert Schedule.objects.get().next_at is None


def test_a_sleeping_account_gets_and_sends_no_mail_and_keeps_every_word(now: dt.datetime) -> None:
    person = factories.person(now=now)
    factories.schedule(person=person, now=now)
    mina = factories.member(person=person)
    CheckIn.objects.say_today(person, word="okay", note="canary", choices={}, now=now)

    purged(now + YEAR)
    purged(now + YEAR + MONTH)
    while dispatch.tick(now + YEAR + 2 * MONTH):
        pass

    assert postman.deliver(now + YEAR + 2 * MONTH) == []
    assert Answer.objects.get().note == "canary"
    with pytest.raises(links.Dead):
        Reply.objects.hello(mina, words="Hello", now=now + YEAR + 2 * MONTH)


def test_signing_in_wakes_it_and_nothing_was_lost(now: dt.datetime, client: Client) -> None:
    person = factories.person(now=now)
    factories.schedule(person=person, now=now)
    mina = factories.member(person=person)
    purged(now + YEAR)
    purged(now + YEAR + MONTH)
    later = now + YEAR + 2 * MONTH

    assert "Your account slept, and all is here" in come_in(person, client, later)
    assert "Your account slept" not in come_in(person, client, later)

    assert Reply.objects.hello(mina, words="Hello", now=later).pk
    schedule = Schedule.objects.get()
    assert schedule.is_paused(later)
    schedule.resume(now=later)
    assert schedule.moments(1, later)


def test_it_is_erased_only_where_its_owner_chose_that(now: dt.datetime, client: Client) -> None:
    stays, goes = factories.person(now=now), factories.person(now=now)
    client.force_login(goes)
    client.post(reverse("when_away"), {"then": "erase"})
    Person.objects.update(here_on=now.date().replace(day=1))

    purged(now + YEAR)
    assert "erased in a month" in asked(goes)[0].body["text"]
    purged(now + YEAR + MONTH)

    assert list(Person.objects.all()) == [stays]


def test_who_comes_back_within_the_month_stays_awake(now: dt.datetime, client: Client) -> None:
    person = factories.person(now=now)
    purged(now + YEAR)
    come_in(person, client, now + YEAR + DAY)

    purged(now + YEAR + MONTH)

    person.refresh_from_db()
    assert person.is_here
