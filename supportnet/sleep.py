"""A year without the person: asked about once, the account sleeps, or goes if they chose so."""

import datetime as dt

from django.db import transaction

from accounts.emails import ask_about_sleep
from accounts.models import Person
from checkins.models import Schedule
from outbox.models import Message
from supportnet import my_data


def look_after_the_idle(now: dt.datetime) -> None:
    """Ask those who were away for a year; let those sleep who did not come back in a month."""
    for person in Person.objects.to_ask_about_sleep(now).select_related("mailbox"):
        with transaction.atomic():
            person.note_asked_about_sleep(now)
            ask_about_sleep(person, now=now)
    for person in Person.objects.to_sleep(now):
        if person.erased_when_away:
            my_data.erase(person)
        else:
            _fall_asleep(person, now)


@transaction.atomic
def _fall_asleep(person: Person, now: dt.datetime) -> None:
    person.sleep(now)
    schedule = Schedule.objects.of(person)
    if schedule is not None:
        schedule.pause(now=now)
    Message.objects.cancel(now=now, key=person.key_id)
