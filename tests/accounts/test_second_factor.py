"""The second question at the door: only what somebody has is asked for."""

import os

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse
from fido2.cose import ES256
from fido2.utils import sha256, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

from accounts.models import Person
from tests import factories

pytestmark = pytest.mark.django_db

WORDS = "quiet river morning"


@pytest.fixture
def noor() -> Person:
    person = factories.person(address="noor@example.org")
    person.set_password(WORDS)
    person.save()
    return person


def add_key(person: Person) -> None:
    """A key as a browser would have registered it."""
    public = ES256({1: 2, 3: -7, -1: 1, -2: os.urandom(32), -3: os.urandom(32)})
    credential = AttestedCredentialData.create(b"\0" * 16, os.urandom(16), public)
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT
    about = AuthenticatorData.create(sha256(b"testserver"), flags, 0, credential)
    told = {
        "clientDataJSON": websafe_encode(b'{"type":"webauthn.create","challenge":"","origin":""}'),
        "attestationObject": websafe_encode(bytes(AttestationObject.create("none", about, {}))),
    }
    number = websafe_encode(credential.credential_id)
    Authenticator.objects.create(
        user=person,
        type=Authenticator.Type.WEBAUTHN,
        data={
            "name": "My key",
            "credential": {"id": number, "rawId": number, "type": "public-key", "response": told},
        },
    )


def asked(client: Client) -> str:
    """What the page asks after the right password."""
    answer = client.post(
        reverse("account_login"), {"email": "noor@example.org", "password": WORDS}, follow=True
    )
    assert answer.redirect_chain[-1][0] == reverse("mfa_authenticate")
    return answer.content.decode()


def test_who_has_an_app_alone_is_offered_no_key(client: Client, noor: Person) -> None:
    TOTP.activate(noor, generate_totp_secret())
    page = asked(client)
    assert 'name="code"' in page
    assert "Use a key" not in page
    assert "data-key-form" not in page


def test_a_wrong_code_brings_no_key_along(client: Client, noor: Person) -> None:
    TOTP.activate(noor, generate_totp_secret())
    asked(client)
    page = client.post(reverse("mfa_authenticate"), {"code": "000000"}).content.decode()
    assert 'name="code"' in page
    assert "Use a key" not in page


def test_who_has_a_key_is_offered_it(client: Client, noor: Person) -> None:
    add_key(noor)
    page = asked(client)
    assert "Use a key" in page
    assert "data-key-form" in page


APP, SPARE = "code from your app", "spare code"


@pytest.mark.parametrize(
    ("has", "named"),
    [
        ("app", {APP}),
        ("app and spare codes", {APP, SPARE}),
        ("key", {"Please use your key."}),
        ("key and spare codes", {"Please use your key, or", SPARE}),
        ("app and key and spare codes", {APP, SPARE}),
    ],
)
def test_only_what_somebody_has_is_named(
    client: Client, noor: Person, has: str, named: set[str]
) -> None:
    add(noor, has)
    page = asked(client)
    sentences = {APP, SPARE, "Please use your key.", "Please use your key, or"}
    assert {one for one in sentences if one in page} == named
    assert ('name="code"' in page) is (has != "key")


def test_a_spare_code_alone_is_not_called_one_from_an_app_when_it_is_asked_again(
    client: Client, noor: Person
) -> None:
    add(noor, "key and spare codes")
    client.force_login(noor)
    page = client.get(reverse("mfa_reauthenticate")).content.decode()
    assert "A spare code" in page
    assert APP not in page


def test_a_code_by_mail_is_not_promised_where_none_is_asked_for(
    client: Client, noor: Person
) -> None:
    add(noor, "key and spare codes")
    second = asked(client)
    client.force_login(noor)
    again = client.get(reverse("mfa_reauthenticate_webauthn")).content.decode()
    for page in (second, again):
        assert "Keys need scripts" in page
        assert "by mail" not in page


def add(person: Person, kinds: str) -> None:
    """The second factors of these names."""
    if "app" in kinds:
        TOTP.activate(person, generate_totp_secret())
    if "key" in kinds:
        add_key(person)
    if "spare" in kinds:
        RecoveryCodes.activate(person)
