"""What a broken or hostile program sends to the API: a four hundred, and nothing breaks later."""

import json

import pytest

from checkins.models import Answer
from tests import factories
from tests.bad_input.house import House, unchanged
from tests.bad_input.test_long_words import WHOLE

pytestmark = pytest.mark.django_db

ANSWERS, ME, MEMBERS = "/api/v1/answers/", "/api/v1/me/", "/api/v1/members/"
BROKEN = {
    "deep": "[" * 100_000 + "]" * 100_000,
    "deep in a field": '{"note": ' + '{"a":' * 40_000 + "1" + "}" * 40_000 + "}",
    "half a letter": '{"note": "\\ud800", "display_name": "\\ud800", "level": "\\ud800"}',
    "two halves the wrong way": '{"note": "\\udc00\\ud83d", "display_name": "\\udc00\\ud83d"}',
    "half a letter as bytes": b'{"note": "\xed\xa0\x80"}',
    "a zero": '{"note": "a\\u0000b", "display_name": "a\\u0000b"}',
    "a zero as a name": '{"\\u0000": 1}',
    "too long": json.dumps({"note": "x" * 100_000, "display_name": "x" * 100_000, "level": "x"}),
    "a list": "[1, 2]",
    "a number": "7",
    "nothing": "null",
    "not a number": '{"word": NaN}',
    "no end": '{"note": "',
    "other bytes": b"\xff\xfe\x00",
    "wrong kinds": '{"word": ["good"], "note": {"a": 1}, "display_name": [1], "level": {}}',
    "huge number": '{"word": ' + "9" * 5_000 + ', "level": 1, "country": ' + "9" * 5_000 + "}",
    "unknown choice": '{"word": "wonderful", "level": "everything", "country": "XX"}',
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_read_is_refused_and_changes_nothing(house: House, name: str) -> None:
    member = factories.member(person=house.ada, level="ask")
    one = f"{MEMBERS}{member.public_id}/"
    program = house.person
    program.raise_request_exception = False

    with unchanged():
        for send, path in ((program.post, ANSWERS), (program.patch, ME), (program.patch, one)):
            answer = send(path, BROKEN[name], content_type="application/json")
            assert answer.status_code == 400, (path, answer.status_code)
            assert answer["Content-Type"] == "application/problem+json"

    for path in (ANSWERS, ME, MEMBERS, one):
        assert program.get(path).status_code == 200


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "multipart/form-data; boundary=x", "x"]
)
def test_other_kinds_of_bodies_are_refused(house: House, kind: str) -> None:
    house.person.raise_request_exception = False

    assert house.person.post(ANSWERS, b"--x", content_type=kind).status_code in {400, 415}
    with_key = {"content_type": kind, "headers": {"Idempotency-Key": "a"}}
    assert house.person.post(ANSWERS, b"--x", **with_key).status_code in {400, 415}
    assert not Answer.objects.exists()


def test_the_longest_note_of_every_letter_goes_through_and_comes_back(house: House) -> None:
    said = json.dumps({"note": WHOLE, "word": "okay"}, ensure_ascii=True)

    answer = house.person.post(ANSWERS, said, content_type="application/json")

    assert (answer.status_code, answer.json()["note"]) == (201, WHOLE)
    assert house.person.get(ANSWERS).json()["results"][0]["note"] == WHOLE


@pytest.mark.parametrize("query", ["search=" + "x" * 50_000, "page=" + "9" * 400, "page=-1&a=%00"])
def test_what_is_asked_for_beyond_the_paths_is_passed_over(house: House, query: str) -> None:
    house.person.raise_request_exception = False
    for path in (ANSWERS, ME, MEMBERS, "/look-back/"):
        assert house.person.get(f"{path}?{query}").status_code == 200


@pytest.mark.parametrize("before", ["%00", "9999-12-31", "0001-01-01", "2026-02-30", "x" * 5_000])
def test_a_page_asked_for_from_a_strange_day_still_comes(house: House, before: str) -> None:
    house.person.raise_request_exception = False

    assert house.person.get(f"/look-back/?before={before}").status_code == 200


@pytest.mark.parametrize("path", ["/today/%00", "/s/%00/", "/l/%ED%A0%80", "/%FF%FE/", "/u/%00"])
def test_strange_paths_get_a_page_and_no_error(house: House, path: str) -> None:
    house.person.raise_request_exception = False

    assert house.person.get(path).status_code in {200, 400, 404, 410}
