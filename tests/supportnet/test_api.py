"""The API's door, and input that would break something behind it."""

import json

import pytest
from django.test import Client

from tests import factories

pytestmark = pytest.mark.django_db

ME = "/api/v1/me/"


@pytest.fixture
def noor(client):
    person = factories.person(name="Noor")
    client.force_login(person)
    return person


def patch(client: Client, body: str | bytes):
    return client.patch(ME, body, content_type="application/json")


def test_strangers_get_a_status_and_nothing_else(client):
    assert client.get(ME).status_code == 401


def test_somebody_not_welcomed_yet_gets_nothing(client, noor):
    noor.withdraw_consent(now=noor.joined_at)
    assert client.get(ME).status_code == 403


def test_a_person_reads_and_changes_themselves(client, noor):
    assert client.get(ME).json()["display_name"] == "Noor"
    answer = patch(client, json.dumps({"display_name": "  Nora ", "country": "FR"}))
    assert answer.json()["display_name"] == "Nora"
    noor.refresh_from_db()
    assert (noor.display_name, noor.country, noor.language) == ("Nora", "FR", "en")


@pytest.mark.parametrize("field", ["email", "zone", "joined_at"])
def test_what_has_a_way_of_its_own_is_not_changed_here(client, noor, field):
    before = client.get(ME).json()[field]
    patch(client, json.dumps({field: "x"}))
    assert client.get(ME).json()[field] == before


@pytest.mark.parametrize(
    "body",
    [
        '{"display_name": "\\ud800"}',
        '{"display_name": "a\\u0000b"}',
        '{"\\ud800": 1}',
        "[" * 100_000,
        "[" * 100_000 + "]" * 100_000,
        '{"a":' * 30 + "1" + "}" * 30,
        "NaN",
        '{"display_name": NaN}',
        b"\xff\xfe",
        "{",
        '{"display_name": ["x"]}',
        '{"display_name": {"a": 1}}',
        '{"display_name": "noor@example.org"}',
        '{"country": "ZZ"}',
        '{"language": "xx"}',
    ],
)
def test_bad_json_gets_a_four_hundred_and_changes_nothing(client, noor, body):
    assert patch(client, body).status_code == 400
    noor.refresh_from_db()
    assert noor.display_name == "Noor"


def test_brackets_inside_a_text_are_no_nesting(client, noor):
    assert patch(client, json.dumps({"display_name": "[" * 30 + '\\"'})).status_code == 200


def test_without_a_token_nothing_is_changed(noor):
    client = Client(enforce_csrf_checks=True)
    client.force_login(noor)
    assert patch(client, json.dumps({"display_name": "Nora"})).status_code == 403
