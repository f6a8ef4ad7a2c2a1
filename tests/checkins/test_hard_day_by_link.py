"""A really hard time said by the link of a mail: no names, and a way to let it leave at once."""

import datetime as dt
import re
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from accounts.models import Person
from checkins import dispatch
from circles.models import Circle, Member
from tests import factories
from tests.checkins.postman import deliver

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def ada(now: dt.datetime) -> Iterator[Person]:
    with time_machine.travel(now, tick=False):
        yield factories.person(name="Ada")


@pytest.fixture
def clean(client: Client, ada: Person, now: dt.datetime) -> str:
    """The page behind the link of the mail that asks Ada, in a browser nobody signed in with."""
    factories.schedule(person=ada, now=now - dt.timedelta(hours=2), at="09:00")
    dispatch.tick(now)
    (letter,) = deliver(now)
    found = re.search(r"http://[^/\s]+(/l/\S+)", letter.text)
    assert found
    return client.get(found.group(1), follow=True).redirect_chain[-1][0]


def test_question_says_that_a_hard_day_goes_to_nobody(
    client: Client, ada: Person, clean: str
) -> None:
    factories.member(person=ada, name="Canary Mina", level="words")

    shown = client.get(clean).content.decode()

    assert "nobody hears of it unless you choose so." in shown


def test_answer_that_tells_the_ticked_waits_and_can_be_sent_now(
    client: Client, ada: Person, clean: str, now: dt.datetime
) -> None:
    mina = factories.member(person=ada, name="Canary Mina", named_for_hard_days=True)
    Circle.objects.of(ada).set_hard_days(rule="tell", forms={mina.pk: (True, False)}, now=now)

    shown = client.post(clean, {"word": "really_hard"}, follow=True).content.decode()
    assert "One person gets a note in about ten minutes." in shown
    assert "Send it now" in shown
    assert "Canary Mina" not in shown
    assert deliver(now + 5 * MINUTE) == []
    sent = client.post(f"{clean}now/", follow=True)

    assert sent.redirect_chain[-1][0] == f"{clean}near/"
    assert "A note is on its way to one person." in sent.content.decode()
    assert len(deliver(now + MINUTE)) == 1


def test_the_people_i_chose_are_told_in_ten_minutes_or_now(
    client: Client, ada: Person, clean: str, now: dt.datetime
) -> None:
    factories.member(person=ada, named_for_hard_days=True)
    client.post(clean, {"word": "really_hard"})
    near = f"{clean}near/"
    assert "Send it now" not in client.get(near).content.decode()

    told = client.post(near, follow=True).content.decode()

    assert "Send it now" in told
    client.post(f"{clean}now/")
    assert len(deliver(now)) == 1


def test_telling_can_be_taken_back_on_the_page(
    client: Client, ada: Person, clean: str, now: dt.datetime
) -> None:
    factories.member(person=ada, named_for_hard_days=True)
    client.post(clean, {"word": "really_hard"})
    told = client.post(f"{clean}near/", follow=True).content.decode()

    assert "Take it back" in told
    client.post(f"{clean}take-back/")

    assert deliver(now + 20 * MINUTE) == []


@pytest.mark.parametrize("in_quiet_hours", [True, False])
def test_note_that_waits_for_quiet_hours_is_not_said_to_be_on_its_way(
    client: Client, ada: Person, clean: str, now: dt.datetime, in_quiet_hours: bool
) -> None:
    mina = factories.member(person=ada, name="Canary Mina", named_for_hard_days=True)
    quiet_all_day(mina, but=not in_quiet_hours)
    client.post(clean, {"word": "really_hard"})

    told = client.post(f"{clean}near/", follow=True).content.decode()

    assert ("One person gets a note when their quiet hours end." in told) is in_quiet_hours
    assert ("in about ten minutes" in told) is not in_quiet_hours
    assert ("Send it now" in told) is not in_quiet_hours
    assert "Take it back" in told
    assert "Canary Mina" not in told
    assert bool(deliver(now + 11 * MINUTE)) is not in_quiet_hours


def test_answer_that_waits_for_quiet_hours_is_not_said_to_be_on_its_way(
    client: Client, ada: Person, clean: str, now: dt.datetime
) -> None:
    quiet_all_day(factories.member(person=ada, name="Canary Mina", level="word"))
    factories.member(person=ada, name="Canary Omar", level="word")

    said = client.post(clean, {"word": "okay"}, follow=True).content.decode()

    assert "One person gets this in about ten minutes." in said
    assert "One person gets this with their next mail." in said
    assert "Canary" not in said
    assert len(deliver(now + 11 * MINUTE)) == 1


def quiet_all_day(member: Member, *, but: bool = False) -> None:
    hours = (dt.time(21), dt.time(8)) if but else (dt.time(8), dt.time(20))
    Member.objects.filter(pk=member.pk).update(quiet_from=hours[0], quiet_to=hours[1])


@pytest.mark.parametrize("word", ["really_hard", "okay"])
def test_mail_that_a_pause_ended_is_not_said_to_be_undeliverable(
    client: Client, ada: Person, clean: str, now: dt.datetime, word: str
) -> None:
    mina = factories.member(person=ada, level="word", named_for_hard_days=True)
    Circle.objects.of(ada).set_hard_days(rule="tell", forms={mina.pk: (True, False)}, now=now)
    page = client.post(clean, {"word": word}, follow=True).redirect_chain[-1][0]
    Member.objects.get(pk=mina.pk).pause(now)

    shown = client.get(page).content.decode()

    assert "The mail to one person did not leave." in shown
    assert "could not be delivered" not in shown
    assert "on its way" not in shown
