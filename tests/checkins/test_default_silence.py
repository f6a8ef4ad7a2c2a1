"""Nobody is told without a choice: thirty days with the real dispatch, outbox and mail server."""

import datetime as dt

import pytest

from accounts.models import Person
from checkins.models import CheckIn
from circles.models import Member
from tests import factories, simulation
from tests.mail_server import MailServer

pytestmark = pytest.mark.django_db

CANARY = "canary under the stairs"
WORDS = ("really_hard", "heavy", "okay", "no_words")


def answers(person: Person, now: dt.datetime) -> None:
    """What the person says in the evening: hard days most of all."""
    word = WORDS[now.timetuple().tm_yday % len(WORDS)]
    CheckIn.objects.for_today(person, now).answer(word, CANARY, now=now)


def circle_of(person: Person, level: str) -> list[Member]:
    about = {"named_for_hard_days": True, "hard_day_in_mail": True, "wants_each": True}
    return [
        factories.member(person=person, name=name, level=level, in_mail=True, **about)
        for name in ("Ben", "Eve", "Sam")
    ]


def test_harness_sees_a_mail_when_a_level_is_set(now: dt.datetime, smtp: MailServer) -> None:
    person = factories.person()
    factories.schedule(person=person, now=now)
    members = circle_of(person, level="words")

    simulation.run_days(person, 4, now, answers)

    to_members = [mail for mail in smtp.mails if mail.to != person.email]
    assert {mail.to for mail in to_members} == {one.mailbox.address for one in members}
    assert all(CANARY in mail.text for mail in to_members)


def test_thirty_days_at_i_decide_each_time_reach_nobody_but_the_person(
    now: dt.datetime, smtp: MailServer
) -> None:
    person = factories.person()
    factories.schedule(person=person, now=now)
    circle_of(person, level="ask")

    simulation.run_days(person, 13, now, answers)
    after_outage = now + dt.timedelta(days=17)
    simulation.run_days(person, 13, after_outage, answers)

    assert {mail.to for mail in smtp.mails} == {person.email}
    assert len(smtp.mails) >= 25
    assert not any(CANARY in mail.text for mail in smtp.mails)
