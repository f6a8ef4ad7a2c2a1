"""From the question on the first page to the first evening, by the code from the mail."""

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Person, Session
from outbox.mail import Mail, from_body
from outbox.models import Mailbox, Message
from tests import factories
from vault.models import Key

pytestmark = pytest.mark.django_db

ADDRESS = "Noor@Example.org"
WELCOME = {
    "name": "Noor",
    "adult": "adult",
    "consent": "on",
    "country": "DE",
    "zone": "Europe/Berlin",
    "language": "en",
}


def ask(client: Client, address: str = ADDRESS, **extra: str) -> Any:
    return client.post("/", {"email": address, **extra})


def mails() -> list[Mail]:
    return [from_body(message.body) for message in Message.objects.order_by("pk")]


def newest_code() -> str:
    return re.search(r"^\s*(\d{6})\s*$", mails()[-1].text, re.MULTILINE)[1]


def come_in(client: Client, address: str = ADDRESS) -> Any:
    ask(client, address)
    return client.post("/code/", {"code": newest_code()})


def test_a_stranger_is_asked_how_they_are_and_where_to_write_to(client):
    page = client.get("/").content.decode()
    assert "How are you holding up?" in page
    assert 'name="email"' in page
    assert "no emergency service" in page


def test_the_code_comes_by_mail_and_opens_the_welcome_page(client):
    assert ask(client)["Location"] == "/code/"
    assert "noor@example.org" in client.get("/code/").content.decode()
    assert client.post("/code/", {"code": newest_code()})["Location"] == "/welcome/"


def test_the_mail_with_the_code_says_nothing_a_neighbour_could_not_read(client):
    ask(client)
    mail = mails()[0]
    assert mail.subject == "Your code"
    assert newest_code() in mail.html
    assert "How are you" not in mail.text


def test_a_pasted_code_with_blanks_works(client):
    ask(client)
    code = newest_code()
    assert client.post("/code/", {"code": f" {code[:3]} {code[3:]} "}).status_code == 302


def test_a_wrong_code_gets_a_kind_sentence_and_five_tries(client):
    ask(client)
    wrong = "000000" if newest_code() != "000000" else "111111"
    for _ in range(4):
        page = client.post("/code/", {"code": wrong})
        assert "That is not the code we sent." in page.content.decode()
    page = client.post("/code/", {"code": wrong}, follow=True)
    assert page.redirect_chain == [("/", 302)]
    assert "Here you get a new code" in page.content.decode()
    assert client.post("/code/", {"code": newest_code()})["Location"] == "/"


def test_five_tries_are_five_when_they_come_at_the_same_moment_too(client):
    ask(client)
    right, before = newest_code(), dict(client.session.items())
    wrong = "000000" if right != "000000" else "111111"

    for _ in range(5):
        assert client.post("/code/", {"code": wrong}).status_code in {200, 302}
        session = client.session  # as another try left it that had read it at the same moment
        session.update(before)
        session.save()

    assert client.post("/code/", {"code": right}).status_code == 429
    assert client.get("/welcome/")["Location"].startswith("/?next=")


def test_a_new_code_ends_the_older_one(client):
    ask(client)
    older = newest_code()
    assert client.post("/code/again/")["Location"] == "/code/"
    assert len(mails()) == 2
    if older != newest_code():
        assert client.post("/code/", {"code": older}).status_code == 200
    assert client.post("/code/", {"code": newest_code()})["Location"] == "/welcome/"


def test_a_code_is_of_no_use_in_another_browser(client):
    ask(client)
    assert Client().post("/code/", {"code": newest_code()})["Location"] == "/"


@pytest.mark.parametrize("address", ["", "noor", "noor@", "@example.org", "a b@example.org"])
def test_what_is_no_address_gets_a_hint_and_no_mail(client, address):
    assert ask(client, address).status_code == 200
    assert not Message.objects.exists()


def test_one_address_in_any_case_is_one_person(client):
    ask(client, "Noor@Example.org")
    ask(client, "noor@example.ORG")
    assert Person.objects.count() == 1


def seen_from_outside(address: str) -> tuple[int, bytes, list[str], bytes]:
    client = Client(headers={"accept-language": "de-DE"})
    with CaptureQueriesContext(connection) as queries:
        answer = ask(client, address)
    work = [" ".join(query["sql"].split()[:5]) for query in queries]
    work = [sql.split(' "s')[0] for sql in work]  # savepoints are numbered
    page = client.get("/code/").content.replace(address.encode(), b"")
    return answer.status_code, answer.content, work, re.sub(rb'value="\w{64}"', b"", page)


def test_a_known_and_an_unknown_address_look_the_same_from_outside():
    come_in(Client(), "known@example.org")
    known = seen_from_outside("known@example.org")
    assert known == seen_from_outside("other@example.org")


