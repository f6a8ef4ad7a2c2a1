"""A database that reads and does not write, is locked, is full, or does not tell what it did."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
import pytest
from django.db import InternalError, OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client

from checkins import dispatch
from checkins.models import Answer, CheckIn
from outbox.models import Message
from tests import factories
from tests.bad_input.house import House, done, opened
from tests.bad_input.letters import share
from tests.bad_input.test_gone import shown
from tests.mail_server import MailServer

pytestmark = pytest.mark.django_db(transaction=True)
NOTE = "a long thought that took a while"


@contextmanager
def read_only() -> Iterator[None]:
    """A replica that has not taken over yet."""
    postgresql = connection.vendor == "postgresql"
    name = "SET default_transaction_read_only" if postgresql else "PRAGMA query_only"
    with connection.cursor() as cursor:
        cursor.execute(f"{name} = on")
        try:
            yield
        finally:
            cursor.execute(f"{name} = off")


@contextmanager
def locked(table: str) -> Iterator[None]:
    """Somebody holds a whole table, as a migration may."""
    other = psycopg2.connect(**connection.get_connection_params())
    with other, other.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield
    other.close()


@contextmanager
def no_room() -> Iterator[None]:
    """As many connections as the server takes are open already."""
    user = connection.settings_dict["USER"]
    with connection.cursor() as cursor:
        cursor.execute("DROP ROLE IF EXISTS no_room")
        cursor.execute("CREATE ROLE no_room LOGIN CONNECTION LIMIT 0")
    connection.close()
    connection.settings_dict["USER"] = "no_room"
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["USER"] = user


@contextmanager
def answer_lost_after(word: str) -> Iterator[list[str]]:
    """The first statement with this word does its work, and the line breaks before we hear so."""
    lost: list[str] = []

    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if word in sql and not lost:
            lost.append(sql)
            raise OperationalError("server closed the connection unexpectedly")
        return result

    with connection.execute_wrapper(wrapper):
        yield lost


@contextmanager
def commit_unheard(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The first commit is done, and the line breaks before we hear so."""
    commit, lost = BaseDatabaseWrapper._commit, []  # type: ignore[attr-defined]

    def unheard(self: Any) -> None:
        commit(self)
        if not lost:
            lost.append(1)
            raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as patched:
        patched.setattr(BaseDatabaseWrapper, "_commit", unheard)
        yield lost


def away(page: Any) -> bool:
    return page.status_code == 503 and page["Retry-After"] == "60" and "/help/" in str(page.content)


def answer_in(browser: Client) -> Any:
    browser.raise_request_exception = False
    return browser.post("/today/", {"word": "heavy", "note": NOTE})


def test_a_database_that_only_reads_shows_pages_and_gives_back_what_was_typed(
    house: House,
) -> None:
    mina = Client(raise_request_exception=False)
    member_page = opened(mina, share(house), "s")
    Answer.objects.all().delete()
    house.wait(dt.timedelta(days=40))  # a new month is noted at the first page of it

    with read_only():
        for browser, path in ((house.person, "/today/"), (house.person, "/circle/")):
            assert browser.get(path).status_code == 200, path
        assert away(page := answer_in(house.person))
        assert shown(page, NOTE)
        assert away(late := mina.post(member_page, {"words": NOTE}))
        assert shown(late, NOTE)

    assert not Answer.objects.exists()
    done(answer_in(house.person))
    assert Answer.objects.get().note == NOTE


def test_no_mail_starts_while_the_database_only_reads(house: House, smtp: MailServer) -> None:
    factories.message(mailbox=factories.mailbox(), now=house.now)
    with read_only(), pytest.raises((InternalError, OperationalError)):
        house.post_comes()
    assert not smtp.mails
    house.post_comes()
    assert len(smtp.mails) == 1


@pytest.mark.postgresql
def test_a_locked_table_makes_nobody_wait_for_long(house: House) -> None:
    with locked("checkins_answer"):
        assert away(page := answer_in(house.person))
        assert shown(page, NOTE)
        assert house.person.get("/settings/").status_code == 200
    done(answer_in(house.person))


@pytest.mark.postgresql
def test_a_server_with_too_many_connections_is_away_for_a_moment(house: House) -> None:
    with no_room():
        assert away(page := answer_in(house.person))
        assert shown(page, NOTE)
    done(answer_in(house.person))


def test_an_answer_that_was_stored_unheard_is_stored_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    share(house)
    Answer.objects.all().delete()
    with commit_unheard(monkeypatch) as lost:
        page = answer_in(house.person)
    assert lost
    assert away(page)
    done(answer_in(house.person))
    assert Answer.objects.get().note == NOTE


def test_a_claim_that_was_not_heard_of_loses_nothing(house: House, smtp: MailServer) -> None:
    for _ in range(3):
        factories.message(mailbox=factories.mailbox(), now=house.now)
    with answer_lost_after("'claimed', claim_owner"), pytest.raises(OperationalError):
        house.post_comes()
    connection.close()
    house.post_comes()
    assert len({mail.to for mail in smtp.mails}) == len(smtp.mails) == 3


def test_a_settling_that_was_not_heard_of_doubles_nothing(
    house: House, smtp: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        factories.message(mailbox=factories.mailbox(), now=house.now)
    with commit_unheard(monkeypatch) as lost, pytest.raises(OperationalError):
        house.post_comes()
    assert lost
    house.post_comes()
    assert len({mail.to for mail in smtp.mails}) == len(smtp.mails) == 3
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}


def test_a_dispatch_that_was_not_heard_of_asks_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.schedule(person=house.ada, now=house.now)
    house.wait(dt.timedelta(days=1))
    with commit_unheard(monkeypatch) as lost, pytest.raises(OperationalError):
        dispatch.tick(house.now)
    assert lost
    dispatch.tick(house.now)
    assert CheckIn.objects.count() == 1
    assert [mail.to for mail in house.post_comes()] == ["ada@example.org"]
