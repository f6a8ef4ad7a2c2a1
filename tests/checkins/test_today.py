"""Today: asked every day, what was said, and the letters of the circle."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from accounts.models import Person
from checkins.models import Answer, Reply
from outbox.models import Message
from tests import factories

pytestmark = pytest.mark.django_db

QUESTION = '<h1 class="question">How are you holding up?</h1>'
DAY = dt.timedelta(days=1)


@pytest.fixture
def clock(now: dt.datetime) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ada() -> Person:
    return factories.person(name="Ada")


@pytest.fixture
def page(client: Client, clock: time_machine.Traveller, ada: Person) -> Client:
    client.force_login(ada)
    return client


def today(page: Client) -> str:
    return page.get("/today/").content.decode()


def test_today_asks_every_day_though_mails_come_weekly(
    page: Client, ada: Person, clock: time_machine.Traveller, now: dt.datetime
) -> None:
    factories.check_in(person=ada, now=now, days=7).answer("heavy", now=now)
    assert QUESTION not in today(page)

    clock.move_to(now + DAY)

    assert QUESTION in today(page)
    page.post("/today/", {"word": "good"})
    assert [answer.word for answer in Answer.objects.of(ada)] == ["good", "heavy"]


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("23:00", "We say hello again today at 23:00."),
        ("08:00", "We say hello again tomorrow at 08:00."),
    ],
)
def test_next_hello_is_told_as_one_would_say_it(
    page: Client, ada: Person, now: dt.datetime, at: str, said: str
) -> None:
    factories.schedule(person=ada, now=now, at=at)

    assert said in today(page)


def test_hello_in_some_days_is_told_with_its_day(
    page: Client, ada: Person, clock: time_machine.Traveller, now: dt.datetime
) -> None:
    factories.schedule(person=ada, now=now, at="23:00")
    clock.move_to(now - 3 * DAY)

    assert "We say hello again on Thursday 26 November, 23:00." in today(page)


def test_note_of_today_is_folded_until_it_is_asked_for(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    factories.check_in(person=ada, now=now).answer("heavy", "canary note", "canary soup", now=now)

    before, _, after = today(page).partition("Show what you wrote</summary>")

    assert "canary" not in before
    assert "canary note" in after
    assert "canary soup" in after


def test_words_of_this_morning_stand_there_though_the_question_came_last_night(
    page: Client, ada: Person, clock: time_machine.Traveller, now: dt.datetime
) -> None:
    last_night = factories.check_in(person=ada, now=now - dt.timedelta(hours=10))
    last_night.answer("okay", "after breakfast", now=now)

    assert "after breakfast" in today(page)
    assert QUESTION not in today(page)


def test_first_answer_stays_the_persons_own_for_whom_it_says_so(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    factories.member(person=ada, name="Mina", level="words", in_mail=True)

    shown = page.get("/begin/answer/", follow=True).content.decode()
    page.post("/begin/answer/", {"word": "okay", "note": "only mine"}, follow=True)

    assert "for you alone" in shown
    assert not Message.objects.exists()


def test_letter_says_by_whose_link_it_came(page: Client, ada: Person, now: dt.datetime) -> None:
    mina = factories.member(person=ada, name="Mina")
    Reply.objects.hello(mina, words="Soup is on the stove.", now=now)

    assert "by the link sent to <bdi>Mina</bdi>" in today(page)
