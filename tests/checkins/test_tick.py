"""The task that beat wakes."""

import datetime as dt

import pytest
import time_machine

from checkins.models import CheckIn
from checkins.tasks import tick
from outbox import claims
from outbox.models import Message, Pulse
from outbox.stop import stop
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def moment() -> dt.datetime:
    """Now, by the clock that the tick reads."""
    return claims.database_clock()


def due(moment: dt.datetime, *, ahead: dt.timedelta = dt.timedelta(0)) -> dt.datetime:
    """Somebody is asked at this minute, or a while later; when."""
    at = (moment + ahead).replace(second=0, microsecond=0)
    person = factories.person(zone="UTC")
    factories.schedule(person=person, now=moment - dt.timedelta(hours=2), at=f"{at:%H:%M}")
    return at


def test_what_is_due_is_opened_once_and_the_tick_is_heard(moment: dt.datetime) -> None:
    at = due(moment)

    tick()
    tick()

    assert CheckIn.objects.get().due_at == at
    assert Message.objects.count() == 1
    assert Pulse.objects.filter(name="tick").exists()


def test_a_worker_that_is_told_to_stop_leaves_the_rest_to_others(moment: dt.datetime) -> None:
    due(moment)

    stop.ask()
    tick()
    assert not CheckIn.objects.exists()
    stop.take_back()
    tick()

    assert CheckIn.objects.exists()


@pytest.mark.postgresql  # one machine has one clock
def test_a_host_whose_clock_is_ahead_asks_nobody_early(moment: dt.datetime) -> None:
    due(moment, ahead=dt.timedelta(hours=1))

    with time_machine.travel(moment + dt.timedelta(hours=3), tick=False):
        tick()

    assert not CheckIn.objects.exists()
