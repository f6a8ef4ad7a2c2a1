"""“I lost the keys”: what docs/backup.md says of it, tried."""

import base64
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from checkins.models import Answer
from supportnet import doctor
from tests import seeds
from vault.models import Key, KeyShut

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "canary@example.org"


@pytest.fixture
def lost(settings: Any) -> str:
    """A database whose keys are gone: new ones stand in the settings. The old ring, on paper."""
    seeds.everything_of("canary")
    kept = str(settings.VAULT_KEYS)
    settings.VAULT_KEYS = "1:" + base64.b64encode(bytes(range(32))).decode()
    return kept


def test_no_word_can_be_read_and_no_code_leaves(lost):
    browser = Client(raise_request_exception=False)

    with pytest.raises(KeyShut):
        _ = Answer.objects.get().note
    page = browser.post("/", {"email": ADDRESS})

    assert page.status_code == 500
    assert 'href="/help/' in page.content.decode(), "the way to help stands on that page too"


def test_the_first_page_and_help_stay_open(lost):
    for page in ("/", "/help/", "/help/DE/", "/what-this-is/", "/privacy/"):
        assert Client().get(page).status_code == 200


def test_the_doctor_names_it_and_says_where_to_read(lost, tmp_path):
    said = [f"{found.what} {found.advice}" for found in doctor._sealing(timezone.now())]
    assert "VAULT_KEYS does not open what stands in the database." in said[0]
    assert "docs/backup.md" in said[0]


def test_the_paper_with_the_old_ring_brings_everything_back(lost, settings):
    settings.VAULT_KEYS = lost
    assert Answer.objects.get().note == "canary-note"
    assert Client().post("/", {"email": ADDRESS})["Location"] == "/code/"


def test_new_keys_and_an_empty_database_begin_anew(settings):
    settings.VAULT_KEYS = "1:" + base64.b64encode(bytes(range(32))).decode()
    assert not Key.objects.exists()
    assert Client().post("/", {"email": ADDRESS})["Location"] == "/code/"
