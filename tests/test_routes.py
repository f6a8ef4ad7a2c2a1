"""Every route, asked by every reader: each gets what the list says, and nothing of another's.

Each of these answers has the headers of tests/headers.py as well.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from copy import deepcopy
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.models import Consent, Person, Token
from checkins.models import Reply, Share
from circles.models import Member
from moderation.models import Decision
from tests import factories, headers
from tests.moderation.desk import SECRET, show_app
from tests.routes import OFFICE, READERS, ROUTES, Route

pytestmark = pytest.mark.django_db

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
        check_in=check_in,
        member=member,
        key_id=owner.key_id,
        level="word",
        in_mail=False,
        made_at=now,
    )
    reply = Reply.objects.create(
        member=member, share=share, key_id=owner.key_id, words="Quittenmus", made_at=now
    )
    asked_by_hand = owner.circle.invite_by_hand(
        words="Quittenmus",
        name="Ben Bekannt",
        label="",
        kind="friend",
        level="word",
        in_mail=False,
        now=now,
    )
    return {
        "person": owner.public_id,
        "member": member.public_id,
        "check_in": check_in.public_id,
        "share": share.public_id,
        "reply": reply.public_id,
        "mailbox": owner.mailbox.public_id,
        "invitation": asked_by_hand.invitation.public_id,
        "asked_by_hand": asked_by_hand.public_id,
        "country": "DE",
        "line": "de-telefonseelsorge",
        "decision": decided(member, now).public_id,
        "number": 1,
        "token_row": program(owner, now).public_id,
        "token": "invented",
        "slug": "invented",
    }


def program(owner: Person, now: dt.datetime) -> Token:
    token, _text = Token.objects.give(owner, name="Quittenmus", scope="all", now=now)
    return token


def decided(member: Member, now: dt.datetime) -> Decision:
    """A warning about what the owner wrote to a member."""
    moderator = factories.moderator()
    report = factories.report(member=member, now=now, words="Quittenmus")
    report.claim(by=moderator, now=now)
    return factories.decision(report=report, by=moderator, facts="Quittenmus", now=now)


def someone(address: str, name: str) -> Person:
    person = factories.person(name=name, address=address)
    Consent.objects.create(person=person, text_version="1", given_at=person.joined_at)
    return person


def browser(reader: str, owner: Person) -> Client:
    """A browser in which this reader is signed in, as far as they are."""
    client = Client(raise_request_exception=True)
    if reader == "owner":
        factories.just_came_in(client, owner)
    elif reader != "stranger":
        person = someone(f"{reader}@example.org", reader.capitalize())
        if reader in {"staff", "office"}:
            person.make_staff()
        if reader == "office":
            TOTP.activate(person, SECRET)
        factories.just_came_in(client, person)
    if reader == "office":
        show_app(client)
    return client


def asked(client: Client, name: str, route: Route, things: dict[str, Any]) -> Any:
    address = reverse(name, args=[things[arg] for arg in route.args])
    sends = {"content_type": "application/json"} if name.startswith("api_") else {}
    return getattr(client, route.method)(address, **(sends if route.method == "post" else {}))


@contextmanager
def undone(client: Client) -> Iterator[None]:
    """What happens inside has not happened afterwards, in the database and in the browser."""
    point, cookies = transaction.savepoint(), deepcopy(client.cookies)
    yield
    transaction.savepoint_rollback(point)
    client.cookies = cookies


@pytest.mark.parametrize("reader", READERS)
def test_each_reader_gets_what_the_list_says(reader, owner, things):
    client, wrong = browser(reader, owner), []
    for name, route in ROUTES.items():
        with undone(client):
            answer = asked(client, name, route, things)
        wrong += [f"headers of {name}: {breach}" for breach in headers.breaches_of(name, answer)]
        expected = route.expected[READERS.index(reader)]
        if answer.status_code != expected:
            wrong.append(f"{name}: {answer.status_code} instead of {expected}")
        told = [word for word in WORDS if reader != "owner" and word in answer.content.decode()]
        wrong += [f"{name} tells {word}" for word in told]
    assert wrong == []


@pytest.mark.parametrize("reader", ["stranger", "other"])
def test_who_may_not_do_something_did_not_do_it(reader, owner, things):
    client, before = browser(reader, owner), state_of(owner)
    for name in (name for name in ROUTES if ROUTES[name].expected[2] == 404):
        asked(client, name, ROUTES[name], things)
        assert state_of(owner) == before, name


def state_of(owner: Person) -> list[Any]:
    tables = (owner.check_ins, owner.circle.members, Reply.objects.filter(key_id=owner.key_id))
    return [list(table.order_by("pk").values_list()) for table in tables]


@pytest.mark.parametrize("reader", READERS)
def test_only_staff_with_a_second_factor_see_the_office(reader, owner):
    client, expected = browser(reader, owner), OFFICE[READERS.index(reader)]
    for address in office_addresses():
        status = client.get(address).status_code
        assert status == expected or (expected == 200 and status in {301, 302, 403, 404, 405})


def office_addresses() -> Iterator[str]:
    for name in ADMIN:
        for args in ((), (1,), ("x", "y"), ("accounts",)):
            with suppress(NoReverseMatch):
                yield reverse(name, args=args)
