"""The office: only for staff, only with a second factor proved in this session."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import call_command
from django.urls import reverse

from accounts.models import Person
from tests import factories
from tests.moderation.desk import SECRET, show_app
from vault.models import Key

pytestmark = pytest.mark.django_db

OFFICE = reverse("admin:index")


@pytest.fixture
def staff():
    person = factories.person(name="Kim", address="kim@example.org")
    person.make_staff()
    return person


@pytest.fixture
def proved(client, staff):
    """A browser in which the second factor was shown."""
    TOTP.activate(staff, SECRET)
    client.force_login(staff)
    show_app(client)
    return client


def test_strangers_and_other_persons_do_not_see_an_office(client):
    assert client.get(OFFICE)["Location"].startswith("/?next=")
    client.force_login(factories.person())
    assert client.get(OFFICE, follow=True).redirect_chain[-1][0] == "/today/"


def test_staff_without_a_second_factor_are_led_to_add_one(client, staff):
    client.force_login(staff)
    page = client.get(OFFICE, follow=True)
    assert page.redirect_chain[-1][0] == reverse("mfa_index")
    assert "The office opens once you have an app or a key." in page.content.decode()


def test_staff_who_did_not_show_the_second_factor_are_asked_for_it(client, staff):
    TOTP.activate(staff, SECRET)
    client.force_login(staff)
    assert (
        client.get(OFFICE, follow=True).redirect_chain[-1][0].startswith("/settings/second/again/")
    )


def test_a_wrong_code_opens_nothing(client, staff):
    TOTP.activate(staff, SECRET)
    client.force_login(staff)
    client.post("/settings/second/again/", {"code": "000000"})
    assert client.get(OFFICE).status_code == 302


def test_the_office_opens_after_the_second_factor(proved):
    assert proved.get(OFFICE).status_code == 200


def test_staff_are_signed_out_after_a_quarter_of_an_hour(proved):
    proved.get(OFFICE)
    assert 0 < proved.session.get_expiry_age() <= 15 * 60


def test_the_office_shows_no_address_no_name_and_no_word(proved):
    noor = factories.person(name="Noor Namenlos", address="noor.namenlos@example.org")
    noor.choose_mail(own_subject="Geheimwort", plain_mail=False, reply_mail="none")
    for path in (
        reverse("admin:accounts_person_changelist"),
        reverse("admin:accounts_person_changelist") + "?q=noor",
        reverse("admin:accounts_person_change", args=[noor.pk]),
        reverse("admin:accounts_person_history", args=[noor.pk]),
    ):
        page = proved.get(path).content.decode()
        assert str(noor.public_id) in page or "?q=" in path
        for word in ("namenlos@", "Namenlos", "Geheimwort"):
            assert word not in page


def test_lists_of_addresses_and_keys_that_libraries_bring_are_not_there(proved):
    page = proved.get(OFFICE).content.decode()
    assert "emailaddress" not in page
    assert "authenticator" not in page


def test_closing_the_account_of_staff_ends_its_sessions(proved):
    noor = factories.person(is_staff=True)
    proved.post(reverse("admin:accounts_person_change", args=[noor.pk]), {"groups": []})
    noor.refresh_from_db()
    assert not noor.is_active


def test_the_secret_of_an_app_stands_sealed(staff):
    TOTP.activate(staff, SECRET)
    assert SECRET not in repr(Authenticator.objects.get().data)


def test_a_command_opens_the_office_to_an_address(capsys):
    Key.objects.installation()
    call_command("make_staff", "Kim@Example.org")
    assert Person.objects.get(email="kim@example.org").is_staff


def test_staff_who_sign_in_first_come_to_the_office_door(client):
    call_command("make_staff", "kim@example.org")
    client.force_login(Person.objects.get())
    assert client.get("/", follow=True).redirect_chain[-1][0] == reverse("mfa_index")


def test_nobody_elses_account_is_closed_without_a_decision(proved):
    noor = factories.person()
    proved.post(reverse("admin:accounts_person_change", args=[noor.pk]), {"groups": []})
    noor.refresh_from_db()
    assert noor.is_active
