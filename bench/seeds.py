"""Many rows at once, as a million people would have left them."""

import datetime as dt
from collections.abc import Iterable

from django.core.management import call_command
from django.db import connection, models

from accounts.models import Person
from checkins.models import Schedule
from outbox.models import Mailbox
from tests import factories

NINE = dt.datetime(2026, 11, 26, 8, tzinfo=dt.UTC)
# Nine in the morning in UTC+1, on the clocks of five places: all of them are due at that moment.
CLOCKS = {
    "Europe/Berlin": "09:00:00",
    "Europe/Lisbon": "08:00:00",
    "Asia/Kolkata": "13:30:00",
    "America/St_Johns": "04:30:00",
    "Pacific/Apia": "21:00:00",
}
# Every day, on weekdays, Thursdays alone, every other day: NINE is a Thursday.
WEEKDAYS = (0b1111111, 0b0011111, 0b0001000, 0b1101010)
POSTGRES = connection.vendor == "postgresql"
NEW_ID = "gen_random_uuid()" if POSTGRES else "lower(hex(randomblob(16)))"
_NUMBERS = (
    "SELECT n FROM generate_series(1, %s) AS n"
    if POSTGRES
    else "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < %s)"
    " SELECT n FROM s"
)


def copies(model: type[models.Model], count: int, **changed: str) -> None:
    """Many rows like the newest one; ``changed`` are expressions of the number ``n``."""
    columns = [field.column for field in model._meta.local_concrete_fields if not field.primary_key]
    values = ", ".join(changed.get(column, f"t.{column}") for column in columns)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} "
            f"FROM ({_NUMBERS}) AS numbers CROSS JOIN {table} t WHERE t.id = %s",
            [count, model._default_manager.order_by("-pk")[0].pk],
        )


def one_of(values: Iterable[object], number: str) -> str:
    """An expression that deals the values out by a number, one after the other."""
    dealt = list(values)
    cases = " ".join(f"WHEN {place} THEN {value!r}" for place, value in enumerate(dealt))
    return f"CASE ({number}) %% {len(dealt)} {cases} END"


def people(count: int, *, zone: str = "", local_time: str = "") -> None:
    """That many people with a mailbox and a schedule; in twenty rhythms due at one moment.

    ``zone`` and ``local_time`` are expressions of the number ``n`` that say otherwise.
    """
    zone = zone or one_of(CLOCKS, "n / 10")
    local_time = local_time or one_of(CLOCKS.values(), "n / 10")
    ada = factories.person()
    factories.schedule(person=ada, now=NINE - dt.timedelta(days=1))
    copies(Mailbox, count, public_id=NEW_ID, key_id="n", address_hash="'x' || n")
    copies(
        Person,
        count,
        public_id=NEW_ID,
        key_id="n",
        email="'p' || n || '@example.org'",
        mailbox_id=f"n + {ada.mailbox_id}",
    )
    copies(
        Schedule,
        count,
        public_id=NEW_ID,
        key_id="n",
        person_id=f"n + {ada.pk}",
        mailbox_id=f"n + {ada.mailbox_id}",
        zone=zone,
        local_time=f"({local_time})::time" if POSTGRES else local_time,
        weekdays=one_of(WEEKDAYS, "n / 50"),
    )
    Schedule.objects.get(person=ada).delete()
    tidy()


def tidy() -> None:
    """As autovacuum leaves a database that had time."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if POSTGRES else "ANALYZE")


def empty() -> None:
    """A database as new, for the next comparison of this process."""
    call_command("flush", interactive=False, verbosity=0)
