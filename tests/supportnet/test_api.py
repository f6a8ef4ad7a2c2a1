"""The API's door, and input that would break something behind it."""

import base64
import datetime as dt
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar
from urllib.parse import urlencode

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from accounts.models import Once, Token
from checkins.models import Answer
from outbox.models import Message
from tests import factories

T = TypeVar("T")

pytestmark = pytest.mark.django_db

ME, ANSWERS = "/api/v1/me/", "/api/v1/answers/"


@pytest.fixture
def noor(client):
    person = factories.person(name="Noor")
    client.force_login(person)
    return person


def patch(client: Client, body: str | bytes):
    return client.patch(ME, body, content_type="application/json")


def test_strangers_get_a_status_and_nothing_else(client):
    assert client.get(ME).status_code == 401


def test_somebody_not_welcomed_yet_gets_nothing(client, noor):
    noor.withdraw_consent(now=noor.joined_at)
    assert client.get(ME).status_code == 403


def test_a_person_reads_and_changes_themselves(client, noor):
    assert client.get(ME).json()["display_name"] == "Noor"
    answer = patch(client, json.dumps({"display_name": "  Nora ", "country": "FR"}))
    assert answer.json()["display_name"] == "Nora"
    noor.refresh_from_db()
    assert (noor.display_name, noor.country, noor.language) == ("Nora", "FR", "en")


@pytest.mark.parametrize("field", ["email", "zone", "joined_at"])
def test_what_has_a_way_of_its_own_is_not_changed_here(client, noor, field):
    before = client.get(ME).json()[field]
    patch(client, json.dumps({field: "x"}))
    assert client.get(ME).json()[field] == before


@pytest.mark.parametrize(
    "body",
    [
        '{"display_name": "\\ud800"}',
        '{"display_name": "a\\u0000b"}',
        '{"\\ud800": 1}',
        "[" * 100_000,
        "[" * 100_000 + "]" * 100_000,
        '{"a":' * 30 + "1" + "}" * 30,
        "NaN",
        '{"display_name": NaN}',
        b"\xff\xfe",
        "{",
        '{"display_name": ["x"]}',
        '{"display_name": {"a": 1}}',
        '{"display_name": "noor@example.org"}',
        '{"country": "ZZ"}',
        '{"language": "xx"}',
    ],
)
def test_bad_json_gets_a_four_hundred_and_changes_nothing(client, noor, body):
    assert patch(client, body).status_code == 400
    noor.refresh_from_db()
    assert noor.display_name == "Noor"


def test_brackets_inside_a_text_are_no_nesting(client, noor):
    assert patch(client, json.dumps({"display_name": "[" * 30 + '\\"'})).status_code == 200


def test_without_a_token_nothing_is_changed(noor):
    client = Client(enforce_csrf_checks=True)
    client.force_login(noor)
    assert patch(client, json.dumps({"display_name": "Nora"})).status_code == 403


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (ME, '{"country": "ZZ"}', 400),
        (ME, "{", 400),
        ("/api/v1/members/00000000-0000-4000-8000-000000000000/", "{}", 404),
        (ANSWERS, "{}", 405),
    ],
)
def test_a_refusal_has_one_shape_and_says_what_is_wrong(client, noor, path, body, status):
    answer = client.patch(path, body, content_type="application/json")

    problem = answer.json()
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert (problem["status"], problem["type"]) == (status, "about:blank")
    assert problem["title"]
    assert problem.get("detail") or problem["errors"]


def test_the_field_that_is_wrong_is_named(client, noor):
    problem = patch(client, '{"display_name": "noor@example.org"}').json()
    page = client.post("/settings/you/", {"name": "noor@example.org", "language": "en"})
    assert problem["errors"]["display_name"][0] in page.content.decode()


def test_more_than_thirty_changes_a_minute_wait_and_reading_goes_on(client, noor):
    said = [patch(client, '{"country": "FR"}') for _ in range(61)]

    # The minute may turn once in between: so twice thirty, and one more.
    assert {answer.status_code for answer in said[:30]} == {200}
    late = next(answer for answer in said if answer.status_code == 429)
    assert 0 < int(late["Retry-After"]) <= 60
    assert client.get(ME).status_code == 200
    client.force_login(factories.person())
    assert patch(client, '{"country": "FR"}').status_code == 200


def test_answers_come_thirty_at_a_time_each_once(client, noor):
    now = timezone.now()
    for day in range(35):
        check_in = factories.check_in(person=noor, now=now - dt.timedelta(days=day))
        check_in.answer(word="okay", choices={}, now=now - dt.timedelta(days=day))

    first = client.get(ANSWERS).json()
    second = client.get(first["next"]).json()

    days = [answer["local_date"] for answer in first["results"] + second["results"]]
    assert (len(first["results"]), len(second["results"]), second["next"]) == (30, 5, None)
    assert days == sorted(set(days), reverse=True)


@pytest.mark.parametrize(
    "at", ["x", "9999-12-31T23:59:59-23:59", "a\x00b", "9" * 400, "0000-00-00"]
)
def test_a_cursor_somebody_wrote_leads_nowhere(client, noor, at):
    now = timezone.now()
    factories.check_in(person=noor, now=now).answer(word="okay", choices={}, now=now)
    client.raise_request_exception = False
    cursor = base64.b64encode(urlencode({"p": at}).encode()).decode()
    assert client.get(ANSWERS, {"cursor": cursor}).status_code == 404


