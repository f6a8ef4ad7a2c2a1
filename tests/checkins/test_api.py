"""The API of what is asked and said: the same verbs as the pages, and only one's own."""

import datetime as dt
import json
from collections.abc import Iterator
from html import unescape

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import Person, Token
from checkins.models import Answer, Reply, Schedule, Share
from outbox.models import Message
from tests import factories
from tests.checkins.postman import deliver

pytestmark = pytest.mark.django_db

PATH = "/api/v1/answers/"


@pytest.fixture(autouse=True)
def _moment(now: dt.datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def ada() -> Person:
    return factories.person(name="Ada")


@pytest.fixture
def program(client: Client, ada: Person) -> Client:
    client.force_login(ada)
    return client


def test_an_answer_by_the_api_reaches_the_circle_as_chosen(
    program: Client, ada: Person, now: dt.datetime
) -> None:
    factories.member(person=ada, level="word", in_mail=True)

    said = program.post(
        PATH, {"word": "heavy", "note": "only mine"}, content_type="application/json"
    )

    assert said.status_code == 201
    assert said.json()["word"] == "heavy"
    (letter,) = deliver(now + dt.timedelta(minutes=1))
    assert "A heavy day" in letter.text
    assert "only mine" not in letter.all


def test_only_ones_own_answers_are_read(program: Client, ada: Person, now: dt.datetime) -> None:
    other = factories.person()
    factories.check_in(person=other, now=now).answer("good", "canary", now=now)
    factories.check_in(person=ada, now=now).answer("okay", "mine", now=now)

    read = program.get(PATH)

    assert [answer["note"] for answer in read.json()["results"]] == ["mine"]
    assert "canary" not in read.content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"word": "splendid"},
        {"note": "x" * 10_001},
        {"would_help": ["money"]},
        {"note": {"deep": "er"}},
        {"note": "a\u0000b"},
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(program: Client, wrong: dict) -> None:
    assert program.post(PATH, wrong, content_type="application/json").status_code == 400
    assert not Answer.objects.exists()


def test_strangers_are_refused(client: Client) -> None:
    for answered in (
        client.get(PATH),
        client.post(PATH, {"word": "good"}, content_type="application/json"),
    ):
        assert answered.status_code in {401, 403}


SCHEDULE, REPLIES = "/api/v1/schedule/", "/api/v1/replies/"
LISTS = ("answers", "check-ins", "shares", "replies", "replies/kept")


@pytest.fixture
def letter() -> Reply:
    """Ben's words to what Noor said: both ways of finding them hold words of their own."""
    now = timezone.now()
    noor = factories.person(name="Noor")
    member = factories.member(person=noor, name="Ben", level="words")
    check_in = factories.check_in(person=noor, now=now)
    check_in.answer(word="heavy", note="Quittenmus", choices={member.pk: "words"}, now=now)
    share = Share.objects.get()
    share.reply(gesture="thinking", words="Birnenbrot", kinds=[], now=now)
    found = Reply.objects.get()
    found.keep(now)
    return found


