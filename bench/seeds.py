"""Many rows at once, as a million people would have left them."""

import datetime as dt

from django.core.management import call_command
from django.db import connection, models

from accounts.models import Person
from checkins.models import Schedule
from outbox.models import Mailbox
from tests import factories

NINE = dt.datetime(2026, 11, 26, 8, tzinfo=dt.UTC)
ZONES = ("Europe/Berlin", "Europe/Lisbon", "Asia/Kolkata", "America/St_Johns", "Pacific/Apia")
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


def people(count: int) -> None:
    """That many people with a mailbox and a schedule, daily at nine in five zones."""
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
    names = " ".join(f"WHEN {number} THEN '{name}'" for number, name in enumerate(ZONES))
    copies(
        Schedule,
        count,
        public_id=NEW_ID,
        key_id="n",
        person_id=f"n + {ada.pk}",
        mailbox_id=f"n + {ada.mailbox_id}",
        zone=f"CASE n %% {len(ZONES)} {names} END",
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
