"""What has had its time goes by itself, and nothing else goes with it."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Consent, Person, Session
from checkins.models import Answer, Reply, Share
from circles.models import Circle, Invitation, Member
from moderation.models import Report
from outbox.models import Limit, Mailbox, Message, Outage
from supportnet.tasks import purge
from tests import factories, seeds
from tests.circles.people import invited
from vault.models import Key

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
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


def test_what_fails_for_one_keeps_nothing_else_from_going(now: dt.datetime) -> None:
    """A key that does not open: its owner cannot be asked about their sleep, hour after hour."""
    person = factories.person(now=now)
    Key.objects.filter(pk=person.key_id).update(wrapped=b"x" * 60)
    Outage.objects.create(began_at=now - DAY, ended_at=now)
    purged(now + 400 * DAY)
    assert Person.objects.get().sleep_asked_at is None
    assert not Outage.objects.exists()


@pytest.mark.parametrize("ending", ["leave", "remove"])
def test_address_of_somebody_who_is_out_goes_after_a_day(now: dt.datetime, ending: str) -> None:
    member = factories.member(person=factories.person())
    getattr(member, ending)(now)

    purged(now + DAY - MINUTE)
    assert Mailbox.objects.filter(pk=member.mailbox_id).exists()
    purged(now + DAY)

    assert not Mailbox.objects.filter(pk=member.mailbox_id).exists()


def test_session_ends_with_its_time(now: dt.datetime) -> None:
    person = seeds.everything_of("ada")
    ends = Session.objects.get().expires_at

    purged(ends)
    assert person.sessions.exists()
    purged(ends + MINUTE)

    assert not person.sessions.exists()


def test_what_a_person_wrote_or_was_given_stays_for_years() -> None:
    seeds.everything_of("ada")

    purged(seeds.NOW + 5 * 366 * DAY)

    assert Answer.objects.get().note == "ada-note"
    assert Reply.objects.get().words == "ada-reply"
    assert Share.objects.exists()
    assert Member.objects.get().name == "ada-membername"
    assert Consent.objects.exists()


def test_reports_are_forgotten_after_a_year(now: dt.datetime) -> None:
    member = factories.member(person=factories.person())
    factories.report(member=member, reason="spam", words="", now=now)

    purged(now + 364 * DAY)
    assert Report.objects.exists()
    purged(now + 366 * DAY)

    assert not Report.objects.exists()


@pytest.mark.parametrize(
    ("choice", "stay"), [("all", {"old", "kept"}), ("kept", {"kept"}), ("none", set())]
)
def test_at_three_months_today_asks_once_and_letters_go_as_chosen(
    now: dt.datetime, client: Client, choice: str, stay: set[str]
) -> None:
    person = factories.person()
    ben = factories.member(person=person)
    Reply.objects.say(ben, words="old", now=now)
    Reply.objects.say(ben, words="kept", now=now).keep(now)
    letters_page = reverse("old_letters")

    assert letters_page not in today_of(person, client, now + 89 * DAY)
    assert letters_page in today_of(person, client, now + 90 * DAY)
    assert {reply.words for reply in Reply.objects.all()} == {"old", "kept"}
    with time_machine.travel(now + 90 * DAY, tick=False):
        Reply.objects.say(ben, words="new", now=now + 90 * DAY)
        client.post(letters_page, {"old_letters": choice})
    assert letters_page not in today_of(person, client, now + 90 * DAY)

    assert {reply.words for reply in Reply.objects.all()} == stay | {"new"}


def test_answer_to_a_kept_letter_stays_with_it(now: dt.datetime) -> None:
    person = factories.person()
    letter = Reply.objects.say(factories.member(person=person), words="kept", now=now)
    letter.answer_with(words="thank you", now=now)
    letter.keep(now)
    Circle.objects.of(person).choose_old_letters("kept")

    purged(now + 400 * DAY)

    assert {reply.words for reply in Reply.objects.all()} == {"kept", "thank you"}


def today_of(person: Person, client: Client, now: dt.datetime) -> str:
    purged(now)
    with time_machine.travel(now, tick=False):
        client.force_login(person)
        return client.get(reverse("today")).content.decode()
