"""How fast the clock is, beside the same rows written by bare statements.

    python -m bench.dispatch --due 20000 --of 100000
    TEST_DATABASE=postgres python -m bench.dispatch --due 20000 --of 100000

Both sides take turns in one run; what counts is the ratio of the medians. It works in a database of
its own, which is gone afterwards.
"""

import argparse
import datetime as dt
import json
import statistics
import time
from collections.abc import Callable

import django

from tests import environment

assert environment  # sets the stage: test mode, a folder and a database of its own
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402

from accounts.models import Person  # noqa: E402
from checkins import dispatch  # noqa: E402
from checkins.models import CheckIn, Schedule  # noqa: E402
from outbox.models import Mailbox, Message  # noqa: E402
from tests import factories  # noqa: E402

NINE = dt.datetime(2026, 11, 26, 8, tzinfo=dt.UTC)
LATER = NINE + dt.timedelta(days=1)
ZONES = ("Europe/Berlin", "Europe/Lisbon", "Asia/Kolkata", "America/St_Johns", "Pacific/Apia")
POSTGRES = connection.vendor == "postgresql"
_NUMBERS = (
    "SELECT n FROM generate_series(1, %s) AS n"
    if POSTGRES
    else "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < %s)"
    " SELECT n FROM s"
)
_NEW_ID = "gen_random_uuid()" if POSTGRES else "lower(hex(randomblob(16)))"
_A_DAY_ON = "s.next_at + interval '1 day'" if POSTGRES else "datetime(s.next_at, '+1 day')"

# What a person with psql would write: no zones, no groups, no checks; one statement a table.
_FLOOR = (
    """INSERT INTO checkins_checkin
        (public_id, person_id, key_id, schedule_id, asked, turn, due_at, local_date, closes_at)
    SELECT {new_id}, s.person_id, s.key_id, s.id, TRUE, s.turn, s.next_at, '2026-11-26', {a_day_on}
    FROM checkins_schedule s WHERE s.next_at <= %s ON CONFLICT DO NOTHING""",
    """INSERT INTO outbox_message ({columns})
    SELECT {values} FROM checkins_schedule s
    JOIN checkins_checkin c ON c.person_id = s.person_id AND c.due_at = s.next_at
    JOIN outbox_mailbox m ON m.id = s.mailbox_id
    WHERE s.next_at <= %s ON CONFLICT DO NOTHING""",
    """UPDATE checkins_schedule AS s SET next_at = {a_day_on}, turn = s.turn + 1
    WHERE s.next_at <= %s""",
)
_MESSAGE = {
    "kind": "'check_in'",
    "lane": "'b_soon'",
    "mailbox_id": "m.id",
    "key_id": "s.key_id",
    "subject": "c.public_id",
    "dedupe_key": "'check_in:' || c.public_id",
    "ring": "1",
    "state": "'waiting'",
    "reason": "''",
    "attempts": "0",
    "doubts": "0",
    "made_at": "s.next_at",
    "not_before": "s.next_at",
    "expires_at": _A_DAY_ON,
    "claim_owner": "''",
    "why_code": "''",
}


def copies(model: type[models.Model], count: int, **changed: str) -> None:
    """Many rows like the one that is there; ``changed`` are expressions of the number ``n``."""
    columns = [field.column for field in model._meta.local_concrete_fields if not field.primary_key]
    values = ", ".join(changed.get(column, f"t.{column}") for column in columns)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} "  # noqa: S608
            f"FROM ({_NUMBERS}) AS numbers CROSS JOIN {table} t WHERE t.id = %s",
            [count, model._default_manager.get().pk],
        )


def seed(count: int) -> None:
    ada = factories.person()
    factories.schedule(person=ada, now=NINE - dt.timedelta(days=1))
    first = ada.pk
    copies(Mailbox, count, public_id=_NEW_ID, key_id="n", address_hash="'x' || n")
    copies(
        Person,
        count,
        public_id=_NEW_ID,
        key_id="n",
        email="'p' || n || '@example.org'",
        mailbox_id=f"n + {ada.mailbox_id}",
    )
    zone = (
        "CASE n %% 5 "
        + " ".join(f"WHEN {i} THEN '{name}'" for i, name in enumerate(ZONES))
        + " END"
    )
    copies(
        Schedule,
        count,
        public_id=_NEW_ID,
        key_id="n",
        person_id=f"n + {first}",
        mailbox_id=f"n + {ada.mailbox_id}",
        zone=zone,
        next_at="t.next_at",
    )
    Schedule.objects.get(person=ada).delete()


def reset(due: int) -> None:
    """The first ``due`` schedules are due at nine, the others a day later; nothing was asked."""
    with connection.cursor() as cursor:
        if POSTGRES:
            cursor.execute("TRUNCATE outbox_message, checkins_checkin CASCADE")
        else:
            cursor.execute("DELETE FROM outbox_message")
            cursor.execute("DELETE FROM checkins_checkin")
    Schedule.objects.update(next_at=LATER)
    newest = Schedule.objects.order_by("id").values_list("id", flat=True)[due - 1]
    Schedule.objects.filter(id__lte=newest).update(next_at=NINE)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if POSTGRES else "ANALYZE")


def ours() -> None:
    while dispatch.tick(NINE):
        pass


def floor() -> None:
    at = dispatch._stored(NINE)
    known = {field.column for field in Message._meta.local_concrete_fields}
    extra = {name: "0" for name in ("falls",) if name in known}
    row = {**_MESSAGE, **extra}
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in _FLOOR:
            said = statement.format(
                new_id=_NEW_ID,
                a_day_on=_A_DAY_ON,
                columns=", ".join(row),
                values=", ".join(row.values()),
            )
            cursor.execute(said, [at])


def seconds(job: Callable[[], object]) -> float:
    begin = time.perf_counter()
    job()
    return time.perf_counter() - begin


def batch_of(due: int, rounds: int) -> dict[str, float]:
    times: dict[str, list[float]] = {"floor": [], "ours": []}
    for _ in range(rounds):
        for name, job in (("floor", floor), ("ours", ours)):
            reset(due)
            times[name].append(seconds(job))
            assert Message.objects.count() == CheckIn.objects.count() == due
    return {name: statistics.median(values) for name, values in times.items()}


def nothing_due(calls: int) -> dict[str, float]:
    reset(1)
    ours()
    connection.ensure_connection()
    bare = connection.connection.cursor()
    sql = dispatch._ANY_DUE if POSTGRES else dispatch._ANY_DUE.replace("%s", "?")
    at, times = dispatch._stored(NINE), {"floor": [], "ours": []}
    for _ in range(calls):
        times["floor"].append(seconds(lambda: (bare.execute(sql, (at,)), bare.fetchone())))
        times["ours"].append(seconds(lambda: dispatch.tick(NINE)))
    return {name: statistics.median(values) for name, values in times.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--due", type=int, default=20_000)
    parser.add_argument("--of", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    wanted = parser.parse_args()
    call_command("migrate", verbosity=0)
    seed(wanted.of)
    idle, busy = nothing_due(300), batch_of(wanted.due, wanted.rounds)
    print(  # noqa: T201
        json.dumps(
            {
                "database": connection.vendor,
                "due": wanted.due,
                "of": wanted.of,
                "nothing_due_us": round(idle["ours"] * 1e6),
                "nothing_due_times_floor": round(idle["ours"] / idle["floor"], 2),
                "due_s": round(busy["ours"], 2),
                "floor_s": round(busy["floor"], 2),
                "share_of_floor": round(busy["floor"] / busy["ours"], 2),
            }
        )
    )


if __name__ == "__main__":
    main()
