"""When mail comes back or is called unwanted, the right person reads it, in kind words."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from accounts.models import Person
from circles.models import Member
from circles.tasks import look_after_mail
from outbox.models import Mailbox, Message
from outbox.work import work
from tests import factories
from tests.mail_server import MailServer

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def clock(now: dt.datetime) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ada() -> Person:
    return factories.person(name="Ada", address="ada@example.org")


@pytest.fixture
def page(client: Client, clock: time_machine.Traveller, ada: Person) -> Client:
    client.force_login(ada)
    return client


def today(page: Client) -> str:
    return page.get("/today/").content.decode()


def bounce(box: Mailbox | None, now: dt.datetime) -> None:
    assert box is not None
    box.bounce(now=now)


def test_today_says_whose_mail_comes_back_and_leads_to_the_address(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    member = factories.member(person=ada, name="Ana")
    factories.member(person=ada, name="Ben")
    bounce(member.mailbox, now)

    said = today(page)

    assert "Mail to <bdi>Ana</bdi> comes back. Is the address right?" in said
    assert f'href="/circle/{member.public_id}/correct/"' in said
    assert "Mail to <bdi>Ben" not in said


def test_who_rests_or_was_paused_is_not_spoken_of(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    for verb in (Member.take_break, Member.pause, Member.leave, Member.remove):
        member = factories.member(person=ada, name="Ana")
        bounce(member.mailbox, now)
        verb(member, now)

    look_after_mail()

    assert "comes back" not in today(page)
    assert not Message.objects.filter(kind="lost").exists()


def test_a_person_whose_own_mail_comes_back_reads_it_and_can_try_again(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    factories.schedule(person=ada, now=now)
    bounce(ada.mailbox, now)
    assert "Mail to <bdi>ada@example.org</bdi> comes back to us." in today(page)

    page.post("/settings/mail/again/")

    assert "comes back" not in today(page)
    assert Mailbox.objects.get(key_id=ada.key_id).bounced_at is None


def test_a_person_who_called_a_mail_unwanted_reads_why_none_comes(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    factories.schedule(person=ada, now=now)
    assert ada.mailbox is not None
    ada.mailbox.suppress(now=now)
    assert "marked as unwanted" in today(page)

    page.post("/settings/mail/again/")

    assert "marked as unwanted" not in today(page)
    assert Mailbox.objects.get(key_id=ada.key_id).suppressed_at is None


def test_settings_say_it_too_also_to_those_who_are_never_asked(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    assert "comes back" not in page.get("/settings/").content.decode()
    bounce(ada.mailbox, now)
    assert "comes back" in page.get("/settings/").content.decode()


def test_one_mail_a_day_tells_it_without_a_name(
    ada: Person, clock: time_machine.Traveller, now: dt.datetime, smtp: MailServer
) -> None:
    for name in ("Ana", "Ben"):
        bounce(factories.member(person=ada, name=name, address=f"{name}@x.example").mailbox, now)

    for hours in range(30):
        later = now + hours * HOUR
        clock.move_to(later)
        look_after_mail()
        work(clock=lambda later=later: later)

    [mail] = smtp.mails
    assert mail.to == "ada@example.org"
    assert "comes back" in mail.text
    for name in ("Ana", "Ben", "x.example"):
        assert name not in f"{mail.subject} {mail.text} {mail.html}"


def test_the_mail_stays_here_when_the_address_was_given_anew_meanwhile(
    ada: Person, clock: time_machine.Traveller, now: dt.datetime, smtp: MailServer
) -> None:
    member = factories.member(person=ada, address="ana@example.org")
    bounce(member.mailbox, now)
    look_after_mail()
    Mailbox.objects.give("ana@example.org", key_id=ada.key_id, language="en", now=now)

    work(clock=lambda: now)

    assert smtp.mails == []


def test_a_member_who_called_it_unwanted_takes_a_break_like_any_other(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    member = factories.member(person=ada, name="Ana")
    assert member.mailbox is not None
    member.mailbox.suppress(now=now)

    look_after_mail()

    circle = page.get("/circle/").content.decode()
    assert "Ana is taking a break" in circle
    assert "unwanted" not in circle + today(page)
    member.refresh_from_db()
    member.return_(now)
    look_after_mail()
    assert Member.objects.beside().get().mailbox.suppressed_at is None
