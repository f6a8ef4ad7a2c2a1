"""Mailboxes belong to one world each; an address that asked for peace gets it."""

import datetime as dt

import pytest

from outbox.models import Mailbox, Suppression
from tests import factories
from vault.models import Key

pytestmark = pytest.mark.django_db


def test_the_same_address_in_one_world_is_one_mailbox(now: dt.datetime) -> None:
    box = factories.mailbox(address="anna@example.org")

    again = Mailbox.objects.give("Anna+care@Example.org", key_id=box.key_id, language="de", now=now)

    assert again == box
    assert Mailbox.objects.get().address == "anna@example.org"


def test_the_same_address_in_two_worlds_is_two_mailboxes() -> None:
    one, two = (factories.mailbox(address="anna@example.org") for _ in range(2))
    assert one != two


def test_the_address_cannot_be_read_in_the_table() -> None:
    factories.mailbox(address="anna@example.org")
    raw = Mailbox.objects.values_list("address", "address_hash").get()
    assert b"anna" not in bytes(raw[0])
    assert "anna" not in raw[1]


def test_suppressing_takes_back_what_waits_and_only_that(now: dt.datetime) -> None:
    box, other = factories.mailbox(), factories.mailbox()
    waiting = factories.message(mailbox=box, now=now)
    elsewhere = factories.message(mailbox=other, now=now)

    box.suppress(now=now)

    waiting.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (waiting.state, waiting.reason) == ("ended", "cancelled")
    assert elsewhere.state == "waiting"


def test_an_address_given_again_gets_another_chance(now: dt.datetime) -> None:
    box = factories.mailbox(address="anna@example.org")
    box.bounce(now=now)

    Mailbox.objects.give("anna@example.org", key_id=box.key_id, language="en", now=now)

    box.refresh_from_db()
    assert box.bounced_at is None


def test_a_bounce_told_twice_keeps_its_first_moment(now: dt.datetime) -> None:
    box = factories.mailbox()
    box.bounce(now=now)
    box.bounce(now=now + dt.timedelta(days=1))
    box.refresh_from_db()
    assert box.bounced_at == now


def test_a_bounce_of_the_old_address_spares_one_given_meanwhile(now: dt.datetime) -> None:
    seen_by_a_sender = factories.mailbox(address="anna@example.rog")
    given = Mailbox.objects.get()
    given.move("anna@example.org", now=now)
    seen_by_a_sender.bounce(now=now)
    given.refresh_from_db()
    assert given.bounced_at is None


def test_never_again_holds_for_all_spellings_until_lifted(now: dt.datetime) -> None:
    Suppression.objects.add("anna@example.org", now=now)
    Suppression.objects.add("ANNA@example.org", now=now)

    assert Suppression.objects.count() == 1
    assert Suppression.objects.holds("Anna+x@example.org")
    assert not Suppression.objects.holds("ben@example.org")

    Suppression.objects.lift("anna+y@example.org", since=now)
    assert not Suppression.objects.holds("anna@example.org")


def test_a_mailbox_is_found_again_after_the_hash_key_was_rotated(
    now: dt.datetime, settings: object
) -> None:
    key = Key.objects.make()
    box = factories.mailbox(address="anna@example.org", key_id=key.pk)
    settings.VAULT_HASH_KEYS += ",2:" + "B" * 43 + "="  # type: ignore[attr-defined]

    again = Mailbox.objects.give("anna@example.org", key_id=key.pk, language="en", now=now)

    assert again == box
