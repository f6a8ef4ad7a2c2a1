"""What has had its time goes by itself, and nothing else goes with it."""

import datetime as dt

import pytest
import time_machine

from accounts.models import Consent, Person
from circles.models import Circle, Invitation
from outbox.models import Limit, Message, Outage
from supportnet.tasks import purge
from tests import factories
from tests.circles.people import invited
from vault.models import Key

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def purged(now: dt.datetime) -> None:
    with time_machine.travel(now, tick=False):
        purge()


def test_a_sign_in_nobody_finished_is_forgotten_after_a_day(now: dt.datetime) -> None:
    Person.objects.begin("canary@example.org", now=now)
    stays = factories.person(now=now)
    Consent.objects.create(person=stays, text_version="1", given_at=now)

    purged(now + DAY - dt.timedelta(minutes=1))
    assert Person.objects.count() == 2
    purged(now + DAY + dt.timedelta(minutes=1))

    assert list(Person.objects.all()) == [stays]
    assert list(Key.objects.filter(is_installation=False).values_list("id", flat=True)) == [
        stays.key_id
    ]


def test_an_unanswered_invitation_loses_its_words_and_address_after_two_weeks(
    now: dt.datetime,
) -> None:
    member = invited(Circle.objects.of(factories.person(now=now)), now=now)

    purged(now + 13 * DAY)
    assert Invitation.objects.get().words
    purged(now + 14 * DAY)

    member.refresh_from_db()
    assert (member.state, member.mailbox, Invitation.objects.get().words) == ("lapsed", None, "")


def test_mails_counters_and_outages_are_forgotten_when_they_have_had_their_time(
    now: dt.datetime,
) -> None:
    message = factories.message(now=now, mailbox=factories.mailbox())
    Message.objects.filter(pk=message.pk).end("cancelled", now=now)
    waiting = factories.message(now=now, mailbox=factories.mailbox(), lives=400 * DAY)
    Limit.objects.count_one("1:abc", now)
    Outage.objects.create(began_at=now - DAY, ended_at=now)

    purged(now + 29 * DAY)
    assert (Message.objects.count(), Limit.objects.count(), Outage.objects.count()) == (2, 0, 1)
    purged(now + 365 * DAY)

    assert list(Message.objects.all()) == [waiting]
    assert not Outage.objects.exists()
