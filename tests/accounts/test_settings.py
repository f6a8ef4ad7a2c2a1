"""What a person can set: seen, changed, and nothing of it in anybody else's hands."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Consent, Person, Session
from accounts.names import clean_name
from checkins.models import Schedule
from outbox.models import Message
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def noor(client):
    person = factories.person(name="Noor", address="noor@example.org")
    Consent.objects.create(person=person, text_version="1", given_at=person.joined_at)
    client.force_login(person)
    return person


def test_the_settings_say_in_words_what_is_set(client, noor):
    page = client.get("/settings/").content.decode()
    for words in (
        "Noor",
        "noor@example.org",
        "Germany",
        "Berlin time",
        "a mail that somebody wrote",
    ):
        assert words in page


@pytest.mark.parametrize(
    "path", ["you/", "mail/", "zone/", "sign-in/", "consent/", "app/", "keys/add/"]
)
def test_each_setting_has_a_page_of_its_own(client, noor, path):
    factories.just_came_in(client, noor)
    page = client.get(f"/settings/{path}")
    assert page.status_code == 200
    assert "<main" in page.content.decode()


def test_another_name_language_and_country(client, noor):
    client.post("/settings/you/", {"name": "نور", "language": "en", "country": "FR"})
    noor.refresh_from_db()
    assert (noor.display_name, noor.country) == ("نور", "FR")


def test_the_mailbox_speaks_the_chosen_language(client, noor):
    client.post("/settings/you/", {"name": "Noor", "language": "ar-xb", "country": "DE"})
    noor.mailbox.refresh_from_db()
    assert noor.mailbox.language == "ar-xb"


def test_a_page_comes_in_the_persons_language_whatever_the_browser_says(client, noor):
    noor.be_called(name="Noor", language="ar-xb", country="DE")
    page = client.get("/settings/", headers={"accept-language": "en"})
    assert 'dir="rtl"' in page.content.decode()


def test_own_subject_lines_stand_sealed(client, noor):
    client.post(
        "/settings/mail/",
        {"own_subject": "Kaffee?\x0b", "plain_mail": "on", "reply_mail": "words"},
    )
    noor.refresh_from_db()
    assert (noor.own_subject, noor.plain_mail, noor.reply_mail) == ("Kaffee?", True, "words")
    assert "Kaffee" not in repr(Person.objects.values_list("own_subject"))


def test_a_change_of_zone_moves_the_rhythm_and_keeps_its_time_of_day(client, noor):
    factories.schedule(person=noor, at="09:00", now=timezone.now())
    client.post("/settings/zone/", {"zone": "America/Lima"})
    noor.refresh_from_db()
    schedule = Schedule.objects.get()
    assert (noor.zone, schedule.zone, schedule.local_time) == (
        "America/Lima",
        "America/Lima",
        dt.time(9),
    )
    assert noor.local(schedule.next_at).hour == 9


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../etc/passwd"])
def test_a_zone_that_is_none_changes_nothing(client, noor, zone):
    assert client.post("/settings/zone/", {"zone": zone}).status_code == 200
    noor.refresh_from_db()
    assert noor.zone == "Europe/Berlin"


def test_taking_the_yes_back_stops_everything_until_a_new_one(client, noor):
    factories.schedule(person=noor)
    assert client.post("/settings/consent/")["Location"] == "/welcome/"
    assert noor.consents.get().withdrawn_at
    assert not Schedule.objects.exists()
    assert not Message.objects.filter(state="waiting").exists()
    assert client.get("/today/")["Location"] == "/welcome/"
    factories.just_came_in(client, noor)
    assert client.get("/settings/data/").status_code == 200
    page = client.get("/welcome/").content.decode()
    assert 'value="Noor"' in page


def test_under_eighteen_after_a_yes_erases_nothing_by_one_press(client, noor):
    client.post("/settings/consent/")

    there = client.post("/welcome/", {"adult": "under"})["Location"]

    assert there == "/settings/data/erase/"
    assert Person.objects.filter(pk=noor.pk).exists()
    asked = client.get(there, follow=True).content.decode()
    assert "Here you can erase what you wrote." in asked
    assert "First, please show that it is you." in asked


def test_a_password_can_be_added_and_opens_the_account(client, noor):
    words = "four words in a row"
    factories.just_came_in(client, noor)
    client.post("/settings/password/new/", {"password1": words, "password2": words})
    client.post("/sign-out/")
    answer = client.post("/sign-in/", {"email": "Noor@example.org", "password": words})
    assert answer["Location"] == "/today/"


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client, noor):
    client.post("/sign-out/")
    pages = [
        client.post("/sign-in/", {"email": address, "password": "wrong and long enough"})
        for address in ("noor@example.org", "other@example.org")
    ]
    texts = {
        re.sub(r'value="\w{64}"', "", page.content.decode()).replace(address, "")
        for page, address in zip(pages, ("noor@example.org", "other@example.org"), strict=True)
    }
    assert "do not fit together" in pages[0].content.decode()
    assert len(texts) == 1


def test_tries_of_passwords_have_an_end(client, noor):
    client.post("/sign-out/")
    tries = [
        client.post("/sign-in/", {"email": "noor@example.org", "password": f"wrong {n}"})
        for n in range(11)
    ]
    assert "Too many" in tries[-1].content.decode()
    assert "Too many" not in tries[9].content.decode()


def test_a_name_keeps_its_joiners_and_loses_what_nobody_sees():
    assert clean_name("  می‌نویسد \u2066x\u2069 ") == "می‌نویسد x"


def test_the_way_out_can_be_hidden_in_this_browser_and_shown_again(client, noor):
    way_out = 'class="leave"'
    assert way_out in client.get("/settings/").content.decode()

    client.post("/settings/way-out/", {"hide": "1"})
    assert way_out not in client.get("/settings/").content.decode()
    assert way_out in client.get("/help/DE/").content.decode(), "help is the same for everyone"
    client.post("/settings/way-out/")

    assert way_out in client.get("/settings/").content.decode()


def test_only_browsers_that_are_still_signed_in_are_counted(client, noor):
    elsewhere, long_gone = Client(), Client()
    for browser in (elsewhere, long_gone):
        browser.force_login(noor)
    gone = Session.hash(long_gone.session.session_key)
    Session.objects.filter(key_hash=gone).update(expires_at=timezone.now())

    page = client.get("/settings/sign-in/").content.decode()

    assert "In 2 browsers, this one counted." in page
