"""Programs of a person's own: let in by a token as far as was said, and out when they are sent."""

import datetime as dt
import json
import re

import pytest
from django.contrib import admin
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken

from accounts.models import Person, Token
from checkins.models import Answer
from supportnet import my_data
from tests import factories

pytestmark = pytest.mark.django_db

ME, ANSWERS, PAGE = "/api/v1/me/", "/api/v1/answers/", "/settings/programs/"


@pytest.fixture
def noor() -> Person:
    return factories.person(name="Noor")


def program(person: Person, scope: str = "all", **how: dt.datetime) -> Client:
    _token, text = Token.objects.give(
        person, name="Clock", scope=scope, now=how.get("now", timezone.now())
    )
    return Client(headers={"Authorization": f"Bearer {text}"}, enforce_csrf_checks=True)


def send(client: Client, path: str, said: dict[str, str], method: str = "post"):
    return getattr(client, method)(path, json.dumps(said), content_type="application/json")


def test_a_token_is_shown_once_and_stands_nowhere(client, noor):
    factories.just_came_in(client, noor)

    made = client.post(PAGE, {"name": "My clock", "scope": "read"}).content.decode()

    text = re.findall(r"\b[0-9a-f]{64}\b", made)[0]
    row = Token.objects.get()
    assert (row.name, row.scope) == ("My clock", "read")
    assert text not in json.dumps(list(Token.objects.values()), default=str)
    again = client.get(PAGE).content.decode()
    assert "My clock" in again
    assert text not in again
    program = Client(headers={"Authorization": f"Bearer {text}"})
    assert program.get(ME).json()["display_name"] == "Noor"


@pytest.mark.parametrize(
    ("scope", "reads", "answers", "changes"),
    [("read", 200, 403, 403), ("answer", 403, 201, 403), ("all", 200, 201, 200)],
)
def test_a_program_goes_as_far_as_was_said(noor, scope, reads, answers, changes):
    clock = program(noor, scope)

    assert clock.get(ME).status_code == reads
    assert clock.get(ANSWERS).status_code == reads
    assert send(clock, ANSWERS, {"word": "okay"}).status_code == answers
    assert send(clock, ME, {"display_name": "Nora"}, "patch").status_code == changes
    assert Answer.objects.exists() is (answers == 201)
    noor.refresh_from_db()
    assert noor.display_name == ("Nora" if changes == 200 else "Noor")


@pytest.mark.parametrize("text", ["", "x", "0" * 64, "é", "a\x00b", "0" * 9_000, "a b"])
def test_what_is_no_token_opens_nothing(noor, text):
    program(noor)
    stranger = Client(headers={"Authorization": f"Bearer {text}"}, raise_request_exception=False)

    answer = stranger.get(ME)

    assert answer.status_code == 401
    assert "Noor" not in answer.content.decode()


def test_a_token_opens_no_page(noor):
    assert program(noor).get("/today/").status_code == 302


def test_a_program_sent_away_is_out(client, noor):
    clock = program(noor)
    factories.just_came_in(client, noor)

    client.post(f"{PAGE}{Token.objects.get().public_id}/end/")

    assert clock.get(ME).status_code == 401


def test_nobody_sends_away_or_sees_somebody_elses_program(client, noor):
    clock = program(noor)
    client.force_login(factories.person(name="Ada"))

    gone = client.post(f"{PAGE}{Token.objects.get().public_id}/end/")

    assert gone.status_code == 404
    assert "Clock" not in client.get(PAGE).content.decode()
    assert clock.get(ME).status_code == 200


def test_programs_are_out_when_the_person_signs_out_everywhere(client, noor):
    clock = program(noor)
    factories.just_came_in(client, noor)
    client.post("/sign-out/everywhere/")
    assert clock.get(ME).status_code == 401


def test_programs_are_out_when_a_password_is_set(client, noor):
    clock = program(noor)
    factories.just_came_in(client, noor)
    new = "a long walk by the quiet river"
    client.post("/settings/password/new/", {"password1": new, "password2": new})
    noor.refresh_from_db()
    assert noor.has_usable_password()
    assert clock.get(ME).status_code == 401


@pytest.mark.parametrize("end", ["disable", "suspend", "freeze", "withdraw_consent", "erase"])
def test_programs_are_out_when_the_account_is_closed_or_stopped(noor, end):
    clock, now = program(noor), timezone.now()
    if end == "erase":
        my_data.erase(noor)
    elif end == "disable":
        noor.disable()
    else:
        getattr(noor, end)(now=now)
    assert clock.get(ME).status_code in {401, 403}
    assert clock.get(ANSWERS).status_code in {401, 403}


def test_a_token_ends_after_a_year_and_its_row_goes(noor):
    clock = program(noor, now=timezone.now() - dt.timedelta(days=366))
    assert [token.name for token in Token.objects.expired(timezone.now())] == ["Clock"]
    assert clock.get(ME).status_code == 401
    assert not Token.objects.exists()


def test_a_program_hears_the_persons_language(noor):
    noor.be_called(name="Noor", language="de", country="DE")
    assert program(noor).get(ME)["Content-Language"] == "de"


def test_twenty_programs_are_enough(client, noor):
    for _ in range(20):
        program(noor)
    factories.just_came_in(client, noor)
    page = client.post(PAGE, {"name": "One more", "scope": "all"}).content.decode()
    assert "Take one away first." in page
    assert Token.objects.count() == 20


def test_the_office_has_no_screen_for_tokens():
    assert not {Token, AuthToken} & set(admin.site._registry)


def test_names_of_programs_are_in_what_is_taken_along(noor):
    program(noor, "read")
    text = my_data.export_json(noor, now=timezone.now())
    assert "Clock" in text
    assert Token.objects.get().digest not in text
