"""What a program does leaves the very rows that its page leaves: one verb, two ways in."""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from checkins.models import Answer, CheckIn, Share
from circles.models import Circle, Invitation, Member
from outbox.models import Message, Suppression
from tests import factories

pytestmark = pytest.mark.django_db

INVITATION = {
    "name": "Mina",
    "label": "my sister",
    "kind": "family",
    "level": "word",
    "words": "May I tell you now and then how I am?",
    "first_word": "Hello you",
}


@pytest.fixture(autouse=True)
def _moment(now: dt.datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


@dataclass(frozen=True)
class Life:
    """A person with a member beside them, and an answer that was shared."""

    person: Person
    member: Member
    said: CheckIn

    @property
    def at_member(self) -> str:
        return f"{self.member.public_id}/"

    @property
    def at_answer(self) -> str:
        return f"{self.said.public_id}/"


def life() -> Life:
    person, now = factories.person(name="Noor"), timezone.now()
    member = factories.member(person=person, name="Ben", level="words", in_mail=True)
    member.note_routine(now - dt.timedelta(days=1))
    member.note_routine(now - dt.timedelta(hours=1))
    said = factories.check_in(person=person, now=now)
    said.answer(word="heavy", note="Quittenmus", now=now)
    return Life(person, member, CheckIn.objects.of(person).get())


def hard(one: Life) -> Life:
    """The same after the word that reaches nobody unchosen."""
    one.said.answer(word="really_hard", note="Quittenmus", now=timezone.now())
    return one


def browser(one: Life) -> Client:
    client = Client()
    client.force_login(one.person)
    return client


def page(one: Life, path: str, said: dict[str, Any]) -> None:
    assert browser(one).post(path, said).status_code == 302


def api(one: Life, method: str, path: str, said: Any) -> None:
    send = getattr(browser(one), method)
    answer = send(f"/api/v1/{path}", json.dumps(said), content_type="application/json")
    assert answer.status_code < 300, answer.content


def state(one: Life) -> list[Any]:
    """All that either way could have changed, without what names one of the two people."""
    person = one.person
    circle = Circle.objects.get(person=person)
    members = Member.objects.of(person).order_by("pk")
    answers, shares = Answer.objects.of(person), Share.objects.filter(key_id=person.key_id)
    asked = Invitation.objects.filter(key_id=person.key_id)
    mails = Message.objects.filter(key_id=person.key_id).order_by("pk")
    return [
        (circle.helps_me, circle.gestures, circle.hard_day_rule, circle.old_letters),
        [[getattr(row, name) for name in MEMBER] for row in members],
        [
            (row.word, row.note, row.went_well, row.would_help, row.is_really_hard)
            for row in answers
        ],
        [sorted(row.levels.values(), key=str) + list(row.told.values()) for row in answers],
        [(row.level, row.in_mail, row.taken_back_at) for row in shares],
        [(row.way, row.words, row.said, row.expires_at) for row in asked],
        [(row.kind, row.state, row.reason, row.lane, row.not_before) for row in mails],
        len(circle.asked or []),
    ]


MEMBER = ["name", "label", "kind", "level", "in_mail", "state", "paused_at", "generation"]
MEMBER += ["named_for_hard_days", "hard_day_in_mail", "first_word"]

# What is done → how its page does it, and how a program does it.
Ways = tuple[Callable[[Life], None], Callable[[Life], None]]
WRITES: dict[str, Ways] = {
    "inviting": (
        lambda one: page(
            one, "/circle/invite/", INVITATION | {"address": "m@example.net", "in_mail": "mail"}
        ),
        lambda one: api(
            one, "post", "members/", INVITATION | {"address": "m@example.net", "in_mail": True}
        ),
    ),
    "inviting by hand": (
        lambda one: page(one, "/circle/invite/", INVITATION | {"way": "self", "in_mail": "link"}),
        lambda one: api(one, "post", "members/", INVITATION | {"way": "self", "in_mail": False}),
    ),
    "less for a member": (
        lambda one: page(
            one,
            f"/circle/{one.at_member}",
            {"name": "Ben", "label": "", "kind": "friend", "level": "hello", "in_mail": "link"},
        ),
        lambda one: api(
            one, "patch", f"members/{one.at_member}", {"level": "hello", "in_mail": False}
        ),
    ),
    "a pause": (
        lambda one: page(one, f"/circle/{one.at_member}pause/", {}),
        lambda one: api(one, "post", f"members/{one.at_member}pause/", {}),
    ),
    "removing": (
        lambda one: page(one, f"/circle/{one.at_member}remove/", {}),
        lambda one: api(one, "delete", f"members/{one.at_member}", {}),
    ),
    "what helps": (
        lambda one: page(
            one, "/circle/what-helps/", {"helps_me": "A call", "gestures": "Tea\nA walk\n"}
        ),
        lambda one: api(
            one, "put", "what-helps/", {"helps_me": "A call", "gestures": ["Tea", "A walk"]}
        ),
    ),
    "hard days": (
        lambda one: page(
            one,
            "/circle/days/",
            {
                "rule": "tell",
                f"named_{one.member.public_id}": "on",
                f"how_{one.member.public_id}": "mail",
            },
        ),
        lambda one: api(
            one,
            "put",
            "hard-days/",
            {
                "rule": "tell",
                "members": [{"public_id": str(one.member.public_id), "in_mail": True}],
            },
        ),
    ),
    "telling of a hard day": (
        lambda one: page(
            hard(one),
            f"/near/{one.at_answer}",
            {"member": str(one.member.public_id), "with_words": "on"},
        ),
        lambda one: api(
            hard(one),
            "post",
            f"answers/{one.at_answer}near/",
            {"members": [str(one.member.public_id)], "with_words": True},
        ),
    ),
    "another word": (
        lambda one: page(
            one,
            f"/said/{one.at_answer}change/",
            {"word": "okay", "note": "Better", f"hears_{one.member.public_id.hex}": "hello"},
        ),
        lambda one: api(
            one,
            "put",
            f"answers/{one.at_answer}",
            {"word": "okay", "note": "Better", "hears": {str(one.member.public_id): "hello"}},
        ),
    ),
    "an answer that this member does not hear": (
        lambda one: page(
            one, "/today/", {"word": "heavy", f"hears_{one.member.public_id.hex}": ""}
        ),
        lambda one: api(
            one, "post", "answers/", {"word": "heavy", "hears": {str(one.member.public_id): ""}}
        ),
    ),
    "taking back": (
        lambda one: page(one, f"/said/{one.at_answer}take-back/", {}),
        lambda one: api(one, "post", f"answers/{one.at_answer}take-back/", {}),
    ),
    "deleting an answer": (
        lambda one: page(one, f"/said/{one.at_answer}delete/", {}),
        lambda one: api(one, "delete", f"answers/{one.at_answer}", {}),
    ),
    "old letters": (
        lambda one: page(one, "/settings/letters/", {"old_letters": "kept"}),
        lambda one: api(one, "put", "old-letters/", {"old_letters": "kept"}),
    ),
}


@pytest.mark.parametrize("name", WRITES)
def test_a_program_leaves_the_rows_that_the_page_leaves(name: str) -> None:
    by_page, by_program = life(), life()
    before = state(by_page)
    assert state(by_program) == before

    WRITES[name][0](by_page)
    WRITES[name][1](by_program)

    assert state(by_program) == state(by_page)
    assert state(by_page) != before


def test_tell_now_brings_the_same_mail_as_soon_as_the_page_does(now: dt.datetime) -> None:
    both = life(), life()
    for one in both:
        answer = browser(one).post("/today/", {"word": "okay"})
        assert answer.status_code == 302
    before = [state(one) for one in both]
    newest = [CheckIn.objects.of(one.person).order_by("-pk")[0].public_id for one in both]

    page(both[0], f"/said/{newest[0]}/now/", {})
    api(both[1], "post", f"answers/{newest[1]}/now/", {})

    after = [state(one) for one in both]
    assert before[0] == before[1]
    assert after[0] == after[1]
    assert after[0] != before[0]


def test_an_address_that_wants_no_mail_is_asked_alike_and_nothing_tells(now: dt.datetime) -> None:
    one, other = life(), life()
    Suppression.objects.add("quiet@example.net", now=now)
    said = INVITATION | {"in_mail": False}
    answers = []
    for person, address in ((one, "quiet@example.net"), (other, "open@example.net")):
        body = json.dumps(said | {"address": address})
        answer = browser(person).post("/api/v1/members/", body, content_type="application/json")
        answers.append((answer.status_code, answer.json() | {"public_id": ""}))
    assert answers[0] == answers[1]
    assert state(one) == state(other)
