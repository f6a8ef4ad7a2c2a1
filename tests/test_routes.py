"""Every route, asked by every reader: each gets what the list says, and nothing of another's."""

import datetime as dt
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.models import Consent, Person
from checkins.models import Reply, Share
from tests import factories
from tests.routes import OFFICE, READERS, ROUTES, Route

pytestmark = pytest.mark.django_db

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
WORDS = ("Noor Namenlos", "noor.namenlos", "Ben Bekannt", "ben.bekannt", "Quittenmus")


def names(resolver: Any = None, space: str = "") -> Iterator[str]:
    """The names of all routes, as `reverse` takes them."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from names(pattern, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}"


ADMIN = sorted({name for name in names() if name.startswith("admin:") and name != "admin:None"})


def test_every_route_is_on_the_list_and_every_line_of_it_is_a_route():
    assert {name for name in names() if not name.startswith("admin:")} == set(ROUTES)


@pytest.fixture
def owner() -> Person:
    return someone("noor.namenlos@example.org", "Noor Namenlos")


@pytest.fixture
def things(owner: Person) -> dict[str, Any]:
    """One of everything that has an address of its own, all the owner's."""
    now = timezone.now()
    member = factories.member(person=owner, name="Ben Bekannt", address="ben.bekannt@example.org")
    check_in = factories.check_in(person=owner, now=now - dt.timedelta(hours=1))
    check_in.answer(word="okay", note="Quittenmus", choices={}, now=now)
    share = Share.objects.filter(check_in=check_in).first() or Share.objects.create(
        check_in=check_in, member=member, key_id=owner.key_id, level="word", in_mail=False, made_at=now
    )
    reply = Reply.objects.create(
        member=member, share=share, key_id=owner.key_id, words="Quittenmus", made_at=now
    )
    return {
        "member": member.public_id,
        "check_in": check_in.public_id,
        "share": share.public_id,
        "reply": reply.public_id,
        "mailbox": owner.mailbox.public_id,
        "invitation": uuid.uuid4(),
        "country": "DE",
        "number": 1,
        "token": "invented",
        "slug": "invented",
    }


def someone(address: str, name: str) -> Person:
    person = factories.person(name=name, address=address)
    Consent.objects.create(person=person, text_version="1", given_at=person.joined_at)
    return person


def browser(reader: str, owner: Person) -> Client:
    """A browser in which this reader is signed in, as far as they are."""
    client = Client(raise_request_exception=True)
    if reader == "owner":
        client.force_login(owner)
    elif reader != "stranger":
        person = someone(f"{reader}@example.org", reader.capitalize())
        if reader in {"staff", "office"}:
            person.make_staff()
        if reader == "office":
            TOTP.activate(person, SECRET)
        client.force_login(person)
    if reader == "office":
        code = format_hotp_value(hotp_value(SECRET, int(time.time()) // 30))
        client.post(reverse("mfa_reauthenticate"), {"code": code})
    return client


def asked(client: Client, name: str, route: Route, things: dict[str, Any]) -> Any:
    address = reverse(name, args=[things[arg] for arg in route.args])
    return getattr(client, route.method)(address)


@pytest.mark.parametrize("name", ROUTES)
@pytest.mark.parametrize("reader", READERS)
def test_each_reader_gets_what_the_list_says(name, reader, owner, things):
    route = ROUTES[name]
    answer = asked(browser(reader, owner), name, route, things)
    assert answer.status_code == route.expected[READERS.index(reader)]
    if reader != "owner":
        body = answer.content.decode()
        assert not [word for word in WORDS if word in body]


@pytest.mark.parametrize("name", [name for name in ROUTES if ROUTES[name].expected[2] == 404])
@pytest.mark.parametrize("reader", ["stranger", "other"])
def test_who_may_not_do_something_did_not_do_it(name, reader, owner, things):
    before = state_of(owner)
    asked(browser(reader, owner), name, ROUTES[name], things)
    assert state_of(owner) == before


def state_of(owner: Person) -> list[Any]:
    tables = (owner.check_ins, owner.circle.members, Reply.objects.filter(key_id=owner.key_id))
    return [list(table.order_by("pk").values_list()) for table in tables]


@pytest.mark.parametrize("reader", READERS)
def test_only_staff_with_a_second_factor_see_the_office(reader, owner):
    client = browser(reader, owner)
    for name in ADMIN:
        for args in ((), (1,), ("x", "y"), ("accounts",)):
            try:
                address = reverse(name, args=args)
            except NoReverseMatch:
                continue
            status = client.get(address).status_code
            expected = OFFICE[READERS.index(reader)]
            assert status == expected or (expected == 200 and status in {301, 302, 403, 404, 405})
