"""Answers through the API: the same verb as on Today, and only one's own."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from accounts.models import Person
from checkins.models import Answer
from tests import factories
from tests.checkins.postman import deliver

pytestmark = pytest.mark.django_db

PATH = "/api/v1/answers/"


@pytest.fixture(autouse=True)
def _moment(now: dt.datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def ada() -> Person:
    return factories.person(name="Ada")


@pytest.fixture
def program(client: Client, ada: Person) -> Client:
    client.force_login(ada)
    return client


def test_an_answer_by_the_api_reaches_the_circle_as_chosen(
    program: Client, ada: Person, now: dt.datetime
) -> None:
    factories.member(person=ada, level="word", in_mail=True)

    said = program.post(
        PATH, {"word": "heavy", "note": "only mine"}, content_type="application/json"
    )

    assert said.status_code == 201
    assert said.json()["word"] == "heavy"
    (letter,) = deliver(now + dt.timedelta(minutes=1))
    assert "A heavy day" in letter.text
    assert "only mine" not in letter.all


def test_only_ones_own_answers_are_read(program: Client, ada: Person, now: dt.datetime) -> None:
    other = factories.person()
    factories.check_in(person=other, now=now).answer("good", "canary", now=now)
    factories.check_in(person=ada, now=now).answer("okay", "mine", now=now)

    read = program.get(PATH)

    assert [answer["note"] for answer in read.json()] == ["mine"]
    assert "canary" not in read.content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"word": "splendid"},
        {"note": "x" * 10_001},
        {"would_help": ["money"]},
        {"note": {"deep": "er"}},
        {"note": "a\u0000b"},
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(program: Client, wrong: dict) -> None:
    assert program.post(PATH, wrong, content_type="application/json").status_code == 400
    assert not Answer.objects.exists()


def test_strangers_are_refused(client: Client) -> None:
    for answered in (
        client.get(PATH),
        client.post(PATH, {"word": "good"}, content_type="application/json"),
    ):
        assert answered.status_code in {401, 403}
