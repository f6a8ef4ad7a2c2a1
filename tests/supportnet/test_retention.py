"""What is let go of by the nightly purge and when; and what stays for years."""

import datetime as dt

import pytest
import time_machine

from accounts.models import Consent, Person, Session
from checkins.models import Answer, Reply, Share
from circles.models import Circle, Invitation, Member
from moderation.models import Report
from outbox import limits
from outbox.models import Limit, Mailbox, Message, Outage
from supportnet.tasks import purge
from tests import factories, seeds
from tests.circles import people
from vault.models import Key

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)


def purged(at: dt.datetime) -> None:
    with time_machine.travel(at, tick=False):
        purge()


def test_unanswered_invitation_ends_after_fourteen_days_with_address_and_words(
    now: dt.datetime,
) -> None:
    member = people.invited(Circle.objects.of(factories.person()), now=now)
    mailbox = member.mailbox_id

    purged(now + 14 * DAY - MINUTE)
    assert Mailbox.objects.filter(pk=mailbox).exists()
    purged(now + 14 * DAY)

    assert Member.objects.get().state == "lapsed"
    assert Invitation.objects.get().words == ""
    assert not Mailbox.objects.filter(pk=mailbox).exists()
    purged(now + 14 * DAY + 30 * DAY)
    assert not Member.objects.exists()


@pytest.mark.parametrize("ending", ["leave", "remove"])
def test_address_of_somebody_who_is_out_goes_after_a_day(now: dt.datetime, ending: str) -> None:
    member = factories.member(person=factories.person())
    getattr(member, ending)(now)

    purged(now + DAY - MINUTE)
    assert Mailbox.objects.filter(pk=member.mailbox_id).exists()
    purged(now + DAY)

    assert not Mailbox.objects.filter(pk=member.mailbox_id).exists()


def test_mail_log_ends_after_thirty_days_and_holds_no_words_before(now: dt.datetime) -> None:
    mailbox = factories.mailbox()
    sent = factories.message(now=now, mailbox=mailbox)
    Message.objects.filter(pk=sent.pk).update(state="sent", sent_at=now, body=None)
    ended = factories.message(now=now, mailbox=mailbox)
    Message.objects.cancel(now=now, subject=ended.subject)
    waiting = factories.message(now=now, mailbox=mailbox, lives=60 * DAY)

    assert not Message.objects.get(pk=ended.pk).body
    purged(now + 30 * DAY - MINUTE)
    assert Message.objects.count() == 3
    purged(now + 30 * DAY)

    assert list(Message.objects.all()) == [waiting]


def test_session_ends_with_its_time(now: dt.datetime) -> None:
    person = seeds.everything_of("ada")
    ends = Session.objects.get().expires_at

    purged(ends)
    assert person.sessions.exists()
    purged(ends + MINUTE)

    assert not person.sessions.exists()


def test_who_never_came_in_is_forgotten_after_a_day_with_key_and_mailbox(
    now: dt.datetime,
) -> None:
    Person.objects.begin("stranger@example.org", now=now)
    keys = Key.objects.filter(is_installation=False).count()

    purged(now + DAY - MINUTE)
    assert Person.objects.exists()
    purged(now + DAY + MINUTE)

    assert not Person.objects.exists()
    assert Key.objects.filter(is_installation=False).count() == keys - 1


def test_counters_go_after_two_days_and_outages_and_reports_after_a_year(now: dt.datetime) -> None:
    limits.allow("hello", "somebody", at_most=3, within=DAY, now=now)
    Outage.objects.create(began_at=now - MINUTE, ended_at=now)
    member = factories.member(person=factories.person())
    Report.objects.store(
        about="member", about_id=member.public_id, reason="spam", words="", now=now
    )

    purged(now + 3 * DAY)
    assert not Limit.objects.exists()
    purged(now + 364 * DAY)
    assert Outage.objects.count() == Report.objects.count() == 1
    purged(now + 366 * DAY)

    assert not Outage.objects.exists()
    assert not Report.objects.exists()


def test_what_a_person_wrote_or_was_given_stays_for_years() -> None:
    seeds.everything_of("ada")

    purged(seeds.NOW + 5 * 366 * DAY)

    assert Answer.objects.get().note == "ada-note"
    assert Reply.objects.get().words == "ada-reply"
    assert Share.objects.exists()
    assert Member.objects.get().name == "ada-membername"
    assert Consent.objects.exists()
