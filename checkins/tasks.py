"""What beat wakes: every fifteen seconds the clock is read and what is due is opened."""

import datetime as dt

from celery import shared_task
from django.utils import timezone

from checkins import dispatch
from outbox import claims
from outbox.bell import bell
from outbox.models import Pulse
from outbox.stop import stop

# As the worker's own poll has it: only three silences of this length are an outage.
_EVERY = dt.timedelta(seconds=60)


@shared_task
def tick() -> None:
    """Open all that is due, and wake the senders when there was something."""
    Pulse.objects.hear("tick", every=_EVERY, now=timezone.now())
    # The database's clock: a host that is hours ahead asks nobody early.
    now = claims.database_clock()
    opened = False
    while not stop.is_asked and dispatch.tick(now):
        opened = True
    if opened:
        bell.ring()
