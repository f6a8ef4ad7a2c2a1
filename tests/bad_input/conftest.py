"""What these tests stand on: one house, at nine on a Thursday morning."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine

from tests.bad_input.house import House
from tests.mail_server import MailServer


@pytest.fixture
def clock(now: dt.datetime) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller


@pytest.fixture
def house(smtp: MailServer, clock: time_machine.Traveller, now: dt.datetime) -> House:
    return House(smtp, clock, now)
