"""Taking the yes back: from then on nothing is asked, kept or passed on."""

import datetime as dt

from django.db import transaction

from accounts.models import Person
from checkins.models import Schedule
from outbox.models import Message


def withdraw(person: Person, *, now: dt.datetime) -> None:
    """Stop everything for this person until they say yes again; what they have stays theirs."""
    with transaction.atomic():
        person.withdraw_consent(now=now)
        schedule = Schedule.objects.of(person)
        if schedule:
            schedule.stop(now=now)
        Message.objects.cancel(now=now, key=person.key_id)
