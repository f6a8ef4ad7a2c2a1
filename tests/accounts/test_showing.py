"""Is it still them? Pages that open everything ask once more, each person in the way they have."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.utils import timezone

from accounts.models import Consent, Person, Token
from outbox.mail import Mail, from_body
from outbox.models import Mailbox, Message
from tests import factories

pytestmark = pytest.mark.django_db

OWN, NEW = "noor@example.org", "noor.new@example.net"
DATA, ERASE = "/settings/data/", "/settings/data/erase/"
PROGRAMS, ADDRESS = "/settings/programs/", "/settings/address/"
# What each page is for, as its button sends it.
PAGES = {
    DATA: {},
    ERASE: {"sure": "on"},
    PROGRAMS: {"name": "My clock", "scope": "read"},
    ADDRESS: {"email": NEW},
}
each_page = pytest.mark.parametrize("page", PAGES)


@pytest.fixture
def noor() -> Person:
    person = factories.person(name="Noor Namenlos", address=OWN)
    Consent.objects.create(person=person, text_version="1", given_at=person.joined_at)
    return person


@pytest.fixture
def there(client: Client, noor: Person) -> Client:
    """They signed in by a code, hours ago."""
    client.post("/", {"email": OWN})
    client.post("/code/", {"code": code()})
    later(client)
    return client


def later(client: Client) -> None:
    session = client.session
    for record in session[AUTHENTICATION_METHODS_SESSION_KEY]:
        record["at"] -= 901
    session.save()


def newest() -> Mail:
    mails = Message.objects.filter(mailbox__in=Mailbox.objects.of_address(OWN))
    return from_body(mails.latest("pk").body)


def code() -> str:
    found = re.search(r"^\s*(\d{6})\s*$", newest().text, re.MULTILINE)
    assert found
    return found[1]


def wrong() -> str:
    return "000000" if code() != "000000" else "111111"


def nothing_happened(noor: Person) -> bool:
    kept = Person.objects.get(pk=noor.pk)
    new = Mailbox.objects.of_address(NEW)
    return kept.is_active and not Token.objects.exists() and not new.exists()


def did(page: str, answer: Any) -> bool:
    return {
        DATA: "attachment" in answer.headers.get("Content-Disposition", ""),
        ERASE: not Person.objects.filter(email=OWN).exists(),
        PROGRAMS: Token.objects.exists(),
        ADDRESS: Mailbox.objects.of_address(NEW).exists(),
    }[page]


@each_page
def test_who_signs_in_by_a_code_alone_is_asked_for_another_one_hours_later(there, noor, page):
    for answer in (there.get(page), there.post(page, PAGES[page])):
        assert answer.status_code == 302
        assert answer["Location"] == f"/settings/show/?{urlencode({'next': page})}"
    assert nothing_happened(noor)


@each_page
def test_after_the_code_they_are_where_they_were_and_it_is_done(there, page):
    asked = there.get(page)["Location"]
    assert OWN in there.get(asked).content.decode()

    typing = there.post(asked)["Location"]
    there.get(typing)
    again = re.search(r'action="([^"]*again[^"]*)"', there.get(typing).content.decode())
    assert again
    sent_again = there.post(again[1].replace("&amp;", "&"))["Location"]
    assert there.post(sent_again, {"code": code()})["Location"] == page

    assert there.get(page).status_code == 200
    assert did(page, there.post(page, PAGES[page]))


@each_page
def test_who_came_in_a_moment_ago_is_not_asked(client, noor, page):
    client.post("/", {"email": OWN})
    client.post("/code/", {"code": code()})

    assert client.get(page).status_code == 200
    assert did(page, client.post(page, PAGES[page]))


@each_page
def test_where_mail_comes_back_being_signed_in_is_enough(there, noor, page):
    noor.mailbox.refresh_from_db()
    noor.mailbox.bounce(now=timezone.now())

    assert there.get(f"/settings/show/?{urlencode({'next': page})}")["Location"] == page
    assert did(page, there.post(page, PAGES[page]))


@each_page
@pytest.mark.parametrize("way", ["password", "app"])
def test_a_password_or_an_app_is_asked_for_where_there_is_one(there, noor, page, way):
    if way == "password":
        noor.set_password("quiet river morning")
        noor.save()
        there.force_login(noor)
    else:
        TOTP.activate(noor, generate_totp_secret())
    noor.mailbox.refresh_from_db()
    noor.mailbox.bounce(now=timezone.now())
    asks = "/settings/again/" if way == "password" else "/settings/second/again/"

    for answer in (there.get(page), there.post(page, PAGES[page])):
        assert answer["Location"] == f"{asks}?{urlencode({'next': page})}"
    assert nothing_happened(noor)


@each_page
def test_wrong_codes_show_nothing_and_after_five_there_is_a_new_one(there, noor, page):
    asked = there.get(page)["Location"]
    typing, right = there.post(asked)["Location"], code()
    for _ in range(4):
        said = there.post(typing, {"code": wrong()}).content.decode()
        assert "That is not the code we sent." in said
    assert there.post(typing, {"code": wrong()})["Location"] == asked
    assert there.post(typing, {"code": right})["Location"] == asked
    assert there.get(page)["Location"] == asked


def test_five_tries_are_five_when_they_come_at_the_same_moment_too(there):
    typing = there.post(there.get(DATA)["Location"])["Location"]
    right, before = code(), dict(there.session.items())
    for _ in range(5):
        there.post(typing, {"code": wrong()})
        session = there.session  # as another try left it that had read it at the same moment
        session.update(before)
        session.save()

    assert there.post(typing, {"code": right}).status_code == 429
    assert there.get(DATA).status_code == 302


def test_a_code_from_this_browser_is_of_no_use_in_another(there, noor):
    elsewhere = Client()
    elsewhere.force_login(noor)
    asked = there.get(DATA)["Location"]
    typing = there.post(asked)["Location"]

    assert elsewhere.post(typing, {"code": code()})["Location"] == asked
    assert elsewhere.get(DATA)["Location"] == asked


def test_so_many_codes_and_no_more(there):
    asked = there.get(DATA)["Location"]
    answers = [there.post(asked).status_code for _ in range(7)]
    assert answers[0] == 302
    assert answers[-1] == 429


def test_having_shown_it_lasts_a_quarter_of_an_hour(there):
    asked = there.get(DATA)["Location"]
    there.post(there.post(asked)["Location"], {"code": code()})
    assert there.get(ERASE).status_code == 200

    later(there)

    assert there.get(ERASE).status_code == 302


def test_the_way_back_leads_to_no_other_site(there):
    asked = "/settings/show/?next=https://example.com/"
    there.post(asked)
    typing = "/settings/address/code/?next=https://example.com/"
    assert there.post(typing, {"code": code()})["Location"] == "/settings/address/"
    assert there.get(asked)["Location"] == "/settings/"


def test_it_can_be_shown_after_taking_the_yes_back(there, noor):
    there.post("/settings/consent/")
    asked = there.get(ERASE)["Location"]
    typing = there.post(asked)["Location"]
    assert there.get(typing).status_code == 200
    assert there.post(typing, {"code": code()})["Location"] == ERASE
    assert there.get(ERASE).status_code == 200


def test_the_mail_names_neither_the_page_nor_the_person(there, noor):
    there.post(there.get(ERASE)["Location"])
    mail = newest()
    assert mail.subject == "Your code"
    assert "Somebody in your account asked for this code." in mail.text
    assert "Noor" not in mail.text + mail.html


WORDS = "quiet river morning"
WAYS = {
    "/settings/password/new/": {"password1": WORDS, "password2": WORDS},
    "/settings/app/": {"code": "123456"},
    "/settings/keys/add/": {"name": "Mine", "credential": "{}"},
}


@pytest.mark.parametrize("way", WAYS)
def test_a_new_way_in_is_not_added_by_whoever_sits_at_an_open_browser(there, noor, way):
    for answer in (there.get(way), there.post(way, WAYS[way])):
        assert answer["Location"] == f"/settings/show/?{urlencode({'next': way})}"
    noor.refresh_from_db()
    assert not noor.has_usable_password()
    assert not noor.second_factors()

    typing = there.post(there.get(way)["Location"])["Location"]
    assert there.post(typing, {"code": code()})["Location"] == way
    assert there.get(way).status_code == 200


def test_a_password_beside_an_app_is_added_by_who_has_the_app(there, noor):
    TOTP.activate(noor, generate_totp_secret())
    way = "/settings/password/new/"

    there.post(way, WAYS[way])

    assert there.get(way)["Location"] == f"/settings/second/again/?{urlencode({'next': way})}"
    noor.refresh_from_db()
    assert not noor.has_usable_password()


def test_a_mailed_code_does_not_stand_for_an_app(there, noor):
    TOTP.activate(noor, generate_totp_secret())
    mails = Message.objects.count()
    show = f"/settings/show/?{urlencode({'next': DATA})}"

    assert there.post(show)["Location"] == DATA
    assert Message.objects.count() == mails
    assert there.get(DATA)["Location"].startswith("/settings/second/again/")


def test_a_password_is_taken_away_by_who_came_by_a_code_just_now(there, noor):
    noor.set_password(WORDS)
    noor.save()
    later(factories.just_came_in(there, noor))
    there.post("/settings/password/away/")
    assert Person.objects.get(pk=noor.pk).has_usable_password()

    factories.just_came_in(there, noor)
    there.post("/settings/password/away/")
    assert not Person.objects.get(pk=noor.pk).has_usable_password()


def test_without_the_mailbox_nothing_opens_and_everything_can_be_stopped(there, noor):
    page = there.get(there.get(ERASE)["Location"]).content.decode()
    assert "Then we cannot know that it is you, and this stays closed." in page
    assert "/settings/consent/" in page

    there.post("/settings/consent/")

    assert noor.consents.get().withdrawn_at
