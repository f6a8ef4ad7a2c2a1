"""Supervisors learn whether the site lives and is ready; strangers learn nothing more."""

from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from vault.models import Key

pytestmark = pytest.mark.django_db


def _no_database(*args: Any) -> None:
    raise OperationalError("the database at 10.1.2.3 is gone")


def test_it_lives_and_is_ready(client):
    live, ready = client.get("/health/live"), client.get("/health/ready")

    assert (live.status_code, live.content) == (200, b"live\n")
    assert (ready.status_code, ready.content) == (200, b"ready\n")
    assert ready["Cache-Control"] == "no-store"


def test_to_say_that_it_lives_it_asks_no_database(client):
    with connection.execute_wrapper(_no_database):
        assert client.get("/health/live").status_code == 200


def test_without_a_database_it_is_not_ready_and_says_no_more(client):
    with connection.execute_wrapper(_no_database):
        answer = client.get("/health/ready")

    assert (answer.status_code, answer.content) == (503, b"not ready\n")


def test_before_the_last_migration_it_is_not_ready(client):
    MigrationRecorder(connection).record_unapplied("checkins", "0001_initial")

    assert client.get("/health/ready").status_code == 503


def test_a_migration_of_a_newer_version_keeps_older_code_ready(client):
    MigrationRecorder(connection).record_applied("checkins", "0999_of_tomorrow")

    assert client.get("/health/ready").status_code == 200


@pytest.mark.parametrize("keys", ["1:" + "A" * 43 + "=", "1:torn"])
def test_with_keys_that_do_not_open_the_database_it_is_not_ready(client, settings, keys):
    Key.objects.installation()
    assert client.get("/health/ready").status_code == 200

    settings.VAULT_KEYS = keys
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.content) == (503, b"not ready\n")
    assert client.get("/help/DE/").status_code == 200
