"""The made-up person: every page is full, and nobody is written to."""

import datetime as dt
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from checkins.models import Answer, CheckIn, Reply, Schedule
from circles.models import Member
from outbox.models import Mailbox, Message
from supportnet.demo import history, story
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(400)]


PAGES = [
    ("/today/", ["Up and down", "Can I call?", "Proud of you", "Beside you", "18:30"]),
    ("/circle/", ["Mina", "Jonas", "Sam has a lot on just now", "Ruth", "You have paused"]),
    ("/who-sees-what/", ["your word and what you write", "what you shared"]),
    ("/rhythm/", ["Every day at 18:30", "The next five moments"]),
    ("/look-back/", ["Words you kept", "Soup is on the stove", "What you said", "Earlier"]),
    ("/settings/", ["Noor", "Germany", "Berlin time"]),
    ("/settings/data/", ["Soup is on the stove", "my sister"]),
]


@pytest.mark.once  # rows made for looking at, on one machine
@pytest.mark.long(seconds=10)
def test_eighteen_months_fill_every_page_and_nobody_is_written_to(capsys: Any) -> None:
    # One test, for writing them is dear: workers of pytest would each do it for their part.
    person = history.write(timezone.now())
    nobody_is_written_to(person)
    the_circle_shows_every_kind_and_every_way_to_stand(person)
    eighteen_months_were_answered_and_answered_back(person)
    every_page_is_full(person)
    a_second_time_changes_nothing(capsys)


def nobody_is_written_to(person: Person) -> None:
    assert not Message.objects.unsent().exists()
    theirs = Mailbox.objects.filter(key_id=person.key_id).exclude(pk=person.mailbox_id)
    assert theirs.count() == len(story.FIVE)
    assert all(mailbox.address.endswith(".example") for mailbox in theirs)


def the_circle_shows_every_kind_and_every_way_to_stand(person: Person) -> None:
    members = {member.name: member for member in Member.objects.of(person)}
    assert {member.kind for member in members.values()} == set(Member.Kind.values)
    assert {member.level for member in members.values()} == set(Member.Level.values)
    assert members["Ruth"].state == Member.State.INVITED
    assert members["Sam"].is_away
    assert members["Dr. Adeyemi"].paused_at


def eighteen_months_were_answered_and_answered_back(person: Person) -> None:
    answers = Answer.objects.of(person)
    first, last = answers.last(), answers.first()
    assert last.local_date - first.local_date > dt.timedelta(days=500)
    assert answers.count() > 150
    assert {answer.word for answer in answers} == set(Answer.Word.values)
    assert Reply.objects.to_person(person).count() > 50
    assert Reply.objects.kept(person).count() >= 5
    assert CheckIn.objects.of(person).filter(asked=True).count() > answers.count()
    assert Schedule.objects.of(person).next_at > timezone.now() - dt.timedelta(hours=4)


def every_page_is_full(person: Person) -> None:
    client = factories.just_came_in(Client(), person)
    for path, words in PAGES:
        page = client.get(path).content.decode()
        assert [word for word in words if word not in page] == [], path
    letters = [words for _, _, words in story.LETTERS]
    today = client.get("/today/").content.decode()
    assert [words for words in letters if words not in today] == []


def a_second_time_changes_nothing(capsys: Any) -> None:
    before = (Answer.objects.count(), Reply.objects.count(), Message.objects.count())
    call_command("demo")
    assert (Answer.objects.count(), Reply.objects.count(), Message.objects.count()) == before
    assert story.ADDRESS in capsys.readouterr().out


def test_made_up_people_stay_out_of_production(settings: Any) -> None:
    settings.LOCAL = False
    with pytest.raises(CommandError):
        call_command("demo")
