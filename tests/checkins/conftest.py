"""What the tests of pages stand on: a still clock, a person, her browser, and a mail of hers."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from accounts.models import Person
from tests import factories
from tests.checkins.postman import Letter, deliver
from tests.checkins.today import CANARY


@pytest.fixture
def clock(now: dt.datetime) -> Iterator[time_machine.Traveller]:
    """The clock stands still, and the test may turn it."""
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ada(clock: time_machine.Traveller) -> Person:
    """A person in Berlin."""
    return factories.person(name="Ada")


@pytest.fixture
def page(client: Client, ada: Person) -> Client:
    """A browser in which Ada is signed in."""
    client.force_login(ada)
    return client


@pytest.fixture
def shared(ada: Person, now: dt.datetime) -> Letter:
    """The mail with which Mina gets Ada's word behind a link."""
    factories.member(person=ada, name="Mina", level="word")
    factories.check_in(person=ada, now=now).answer("up_and_down", CANARY, now=now)
    (letter,) = deliver(now)
    return letter
