"""The circle for other programs: the page's forms, limits and sentences, and only one's own."""

import datetime as dt
import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import Person, Token
from circles.models import Circle, Member
from outbox.models import Message
from tests import factories
from tests.checkins.postman import deliver

pytestmark = pytest.mark.django_db

MEMBERS = "/api/v1/members/"
ASKED = {
    "name": "Mina",
    "address": "mina@example.net",
    "kind": "family",
    "level": "word",
    "in_mail": False,
    "words": "May I tell you now and then how I am?",
}


@pytest.fixture(autouse=True)
def _moment(now: dt.datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def ada() -> Person:
    return factories.person(name="Ada")


def of(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def program(person: Person, scope: str) -> Client:
    _row, text = Token.objects.give(person, name="Clock", scope=scope, now=timezone.now())
    return Client(headers={"Authorization": f"Bearer {text}"})


def send(client: Client, path: str, said: Any = None, method: str = "post") -> Any:
    body = json.dumps(said or {})
    return client.generic(method.upper(), path, body, content_type="application/json")


@pytest.mark.parametrize("left_out", ["name", "kind", "level", "in_mail", "words", "address"])
def test_nothing_is_chosen_for_the_person_when_they_ask_somebody(ada: Person, left_out: str):
    said = {name: value for name, value in ASKED.items() if name != left_out}

    problem = send(of(ada), MEMBERS, said)

    shown = {name: value for name, value in said.items() if name != "in_mail"}
    if "in_mail" in said:
        shown["in_mail"] = "link"
    page = unescape(of(ada).post("/circle/invite/", shown).content.decode())
    assert problem.status_code == 400
    assert problem.json()["errors"][left_out][0] in page
    assert not Member.objects.exists()


def test_the_limits_of_a_day_hold_for_programs_too(ada: Person):
    noor = of(ada)
    for number in range(6):
        said = ASKED | {"address": f"m{number}@example.net", "name": f"M{number}"}
        answer = send(noor, MEMBERS, said)
    assert answer.status_code == 400
    assert answer.json()["errors"][""]
    assert Member.objects.count() == 5


def test_an_address_is_asked_once(ada: Person):
    send(of(ada), MEMBERS, ASKED)
    Member.objects.get().decline(timezone.now())

    again = send(of(ada), MEMBERS, ASKED | {"name": "Mina again"})

    assert again.status_code == 400
    assert "only once" in again.json()["errors"]["address"][0]


def test_the_letter_is_seen_before_it_leaves_and_nothing_is_kept(ada: Person):
    seen = send(of(ada), f"{MEMBERS}mail/", ASKED).json()
    assert not Member.objects.exists()
    assert not Message.objects.exists()
    assert ASKED["words"] in seen["text"]
    assert "/l/preview" in seen["text"]


def test_a_link_sent_by_hand_is_told_once_and_opens_the_letter(ada: Person):
    said = ASKED | {"way": "self", "address": ""}
    made = send(of(ada), MEMBERS, said).json()
    link = made["text"].split()[-1]
    assert Client().get(link.split("8000")[-1], follow=True).status_code == 200
    assert "/l/" not in of(ada).get(MEMBERS).content.decode()


def test_members_come_thirty_at_a_time_each_once(ada: Person):
    for number in range(35):
        factories.member(person=ada, name=f"M{number}")
    first = of(ada).get(MEMBERS).json()
    second = of(ada).get(first["next"]).json()
    names = [row["name"] for row in first["results"] + second["results"]]
    assert (len(first["results"]), second["next"]) == (30, None)
    assert names == [f"M{number}" for number in range(35)]


def test_the_way_to_the_next_members_tells_nothing_of_how_many_there_are_elsewhere(
    ada: Person, now: dt.datetime
):
    circle = Circle.objects.of(ada)
    for number in range(35):
        factories.member(person=factories.person())
        moment = now + number * dt.timedelta(days=1)
        member = circle.invite(
            address=f"m{number}@example.net", name=f"M{number}", label="", kind="friend",
            level="word", in_mail=False, words="Hello", now=moment,
        )  # fmt: skip
        member.accept(moment)

    first = of(ada).get(MEMBERS).json()
    second = of(ada).get(first["next"]).json()

    [there] = parse_qs(urlsplit(first["next"]).query)["cursor"]
    assert parse_qs(b64decode(there).decode()) == {"p": [str(now + dt.timedelta(days=29))]}
    names = [row["name"] for row in first["results"] + second["results"]]
    assert names == [f"M{number}" for number in range(35)]
    assert of(ada).get(second["previous"]).json()["results"] == first["results"]


def test_a_cursor_from_before_leads_nowhere(ada: Person):
    member = factories.member(person=ada)
    answer = of(ada).get(MEMBERS, {"cursor": b64encode(f"p={member.pk}".encode()).decode()})
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_what_is_not_sent_stays_as_it_was(ada: Person):
    ben = factories.member(person=ada, name="Ben", label="my brother", level="words", in_mail=True)
    answer = send(of(ada), f"{MEMBERS}{ben.public_id}/", {"level": "hello"}, "patch")
    ben.refresh_from_db()
    assert answer.status_code == 200
    assert (ben.name, ben.label, ben.level, ben.in_mail) == ("Ben", "my brother", "hello", True)


def test_who_is_only_invited_is_not_paused_and_may_still_say_yes(ada: Person):
    send(of(ada), MEMBERS, ASKED)
    mina = Member.objects.get()

    answer = send(of(ada), f"{MEMBERS}{mina.public_id}/pause/")

    assert answer.status_code == 400
    assert "There is nothing to pause before a yes." in answer.content.decode()
    found = Member.objects.get()
    assert (found.generation, found.paused_at) == (mina.generation, None)
    assert Message.objects.get(kind="invitation").state == "waiting"


def test_a_mistyped_address_is_corrected_once(ada: Person):
    send(of(ada), MEMBERS, ASKED)
    path = f"{MEMBERS}{Member.objects.get().public_id}/correct/"
    assert send(of(ada), path, {"address": "mina@example.com"}).status_code == 200
    assert send(of(ada), path, {"address": "mina@example.info"}).status_code == 400
    assert Member.objects.get().mailbox.address == "mina@example.com"


@pytest.mark.parametrize(
    ("method", "rest", "said"),
    [
        ("get", "", None),
        ("patch", "", {"level": "words"}),
        ("delete", "", None),
        ("post", "pause/", None),
        ("post", "resume/", None),
        ("post", "correct/", {"address": "x@example.net"}),
    ],
)
def test_somebody_elses_member_is_not_found(ada: Person, method: str, rest: str, said: Any):
    ben = factories.member(person=ada, name="Quittenmus", paused_at=timezone.now())
    before = Member.objects.values().get()
    other = of(factories.person(name="Eva"))

    answer = send(other, f"{MEMBERS}{ben.public_id}/{rest}", said, method)

    assert answer.status_code == 404
    assert "Quittenmus" not in answer.content.decode()
    assert Member.objects.values().get() == before


def test_another_circles_member_is_not_named_for_ones_hard_days(ada: Person):
    ben = factories.member(person=factories.person(name="Eva"), name="Quittenmus")
    said = {"rule": "tell", "members": [{"public_id": str(ben.public_id)}]}
    answer = send(of(ada), "/api/v1/hard-days/", said, "put")
    assert answer.status_code == 400
    assert not Member.objects.named_for_hard_days().exists()


@pytest.mark.parametrize("scope", ["read", "answer"])
def test_only_a_program_that_may_do_all_changes_the_circle(ada: Person, scope: str):
    ben = factories.member(person=ada, level="hello")
    before = Member.objects.values().get()
    clock, one = program(ada, scope), f"{MEMBERS}{ben.public_id}/"
    tried = [
        send(clock, MEMBERS, ASKED),
        send(clock, f"{MEMBERS}mail/", ASKED),
        send(clock, one, {"level": "words"}, "patch"),
        send(clock, one, method="delete"),
        send(clock, f"{one}pause/"),
        send(clock, "/api/v1/hard-days/", {"rule": "ask"}, "put"),
        send(clock, "/api/v1/what-helps/", {"helps_me": "x"}, "put"),
    ]
    assert {answer.status_code for answer in tried} == {403}
    assert Member.objects.values().get() == before
    assert not Circle.objects.get().helps_me


@pytest.mark.parametrize(
    "said",
    [
        {"rule": "tell"},
        {"rule": "loudly"},
        {"rule": "tell", "members": "all"},
        {"rule": "tell", "members": [7]},
        {"rule": {"a": 1}},
        {"rule": "tell", "members": [{"public_id": ["x"]}]},
    ],
)
def test_hard_days_that_make_no_sense_are_refused(ada: Person, said: Any):
    factories.member(person=ada)
    assert send(of(ada), "/api/v1/hard-days/", said, "put").status_code == 400
    assert Circle.objects.get().hard_day_rule == "nobody"


@pytest.mark.parametrize("gestures", ["Tea", [7], {"a": 1}, ["x" * 61], [str(n) for n in range(7)]])
def test_gestures_that_do_not_fit_are_refused(ada: Person, gestures: Any):
    said = {"helps_me": "A call", "gestures": gestures}
    assert send(of(ada), "/api/v1/what-helps/", said, "put").status_code == 400
    assert not Circle.objects.known(ada).helps_me


TOLD = "told_more"


def told(person: Person) -> int:
    return Message.objects.filter(kind=TOLD, mailbox=person.mailbox).count()


@pytest.mark.parametrize(
    ("method", "rest", "said"),
    [
        ("patch", "", {"level": "words"}),
        ("patch", "", {"in_mail": True}),
        ("post", "resume/", None),
    ],
)
def test_no_program_lets_somebody_hear_more_in_silence(
    ada: Person, method: str, rest: str, said: Any
):
    ben = factories.member(person=ada, name="Quittenmus", level="hello")
    answer = send(program(ada, "all"), f"{MEMBERS}{ben.public_id}/{rest}", said, method)
    assert answer.status_code == 200
    (letter,) = [one for one in deliver(timezone.now()) if one.to == ada.email]
    assert "lets somebody hear more" in letter.text
    assert "/who-sees-what/" in letter.text
    assert "Quittenmus" not in letter.all


def test_asking_and_hard_days_by_a_program_are_told_once_a_day(ada: Person, now: dt.datetime):
    ben = factories.member(person=ada)
    clock = program(ada, "all")
    named = {"rule": "tell", "members": [{"public_id": str(ben.public_id)}]}
    assert send(clock, "/api/v1/hard-days/", named, "put").status_code == 200
    assert send(clock, MEMBERS, ASKED).status_code == 201
    assert told(ada) == 1
    with time_machine.travel(now + dt.timedelta(days=1), tick=False):
        again = ASKED | {"address": "y@example.net"}
        assert send(clock, MEMBERS, again).status_code == 201
    assert told(ada) == 2


def test_less_for_somebody_and_what_the_person_does_tells_nothing(ada: Person):
    ben = factories.member(person=ada, level="word", in_mail=True)
    one = f"{MEMBERS}{ben.public_id}/"
    clock = program(ada, "all")
    send(clock, one, {"level": "hello", "in_mail": False, "name": "Benno"}, "patch")
    send(clock, f"{one}pause/")
    send(of(ada), one, {"level": "words"}, "patch")
    assert told(ada) == 0


def test_what_only_the_person_does_has_no_path_for_a_program(ada: Person):
    clock, before = program(ada, "all"), (ada.email, Token.objects.count())
    profile = {"email": "other@example.net", "zone": "Asia/Tokyo", "password": "x" * 20}
    assert send(clock, "/api/v1/me/", profile, "patch").status_code == 200
    assert send(clock, "/api/v1/me/", method="delete").status_code == 405
    for path in ("tokens/", "programs/", "me/erase/", "me/address/", "export/", "consent/"):
        for method in ("get", "post", "put", "delete"):
            assert send(clock, f"/api/v1/{path}", method=method).status_code == 404
    for page in ("programs/", "data/erase/", "data/", "zone/", "consent/"):
        for method in ("get", "post"):
            answer = send(clock, f"/settings/{page}", {"sure": "yes"}, method)
            assert answer.status_code == 302
    ada.refresh_from_db()
    assert (ada.email, Token.objects.count()) == before
    assert ada.zone == "Europe/Berlin"


def test_removing_twice_under_one_key_is_answered_alike(ada: Person):
    ben = factories.member(person=ada)
    path, key = f"{MEMBERS}{ben.public_id}/", {"Idempotency-Key": "a-1"}
    first, again = (of(ada).delete(path, headers=key) for _ in range(2))
    assert (first.status_code, again.status_code) == (204, 204)
    assert again["Idempotency-Replayed"] == "true"
    assert of(ada).get(path).status_code == 404