def test_the_sessions_in_the_database_hold_no_code_no_address_and_no_key(client):
    ask(client)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_session")
        rows = repr(cursor.fetchall())
    assert Session.objects.count() == 1
    for secret in (newest_code(), "noor", client.cookies["s"].value):
        assert secret not in rows


def test_the_welcome_page_confirms_a_guess_made_without_the_network_address(client):
    ask(client, browser_zone="Europe/Berlin")
    client.post("/code/", {"code": newest_code()})
    page = client.get("/welcome/").content.decode()
    assert "Germany" in page
    assert "Berlin time" in page


def test_somebody_welcomed_goes_straight_to_their_first_answer(client):
    come_in(client)
    assert client.post("/welcome/", WELCOME)["Location"] == "/begin/answer/"
    noor = Person.objects.get()
    assert (noor.display_name, noor.country, noor.zone) == ("Noor", "DE", "Europe/Berlin")
    assert noor.mailbox.address == "noor@example.org"
    assert noor.consents.get().text_version


@pytest.mark.parametrize("missing", ["name", "adult", "consent", "zone"])
def test_nobody_is_welcomed_without_a_name_an_age_a_yes_and_a_clock(client, missing):
    come_in(client)
    page = client.post("/welcome/", {**WELCOME, missing: ""})
    assert page.status_code == 200
    assert 'id="summary"' in page.content.decode()
    assert Person.objects.get().welcomed_at is None


def test_the_consent_is_not_ticked_beforehand(client):
    come_in(client)
    page = client.get("/welcome/").content.decode()
    assert "checked" not in page
    assert "health data" in page


NAMES = ["محمد", "Ö", "李小龍", "👩‍👩‍👧", "نیما می‌نویسد", "O'Brien <b>", "ก" * 80]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_of_any_script_is_kept_as_it_was_written(client, name):
    come_in(client)
    client.post("/welcome/", {**WELCOME, "name": name})
    assert Person.objects.get().display_name == name


def test_unseen_characters_fall_out_of_a_name(client):
    come_in(client)
    client.post("/welcome/", {**WELCOME, "name": "No\x07or\u202e\x0bAda\x7f"})
    assert Person.objects.get().display_name == "Noor Ada"


@pytest.mark.parametrize("name", ["x" * 81, "\u200d", "noor@example.org", "see www.example.org"])
def test_a_name_that_cannot_be_used_gets_a_sentence(client, name):
    come_in(client)
    assert client.post("/welcome/", {**WELCOME, "name": name}).status_code == 200
    assert Person.objects.get().welcomed_at is None


def test_under_eighteen_leaves_nothing_behind(client):
    factories.person(address="someone@example.org")
    before = (Person.objects.count(), Key.objects.count() + 1, Mailbox.objects.count())
    come_in(client)
    assert client.cookies["w"].value
    assert client.post("/welcome/", {"adult": "under"})["Location"] == "/help/young/"
    assert client.cookies["w"].value == ""
    assert (Person.objects.count(), Key.objects.count(), Mailbox.objects.count()) == before
    assert not Message.objects.exists()
    assert not Session.objects.exists()


def test_under_eighteen_leads_at_once_to_the_lines_of_the_place_that_was_said(client):
    come_in(client)
    there = client.post("/welcome/", {"adult": "under", "country": "AT"})["Location"]
    assert there == "/help/young/AT/"
    assert "Rat auf Draht" in client.get(there).content.decode()


def test_under_eighteen_with_a_made_up_place_comes_to_the_list(client):
    come_in(client)
    refused = client.post("/welcome/", {"adult": "under", "country": "../x"})
    assert refused["Location"] == "/help/young/"


def test_who_is_not_welcomed_yet_is_led_there_from_everywhere(client):
    come_in(client)
    assert client.get("/settings/")["Location"] == "/welcome/"
    assert client.get("/today/")["Location"] == "/welcome/"


def test_after_signing_in_people_are_where_they_wanted_to_be(client):
    noor = factories.person(address="noor@example.org")
    assert client.get("/settings/")["Location"] == "/?next=%2Fsettings%2F"
    ask(client, noor.email, next="/settings/")
    assert client.post("/code/", {"code": newest_code()})["Location"] == "/settings/"


@pytest.mark.parametrize("there", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_nobody_is_sent_to_another_site_after_signing_in(client, there):
    noor = factories.person(address="noor@example.org")
    ask(client, noor.email, next=there)
    assert client.post("/code/", {"code": newest_code()})["Location"] == "/today/"


def test_asking_for_codes_has_an_end_for_one_address():
    assert [ask(Client()).status_code for _ in range(7)] == [302] * 6 + [429]


def test_who_never_came_in_is_forgotten_after_a_day(now):
    Person.objects.begin("late@example.org", now=now)
    keys = Key.objects.count()
    Person.objects.unproven(now).delete()
    assert Person.objects.count() == 1
    Person.objects.unproven(now + dt.timedelta(days=1, seconds=1)).delete()
    assert not Person.objects.exists()
    assert Key.objects.count() == keys - 1
