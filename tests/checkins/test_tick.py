"""The task that beat wakes."""

import datetime as dt

import pytest
import time_machine

from checkins.models import CheckIn
from checkins.tasks import tick
from outbox.models import Message, Pulse
from outbox.stop import stop
from tests import factories

pytestmark = pytest.mark.django_db


def test_what_is_due_is_opened_once_and_the_tick_is_heard(now: dt.datetime) -> None:
    person = factories.person()
    factories.schedule(person=person, now=now - dt.timedelta(hours=2), at="09:00")

    with time_machine.travel(now + dt.timedelta(seconds=15), tick=False):
        tick()
        tick()

    assert CheckIn.objects.get().due_at == now
    assert Message.objects.count() == 1
    assert Pulse.objects.filter(name="tick").exists()


def test_a_worker_that_is_told_to_stop_leaves_the_rest_to_others(now: dt.datetime) -> None:
    factories.schedule(person=factories.person(), now=now - dt.timedelta(hours=2), at="09:00")
    with time_machine.travel(now + dt.timedelta(seconds=15), tick=False):
        stop.ask()
        tick()
        assert not CheckIn.objects.exists()
        stop.take_back()
        tick()
    assert CheckIn.objects.exists()
