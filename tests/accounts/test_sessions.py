"""Sessions: Django's promises, kept over hashed keys and sealed rows."""

import datetime as dt

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.db import InternalError, OperationalError, connection
from django.test import Client
from django.utils import timezone

from accounts.models import Session
from accounts.sessions import SessionStore
from tests import factories
from vault.models import Key

pytestmark = pytest.mark.django_db


def made(**values: str) -> SessionStore:
    store = SessionStore()
    store.update(values)
    store.create()
    return store


def test_what_is_put_in_comes_out():
    store = made(word="Kaffee")
    assert SessionStore(store.session_key)["word"] == "Kaffee"


def test_an_invented_key_opens_an_empty_session_under_another_key():
    store = SessionStore("invented")
    assert list(store.keys()) == []
    assert store.session_key is None


def test_a_new_key_takes_the_words_along_and_ends_the_old_one():
    store = made(word="Kaffee")
    old = store.session_key
    store.cycle_key()
    assert store.session_key != old
    assert SessionStore(store.session_key)["word"] == "Kaffee"
    assert not store.exists(old)


def test_flushing_leaves_no_row():
    made(word="Kaffee").flush()
    assert not Session.objects.exists()


def test_an_expired_session_opens_nothing_and_is_cleared():
    store = made(word="Kaffee")
    store.set_expiry(timezone.now() - dt.timedelta(seconds=1))
    store.save()
    assert list(SessionStore(store.session_key).keys()) == []
    SessionStore.clear_expired()
    assert not Session.objects.exists()


@pytest.mark.parametrize("trouble", [OperationalError, InternalError])
def test_a_database_that_is_away_is_not_taken_for_a_session_that_ended(trouble):
    store = made(word="Kaffee")

    def away(execute, sql, *rest):
        if sql.startswith("UPDATE"):
            raise trouble
        return execute(sql, *rest)

    with connection.execute_wrapper(away), pytest.raises(trouble):
        store.save()


def test_a_session_that_ended_meanwhile_cannot_be_saved():
    store = made(word="Kaffee")
    Session.objects.all().delete()
    with pytest.raises(UpdateError):
        store.save()


def test_the_row_holds_neither_the_key_nor_the_words():
    store = made(word="Kaffee")
    row = repr(Session.objects.values_list("key_hash", "data").get())
    assert store.session_key not in row
    assert "Kaffee" not in row


def test_a_session_whose_key_is_gone_is_no_session():
    store = made(word="Kaffee")
    Key.objects.filter(is_installation=True).delete()
    assert list(SessionStore(store.session_key).keys()) == []


def test_a_saved_session_that_was_ended_meanwhile_does_not_come_back(client):
    noor = factories.person()
    client.force_login(noor)
    noor.end_sessions()
    assert client.get("/settings/").status_code == 302
    assert not Session.objects.exists()


def test_a_page_of_somebody_signed_in_asks_for_the_session_with_its_keys_and_the_person_only(
    client, django_assert_num_queries
):
    client.force_login(factories.person())
    client.get("/leave/")
    other = Client()
    other.force_login(factories.person())
    other.get("/sign-out/")
    with django_assert_num_queries(2):
        other.get("/sign-out/")
