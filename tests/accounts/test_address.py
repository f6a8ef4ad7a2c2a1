"""Another mail address: shown to be theirs by a code, told to the old one, and nothing is lost."""

import datetime as dt
import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone

from accounts.models import Consent, Person, Token
from outbox.mail import Mail, from_body
from outbox.models import Mailbox, Message
from tests import factories

pytestmark = pytest.mark.django_db
OLD, NEW = "noor@example.org", "noor.new@example.net"


@pytest.fixture
def noor() -> Person:
    person = factories.person(name="Noor", address=OLD)
    Consent.objects.create(person=person, text_version="1", given_at=person.joined_at)
    return person


def newest(address: str) -> Mail:
    there = Message.objects.filter(mailbox__in=Mailbox.objects.of_address(address))
    return from_body(there.latest("pk").body)


def code_to(address: str) -> str:
    return re.search(r"^\s*(\d{6})\s*$", newest(address).text, re.MULTILINE)[1]


def come_in(client: Client, address: str) -> Any:
    client.post("/", {"email": address})
    return client.post("/code/", {"code": code_to(address)})


@pytest.fixture
def there(client: Client, noor: Person) -> Client:
    come_in(client, OLD)
    return client


def change(client: Client, address: str = NEW) -> Any:
    client.post("/settings/address/", {"email": address})
    return client.post("/settings/address/code/", {"code": code_to(address)})


def test_the_new_address_is_used_for_mail_and_for_signing_in(there, noor):
    waits = factories.message(mailbox=noor.mailbox, now=timezone.now())
    assert change(there)["Location"] == "/settings/"
    assert NEW in there.get("/settings/").content.decode()

    waits.refresh_from_db()
    assert waits.mailbox.address == NEW
    assert come_in(Client(), NEW)["Location"] == "/today/"
    Client().post("/", {"email": OLD})
    assert Person.objects.get(email=OLD) != noor, "the old one opens this account no more"
    assert EmailAddress.objects.get(user=noor).email == NEW


def test_the_old_address_gets_a_last_mail_that_does_not_name_the_new_one(there, noor, settings):
    settings.OPERATOR_EMAIL = "kim@example.org"
    change(there)

    mail = newest(OLD)
    assert mail.subject == "Your address was changed"
    assert "kim@example.org" in mail.text
    assert NEW not in mail.text + mail.html


def test_the_last_mail_to_the_old_address_outlives_a_mail_server_that_is_gone_for_a_day(
    there, noor
):
    change(there)

    told = Message.objects.filter(mailbox__in=Mailbox.objects.of_address(OLD)).latest("pk")
    code = Message.objects.filter(mailbox__in=Mailbox.objects.of_address(NEW)).latest("pk")
    assert told.expires_at > timezone.now() + dt.timedelta(days=1)
    assert code.expires_at < timezone.now() + dt.timedelta(minutes=16)


def test_nothing_changes_before_the_code_is_typed(there, noor):
    there.post("/settings/address/", {"email": NEW})
    wrong = "000000" if code_to(NEW) != "000000" else "111111"
    page = there.post("/settings/address/code/", {"code": wrong})

    assert "That is not the code we sent." in page.content.decode()
    noor.refresh_from_db()
    assert noor.email == OLD
    for _ in range(4):
        last = there.post("/settings/address/code/", {"code": wrong})
    assert last["Location"] == "/settings/address/"
    assert there.post("/settings/address/code/", {"code": code_to(NEW)})["Location"] == (
        "/settings/address/"
    )
    noor.refresh_from_db()
    assert noor.email == OLD


def test_a_code_is_of_no_use_in_another_persons_browser(there, noor, client):
    there.post("/settings/address/", {"email": NEW})
    code, other = code_to(NEW), Client()
    factories.person(address="eve@example.org")
    come_in(other, "eve@example.org")

    other.post("/settings/address/code/", {"code": code})

    noor.refresh_from_db()
    assert noor.email == OLD
    assert Person.objects.get(email="eve@example.org")