def of(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def send(client: Client, path: str, said: object, method: str = "post"):
    return client.generic(method.upper(), path, json.dumps(said), content_type="application/json")


def test_each_list_shows_the_persons_own_and_nothing_to_another(letter):
    noor, ada = of(letter.member.circle.person), of(factories.person(name="Ada"))
    for name in LISTS:
        own, other = (one.get(f"/api/v1/{name}/") for one in (noor, ada))
        assert len(own.json()["results"]) == 1
        assert other.json()["results"] == []
    assert noor.get(REPLIES).json()["results"][0]["words"] == "Birnenbrot"
    assert noor.get("/api/v1/shares/").json()["results"][0]["member"]["name"] == "Ben"


def test_another_does_nothing_with_a_letter(letter):
    ada = of(factories.person(name="Ada"))
    for said in ({"do": "delete"}, {"words": "Hello"}):
        answer = send(ada, f"{REPLIES}{letter.public_id}/", said)
        assert answer.status_code == 404
        assert "Birnenbrot" not in answer.content.decode()
    assert [reply.words for reply in Reply.objects.all()] == ["Birnenbrot"]


def test_the_lists_are_the_rows_of_the_pages(letter):
    person = letter.member.circle.person
    shown = {one["public_id"] for one in of(person).get(REPLIES).json()["results"]}
    assert shown == {str(one.public_id) for one in Reply.objects.to_person(person)}
    letter.hide(now=timezone.now())
    page = of(person).get("/look-back/").content.decode()
    kept = of(person).get(f"{REPLIES}kept/").json()["results"]
    assert "Birnenbrot" not in page
    assert kept == []


def test_a_letter_is_thanked_answered_and_deleted_by_a_program(letter):
    noor = of(letter.member.circle.person)
    path = f"{REPLIES}{letter.public_id}/"
    assert send(noor, path, {"do": "thank"}).status_code == 204
    assert noor.get(REPLIES).json()["results"][0]["thanked"] is True
    assert send(noor, path, {"words": "Thank you, Ben"}).status_code == 204
    assert Reply.objects.get(by_person=True).words == "Thank you, Ben"
    assert send(noor, path, {"do": "delete"}).status_code == 204
    assert noor.get(REPLIES).json()["results"] == []


def test_a_rhythm_is_set_paused_and_ended_by_a_program():
    person = factories.person()
    program = of(person)
    assert program.get(SCHEDULE).status_code == 404

    some = {"how": "some_days", "days": ["0", "3"], "time": "21:30"}
    kept = send(program, SCHEDULE, some, "put").json()

    assert (kept["weekdays"], kept["time"], kept["paused"]) == ([0, 3], "21:30", False)
    assert "21:30" in program.get("/rhythm/").content.decode()
    assert send(program, f"{SCHEDULE}pause/", {"long": "open"}).json()["paused"] is True
    assert send(program, f"{SCHEDULE}resume/", {}).json()["paused"] is False
    assert program.delete(SCHEDULE).status_code == 204
    assert Schedule.objects.of(person) is None


@pytest.mark.parametrize(
    "said",
    [
        {"time": "09:00"},
        {"how": "some_days", "time": "09:00"},
        {"how": "weekly", "time": "9 o'clock"},
    ],
)
def test_a_rhythm_is_refused_with_the_sentences_of_the_page(said):
    person = factories.person()

    problem = send(of(person), SCHEDULE, said, "put")

    page = unescape(of(person).post("/rhythm/", said).content.decode())
    assert problem.status_code == 400
    for sentences in problem.json()["errors"].values():
        assert all(one in page for one in sentences)
    assert Schedule.objects.of(person) is None


@pytest.mark.parametrize("said", [[], 7, {"do": {"a": 1}}, {"words": None}, {"words": [1]}, {}])
def test_what_is_no_form_is_refused(letter, said):
    noor = of(letter.member.circle.person)
    noor.raise_request_exception = False
    assert send(noor, f"{REPLIES}{letter.public_id}/", said).status_code == 400
    assert send(noor, SCHEDULE, said, "put").status_code == 400
    assert Reply.objects.count() == 1


def answered(person: Person, word: str = "heavy") -> str:
    """The path of an answer that was just given."""
    check_in = factories.check_in(person=person, now=timezone.now())
    check_in.answer(word=word, note="Quittenmus", now=timezone.now())
    return f"{PATH}{check_in.public_id}/"


def test_an_answer_tells_who_gets_what_of_it(ada):
    ben = factories.member(person=ada, name="Ben", level="word", in_mail=True)
    said = of(ada).get(answered(ada)).json()
    (to_ben,) = said["deliveries"]
    assert (said["word"], said["open"], to_ben["level"]) == ("heavy", True, "word")
    assert (to_ben["member"]["public_id"], to_ben["can_take_back"]) == (str(ben.public_id), True)


def test_taken_back_by_a_program_nothing_leaves(ada, now):
    factories.member(person=ada, name="Ben", level="words", in_mail=True)
    path = answered(ada)
    said = send(of(ada), f"{path}take-back/", {}).json()
    assert [one["state"] for one in said["deliveries"]] == ["taken_back"]
    assert deliver(now + dt.timedelta(days=8)) == []


@pytest.mark.parametrize(
    ("method", "rest"),
    [
        ("get", ""),
        ("put", ""),
        ("delete", ""),
        ("post", "take-back/"),
        ("post", "now/"),
        ("get", "near/"),
        ("post", "near/"),
    ],
)
def test_somebody_elses_answer_is_not_found(ada, method, rest):
    factories.member(person=ada, level="words", in_mail=True)
    path, before = answered(ada), Answer.objects.values().get
    kept, shared = before(), list(Share.objects.values())
    answer = send(of(factories.person()), f"{path}{rest}", {"word": "good"}, method)
    assert answer.status_code == 404
    assert "Quittenmus" not in answer.content.decode()
    assert (before(), list(Share.objects.values())) == (kept, shared)


def test_a_closed_answer_is_not_changed(ada, now):
    path = answered(ada)
    with time_machine.travel(now + dt.timedelta(days=2), tick=False):
        late = send(of(ada), path, {"word": "good"}, "put")
    assert (late.status_code, late["Content-Type"]) == (409, "application/problem+json")
    assert Answer.objects.get().word == "heavy"


def test_on_a_hard_day_nobody_is_told_but_the_chosen(ada, now):
    ben = factories.member(person=ada, name="Ben", level="words", in_mail=True)
    factories.member(person=ada, name="Eva", level="words", in_mail=True)
    path = answered(ada, "really_hard")
    assert deliver(now + dt.timedelta(hours=1)) == []

    near = of(ada).get(f"{path}near/").json()
    assert {one["name"] for one in near["people"]} == {"Ben", "Eva"}
    told = send(of(ada), f"{path}near/", {"members": [str(ben.public_id)]})

    assert told.status_code == 200
    letters = deliver(now + dt.timedelta(hours=1))
    assert [letter.to for letter in letters] == [ben.mailbox.address]
    assert "Quittenmus" not in letters[0].all


@pytest.mark.parametrize(
    "members", [[], ["x"], "x", [7], ["00000000-0000-4000-8000-000000000000"], None]
)
def test_telling_nobody_known_is_refused_and_tells_nobody(ada, members):
    factories.member(person=ada, level="words", in_mail=True)
    path = answered(ada, "really_hard")
    assert send(of(ada), f"{path}near/", {"members": members}).status_code == 400
    assert not Share.objects.exists()


@pytest.mark.parametrize("hears", ["all", [1], {"x": "words"}, {"x": 1}, None])
def test_who_hears_is_refused_when_nobody_knows_whom_it_means(ada, hears):
    factories.member(person=ada)
    assert send(of(ada), PATH, {"word": "okay", "hears": hears}).status_code == 400
    assert not Answer.objects.exists()


@pytest.mark.parametrize("chosen", [{"hears": {}}, {"with_words": True}])
def test_a_program_that_only_answers_does_not_choose_who_hears(ada, chosen):
    _row, text = Token.objects.give(ada, name="Button", scope="answer", now=timezone.now())
    button = Client(headers={"Authorization": f"Bearer {text}"})
    assert send(button, PATH, {"word": "okay", **chosen}).status_code == 403
    assert not Answer.objects.exists()
    assert send(button, answered(ada), {"word": "good"}, "put").status_code == 403


def test_a_program_that_gives_somebody_more_of_one_answer_is_told_of(ada):
    ben = factories.member(person=ada, level="hello")
    _row, text = Token.objects.give(ada, name="Clock", scope="all", now=timezone.now())
    clock = Client(headers={"Authorization": f"Bearer {text}"})
    told = Message.objects.filter(kind="told_more", mailbox=ada.mailbox)

    said = send(clock, PATH, {"word": "okay", "hears": {str(ben.public_id): ""}}).json()
    assert not told.exists()
    send(clock, f"{PATH}{said['check_in']}/", {"word": "okay", "note": "More"}, "put")
    assert not told.exists()
    more = {"word": "okay", "hears": {str(ben.public_id): "hello"}}
    assert send(clock, f"{PATH}{said['check_in']}/", more, "put").status_code == 200
    assert told.count() == 1
