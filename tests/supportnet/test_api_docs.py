"""What stands in docs/api.md happens when it is sent, and each of its paths is there."""

import json
import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import Token
from supportnet.openapi import description
from tests import factories

pytestmark = pytest.mark.django_db

TEXT = (settings.BASE_DIR / "docs" / "api.md").read_text()
EXAMPLES = re.findall(r"```http\n(.*?)```", TEXT, re.DOTALL)
_ANSWER = re.compile(r"(.*?)\n\n(\d{3})\n(.*)", re.DOTALL)


def fits(shown: Any, got: Any, known: dict[str, str]) -> bool:
    """Whether all that is shown was got; a name in brackets is remembered, and then the same."""
    if isinstance(shown, dict):
        return all(name in got and fits(one, got[name], known) for name, one in shown.items())
    if isinstance(shown, list):
        pairs = zip(shown, got, strict=True)
        return all(fits(one, other, known) for one, other in pairs)
    if isinstance(shown, str) and shown.startswith("<"):
        return bool(known.setdefault(shown, got) == got)
    return bool(shown == got)


def send(program: Client, example: str, known: dict[str, str]) -> tuple[Any, Any]:
    asked, status, shown = _ANSWER.fullmatch(example).groups()  # type: ignore[union-attr]
    for name, value in known.items():
        asked = asked.replace(name, value)
    head, _empty, body = asked.partition("\n\n")
    first, *headers = head.splitlines()
    method, path = first.split()
    answer = program.generic(
        method,
        path,
        body,
        content_type="application/json",
        headers=dict(line.split(": ") for line in headers),
    )
    assert answer.status_code == int(status), answer.content
    return answer, json.loads(shown)


def test_the_examples_run_as_they_stand() -> None:
    noor, known = factories.person(name="Noor"), dict[str, str]()
    factories.member(person=noor, name="Ben", level="word")
    _row, text = Token.objects.give(noor, name="Clock", scope="all", now=timezone.now())
    program = Client(headers={"Authorization": f"Bearer {text}"})

    for example in EXAMPLES:
        answer, shown = send(program, example, known)
        assert fits(shown, answer.json(), known), (example, answer.json())

    assert len(EXAMPLES) >= 9
    assert known.keys() == {"<member>", "<answer>"}


def told(line: str) -> set[tuple[str, str]]:
    """Ways and paths of one line of the list: `GET`, `PUT this/` are two ways to one path."""
    cells = re.findall(r"`([A-Z]+)(?: (\S+))?`", line.split(" | ")[0])
    found, ways = set(), []
    for way, path in cells:
        ways.append(way)
        if path:
            found |= {(one, path) for one in ways}
            ways = []
    return found


def test_each_path_of_the_list_is_there_with_its_ways_and_none_is_left_out() -> None:
    rows = [line for line in TEXT.splitlines() if re.match(r"\| `[A-Z]{3,}", line)]
    there = {
        (method.upper(), path.removeprefix("/api/v1/").replace("{public_id}", "<id>"))
        for path, methods in description()["paths"].items()
        for method in methods
    }
    assert set().union(*map(told, rows)) == there