def test_who_has_been_signed_in_for_long_shows_first_that_it_is_them(client, noor):
    client.force_login(noor)
    asked = client.get("/settings/address/")["Location"]
    assert "First, please show that it is you." in client.get(asked).content.decode()
    client.post("/settings/address/", {"email": NEW})
    assert not Mailbox.objects.of_address(NEW).exists()

    typing = client.post(asked)["Location"]
    assert "Somebody in your account asked for this code." in newest(OLD).text
    assert client.post(typing, {"code": code_to(OLD)})["Location"] == "/settings/address/"

    assert change(client)["Location"] == "/settings/"
    noor.refresh_from_db()
    assert noor.email == NEW


def test_where_mail_comes_back_no_code_to_the_old_address_is_asked(client, noor):
    noor.mailbox.bounce(now=timezone.now())
    client.force_login(noor)
    assert "Use another mail address" in client.get("/settings/").content.decode()

    change(client)

    noor.refresh_from_db()
    assert noor.mailbox.bounced_at is None
    assert noor.mailbox.address == NEW


def test_a_password_is_asked_where_there_is_one(client, noor):
    noor.set_password("quiet river morning")
    noor.save()
    client.force_login(noor)

    assert client.get("/settings/address/")["Location"].startswith("/settings/again/")


def test_an_address_of_another_account_gets_no_code_and_the_page_says_the_same(there, noor):
    eve = factories.person(name="Eve", address="eve@example.org")
    said = []
    for address in (NEW, eve.email):
        there.post("/settings/address/", {"email": address})
        page = there.get("/settings/address/code/").content.decode()
        said.append(re.sub(r'value="\w{64}"', "", page).replace(address, "A"))
    assert said[0] == said[1]

    mail = newest(eve.email)
    assert "nothing was changed" in mail.text
    assert not re.search(r"^\s*\d{6}\s*$", mail.text, re.MULTILINE)
    assert "Noor" not in mail.text
    code = there.session["accounts.new_address"]["code"]
    there.post("/settings/address/code/", {"code": code})
    noor.refresh_from_db()
    assert noor.email == OLD


def test_an_address_that_was_only_ever_typed_is_free(there, noor):
    Client().post("/", {"email": NEW})
    assert change(there)["Location"] == "/settings/"
    assert Person.objects.get(email=NEW) == noor


def test_an_address_in_ones_own_circle_is_refused_with_a_word(there, noor):
    factories.member(person=noor, address="ben@example.org")
    for address, word in (("Ben@example.org", "in your circle"), (OLD, "the address you have now")):
        page = there.post("/settings/address/", {"email": address})
        assert word in page.content.decode()


def test_everybody_else_is_out_and_a_code_that_went_to_the_old_address_is_dead(there, noor):
    elsewhere, on_the_way = Client(), Client()
    come_in(elsewhere, OLD)
    Token.objects.give(noor, name="Mine", scope="all", now=timezone.now())
    on_the_way.post("/", {"email": OLD})
    code = code_to(OLD)

    change(there)

    assert there.get("/settings/you/").status_code == 200
    assert elsewhere.get("/settings/you/").status_code == 302
    assert not Token.objects.exists()
    on_the_way.post("/code/", {"code": code})
    assert on_the_way.get("/settings/you/").status_code == 302


def test_it_can_be_sent_again_and_only_so_often(there, noor):
    there.post("/settings/address/", {"email": NEW})
    first = code_to(NEW)
    answers = [there.post("/settings/address/again/").status_code for _ in range(8)]
    assert answers[0] == 302
    assert 429 in answers
    assert code_to(NEW) == first


def test_of_the_old_address_nothing_stays_after_three_days(there, noor):
    change(there)
    assert Mailbox.objects.of_address(OLD).exists()

    Mailbox.objects.to_forget(timezone.now() + dt.timedelta(days=3, minutes=1)).delete()

    assert not Mailbox.objects.of_address(OLD).exists()
    assert Mailbox.objects.of_address(NEW).get() == noor.mailbox


def test_back_to_the_address_one_had_before(there, noor):
    change(there)
    assert change(there, OLD)["Location"] == "/settings/"
    noor.refresh_from_db()
    assert (noor.email, noor.mailbox.address) == (OLD, OLD)
