"""After five years each query of a page still reads a handful of pages of the database.

Pages of PostgreSQL are counted, not time. Rows are written day by day among those of others, as in
life: those of one person lie far apart.
"""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client

from accounts.models import Person
from checkins.models import Answer, CheckIn, Reply, Share
from circles.models import Member
from tests import factories
from vault.scope import key_scope

DAY = dt.timedelta(days=1)
DAYS, OTHERS, AT_MOST = 1826, 7, 40
PAGES = ["/today/", "/look-back/", "/look-back/?before=2024-05-01", "/circle/", "/rhythm/"]


@key_scope()
def five_years(now: dt.datetime) -> Person:
    """Somebody who answers daily, is heard by a member and gets a letter every third day."""
    people = [factories.person(now=now - DAYS * DAY) for _ in range(1 + OTHERS)]
    circles = [
        [factories.member(person=person, name=name) for name in ("Ben", "Mina")]
        for person in people
    ]
    factories.schedule(person=people[0], now=now)
    days = [now - number * DAY for number in range(DAYS, 0, -1)]
    _write(circles, days, _say(people, circles, days))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return people[0]


def _say(
    people: list[Person], circles: list[list[Member]], days: list[dt.datetime]
) -> dict[Any, Share]:
    """What everybody said each day, and who heard it: the shares by member and moment."""
    check_ins = CheckIn.objects.bulk_create(
        CheckIn(
            person=person,
            key_id=person.key_id,
            asked=True,
            due_at=day,
            local_date=day.date(),
            closes_at=day + DAY,
        )
        for day in days
        for person in people
    )
    # Four answers fill a page of the table: with those of three others, each day is another page.
    few = {person.pk for person in people[:4]}
    said = [check_in for check_in in check_ins if check_in.person_id in few]
    Answer.objects.bulk_create(
        Answer(
            check_in=check_in,
            person_id=check_in.person_id,
            key_id=check_in.key_id,
            local_date=check_in.local_date,
            word="okay",
            answered_at=check_in.due_at,
            changed_at=check_in.due_at,
        )
        for check_in in said
    )
    members = {person.pk: circle[0] for person, circle in zip(people, circles, strict=True)}
    shares = Share.objects.bulk_create(
        Share(
            check_in=check_in,
            member=members[check_in.person_id],
            key_id=check_in.key_id,
            level="word",
            in_mail=False,
            made_at=check_in.due_at,
        )
        for check_in in said
    )
    return {(share.member_id, share.made_at): share for share in shares}


def _write(circles: list[list[Member]], days: list[dt.datetime], shares: dict[Any, Share]) -> None:
    """A letter every third day in every circle; the older ones were folded away, one in 26 kept."""
    Reply.objects.bulk_create(
        Reply(
            member=circle[0],
            key_id=circle[0].key_id,
            share=shares.get((circle[0].pk, day)),
            gesture="with_you",
            words="with you",
            made_at=day,
            folded_at=None if number > len(days) // 3 - 4 else day,
            kept_at=None if number % 26 else day,
        )
        for number, day in enumerate(days[::3])
        for circle in circles
    )


def pages_read(visit: Callable[[], object]) -> Iterator[tuple[str, int]]:
    """Each query of a visit, and how many pages of tables and indexes it read."""
    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SELECT"):
            asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        visit()
    for sql, params in asked:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", params)
            found = cursor.fetchone()[0]
            plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
        yield sql, plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


@pytest.mark.postgresql
@pytest.mark.timeout(300)
@pytest.mark.django_db(transaction=True)
def test_each_query_of_a_page_reads_at_most_forty_pages_after_five_years(
    client: Client, now: dt.datetime
) -> None:
    ada = five_years(now)
    client.force_login(ada)

    with time_machine.travel(now, tick=False):
        read = {
            (page, sql): pages
            for page in PAGES
            for sql, pages in pages_read(lambda page=page: client.get(page))
        }

    assert {page for page, _ in read} == set(PAGES)
    assert {asked: pages for asked, pages in read.items() if pages > AT_MOST} == {}
