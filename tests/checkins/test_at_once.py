"""Two things at the very same moment: the one that comes second sees what the first one did.

Only PostgreSQL lets two writers in at once; on SQLite they stand in a row.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from checkins.models import CheckIn, Schedule, Share
from circles.models import Member
from tests import factories
from tests.checkins.postman import deliver

if connection.vendor == "postgresql":
    pytestmark = pytest.mark.django_db(transaction=True)

    HOUR = dt.timedelta(hours=1)

    @contextmanager
    def and_meanwhile(second: Callable[[], object]) -> Iterator[None]:
        """What is done inside is kept once the second one is done, or waits for it."""

        def run() -> None:
            try:
                second()
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:
            with transaction.atomic(), connection.cursor() as cursor:
                yield
                started, waits = pool.submit(run), False
                while not (waits or started.done()):
                    cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
                    [waits] = cursor.fetchone()
            started.result(30)

    def test_member_lowered_while_an_answer_is_written_gets_nothing_of_it(now: dt.datetime) -> None:
        person = factories.person()
        member = factories.member(person=person, level="words", in_mail=True, wants_each=True)
        check_in = factories.check_in(person=person, now=now)

        with and_meanwhile(lambda: Member.objects.get(pk=member.pk).change(level="hello", now=now)):
            check_in.answer("okay", "canary", now=now)

        assert "canary" not in "".join(letter.all for letter in deliver(now + HOUR))

    def test_taking_back_while_a_change_is_written_takes_all_of_it_back(now: dt.datetime) -> None:
        person = factories.person()
        factories.member(person=person, name="Ben")
        check_in = factories.check_in(person=person, now=now)
        check_in.answer("okay", now=now)
        factories.member(person=person, name="Eve")
        other_tab = CheckIn.objects.with_person().get(pk=check_in.pk)

        with and_meanwhile(lambda: other_tab.take_back(now)):
            check_in.answer("good", now=now)

        assert [share.given for share in Share.objects.all()] == [None, None]
        assert deliver(now + HOUR) == []

    def test_rhythm_saved_while_a_break_begins_keeps_the_break(now: dt.datetime) -> None:
        person = factories.person()
        schedule = factories.schedule(person=person, now=now)
        draft = Schedule.objects.draft_for(person, weekdays=1, local_time=dt.time(7), now=now)

        with and_meanwhile(lambda: draft.keep(now=now)):
            schedule.pause(now=now)

        kept = Schedule.objects.get()
        assert (kept.weekdays, kept.paused_at, kept.next_at) == (1, now, None)
