"""A change of time zone: the person moves, and what is planned for them moves along."""

import datetime as dt

from django.db import transaction

from accounts.models import Person
from checkins.models import Schedule


def change_zone(person: Person, zone: str, *, now: dt.datetime) -> None:
    """Nine in the morning stays nine in the morning, on the new clock."""
    with transaction.atomic():
        person.move(zone)
        schedule = Schedule.objects.of(person)
        if schedule:
            schedule.move(zone, now=now)