def once(client: Client, path: str, said: dict[str, str], *, key: str, method: str = "post"):
    how = {"content_type": "application/json", "headers": {"Idempotency-Key": key}}
    return getattr(client, method)(path, json.dumps(said), **how)


def test_what_is_sent_twice_under_one_key_happens_once(client, noor):
    first = once(client, ANSWERS, {"word": "okay", "note": "Quittenmus"}, key="a-1")
    client.post(f"/said/{first.json()['check_in']}/delete/")

    again = once(client, ANSWERS, {"word": "okay", "note": "Quittenmus"}, key="a-1")

    assert (again.status_code, again.json()) == (201, first.json())
    assert again["Idempotency-Replayed"] == "true"
    assert not Answer.objects.exists()
    assert once(client, ANSWERS, {"word": "okay"}, key="a-2").status_code == 201
    assert Answer.objects.count() == 1


def test_one_key_with_something_else_is_refused(client, noor):
    once(client, ANSWERS, {"word": "okay"}, key="a-1")

    other = once(client, ANSWERS, {"word": "heavy"}, key="a-1")

    assert (other.status_code, other["Content-Type"]) == (422, "application/problem+json")
    assert once(client, ME, {"country": "FR"}, key="a-1", method="patch").status_code == 422
    assert [answer.word for answer in Answer.objects.all()] == ["okay"]


def test_what_was_refused_leaves_the_key_free(client, noor):
    assert once(client, ANSWERS, {"word": "splendid"}, key="a-1").status_code == 400
    assert once(client, ANSWERS, {"word": "okay"}, key="a-1").status_code == 201


def test_another_persons_key_is_another_key(client, noor):
    once(client, ANSWERS, {"word": "okay", "note": "Quittenmus"}, key="a-1")
    client.force_login(factories.person(name="Ada"))

    answer = once(client, ANSWERS, {"word": "okay", "note": "Quittenmus"}, key="a-1")

    assert "Idempotency-Replayed" not in answer
    assert Answer.objects.count() == 2


@pytest.mark.parametrize("key", ["", "a b", "x" * 201])
def test_a_key_is_plain_and_short(client, noor, key):
    assert once(client, ANSWERS, {"word": "okay"}, key=key).status_code == 400
    assert not Answer.objects.exists()


def test_a_key_is_kept_for_a_day_and_its_answer_sealed(client, noor):
    once(client, ANSWERS, {"word": "okay", "note": "Quittenmus"}, key="a-1")

    now = timezone.now()
    assert not Once.objects.expired(now + dt.timedelta(hours=23)).exists()
    assert Once.objects.expired(now + dt.timedelta(hours=25)).exists()
    assert Once.objects.get().answer["said"]["note"] == "Quittenmus"
    assert "Quittenmus" not in str(Once.objects.values("answer").get())


# Several programs at the same moment: only committed rows tell.
at_once = pytest.mark.django_db(transaction=True)


def together(asks: list[Callable[[], T]]) -> list[T]:
    """All of them begin at the same moment, each on a connection of its own."""
    begin = threading.Barrier(len(asks))

    def run(ask: Callable[[], T]) -> T:
        begin.wait()
        try:
            return ask()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(asks)) as pool:
        return list(pool.map(run, asks))


def asks(text: str, said: dict[str, str], key: str):
    headers = {"Authorization": f"Bearer {text}", "Idempotency-Key": key}
    program = Client(headers=headers)
    body = json.dumps(said)
    return lambda: program.post(ANSWERS, body, content_type="application/json")


@at_once
def test_the_same_thing_sent_twice_at_once_happens_once_and_is_answered_alike():
    noor = factories.person(name="Noor")
    factories.member(person=noor, level="words", in_mail=True)
    _row, text = Token.objects.give(noor, name="Clock", scope="all", now=timezone.now())
    for turn in range(4):
        said = {"word": "okay", "note": f"Quittenmus {turn}"}

        first, second = together([asks(text, said, f"a-{turn}")] * 2)

        assert (first.status_code, second.status_code) == (201, 201)
        assert first.json() == second.json()
        replayed = ["Idempotency-Replayed" in one.headers for one in (first, second)]
        assert sorted(replayed) == [False, True]
        assert Answer.objects.count() == turn + 1
    assert Message.objects.filter(kind="share").count() <= 4


@at_once
def test_two_things_under_one_key_at_once_leave_one_and_a_clear_problem():
    noor = factories.person(name="Noor")
    _row, text = Token.objects.give(noor, name="Clock", scope="all", now=timezone.now())
    sent = [asks(text, {"word": word}, "a-1") for word in ("okay", "heavy")]

    answers = together(sent)

    assert sorted(one.status_code for one in answers) == [201, 422]
    kept = next(one for one in answers if one.status_code == 201).json()["word"]
    problem = next(one for one in answers if one.status_code == 422)
    assert [answer.word for answer in Answer.objects.all()] == [kept]
    assert problem["Content-Type"] == "application/problem+json"
    assert problem.json()["detail"] == "This key came before, with something else."
