"""The description of the API: valid, whole, true, and drawn on a page that asks nobody else."""

import io
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from jsonschema import Draft202012Validator
from playwright.sync_api import Browser, Page, expect
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from accounts.models import Person, Token
from checkins.models import Reply, Share
from circles.models import Circle
from supportnet import api
from supportnet.often import ASKS, WRITES
from tests import factories
from tests.test_routes import undone

# As production has it; what is described is the same on either.
pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

SCHEMA, DOCS = "/api/v1/schema/", "/api/v1/docs/"


@pytest.fixture
def described(client: Client) -> dict[str, Any]:
    return client.get(SCHEMA).json()


@pytest.fixture
def noor() -> Person:
    """Somebody of whom each list has something to tell."""
    now = timezone.now()
    person = factories.person(name="Noor")
    factories.schedule(person=person, now=now)
    member = factories.member(person=person, name="Ben", level="words", in_mail=True)
    invited = {"name": "Mina", "label": "", "kind": "family", "level": "word", "in_mail": False}
    Circle.objects.of(person).invite(address="m@example.net", words="Hi", now=now, **invited)
    said = factories.check_in(person=person, now=now)
    said.answer(word="heavy", note="Quittenmus", went_well="Tea", would_help=["listening"], now=now)
    Share.objects.get(member=member).reply(gesture="thinking", words="Hello", kinds=[], now=now)
    Reply.objects.get().keep(now)
    return person


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def fits(described: dict[str, Any], schema: dict[str, Any], value: Any) -> list[str]:
    """What of the value the schema does not allow; unknown names are not allowed either."""
    whole = json.loads(json.dumps(described["components"]))
    for one in whole["schemas"].values():
        if "properties" in one:
            one["additionalProperties"] = False
    resource = Resource(contents={"components": whole}, specification=DRAFT202012)
    registry = Registry().with_resource("urn:api", resource)
    moved = json.loads(json.dumps(schema).replace('"#/', '"urn:api#/'))
    judge = Draft202012Validator(moved, registry=registry)
    return [error.message for error in judge.iter_errors(value)]


def program(person: Person, scope: str) -> Client:
    _row, text = Token.objects.give(person, name="Clock", scope=scope, now=timezone.now())
    return Client(headers={"Authorization": f"Bearer {text}"})


def addressed(path: str, person: Person) -> str:
    """The path with something of this person's in place of its name."""
    circle, letter = Circle.objects.get(person=person), Reply.objects.get(key_id=person.key_id)
    things = {
        "answers": Share.objects.get(key_id=person.key_id).check_in.public_id,
        "replies": letter.public_id,
        "members": circle.members.earliest("pk").public_id,
    }
    return path.replace("{public_id}", str(things.get(path.split("/")[3], "")))


def test_it_is_valid_and_nothing_was_guessed() -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=io.StringIO())


def test_every_path_is_described_and_no_other(described: dict[str, Any]) -> None:
    routes = {str(one.pattern) for one in api.urlpatterns}
    routes -= {"schema/", "docs/", "^.*"}
    plain = {"/api/v1/" + re.sub(r"<uuid:(\w+)>", r"{\1}", route) for route in routes}
    assert set(described["paths"]) == plain


def test_tokens_go_exactly_as_far_as_is_described(described: dict[str, Any], noor: Person) -> None:
    wrong = []
    for scope in Token.Scope.values:
        clock = program(noor, scope)
        for path, method, operation in operations(described):
            allowed = any(scope in one["token"] for one in operation["security"])
            with undone(clock):
                there, body = addressed(path, noor), "" if method == "get" else "{}"
                answer = clock.generic(method.upper(), there, body, "application/json")
            if answer.status_code == 429 or (answer.status_code == 403) is allowed:
                wrong.append((scope, method, path, answer.status_code))
    assert wrong == []


def test_what_is_read_is_what_is_described(described: dict[str, Any], noor: Person) -> None:
    client, read = program(noor, "read"), 0
    for path, method, operation in operations(described):
        if method == "get":
            answer = client.get(addressed(path, noor))
            content = operation["responses"]["200"]["content"]["application/json"]
            assert answer.status_code == 200, path
            assert fits(described, content["schema"], answer.json()) == [], path
            assert answer.json().get("results", True), f"{path} had nothing to show"
            read += 1
    assert read >= 12


def test_refusals_are_what_is_described(described: dict[str, Any], noor: Person) -> None:
    client = program(noor, "all")
    problems = [
        Client().get("/api/v1/me/"),
        client.get("/api/v1/nowhere/"),
        client.post("/api/v1/members/", "{}", content_type="application/json"),
        client.post("/api/v1/answers/", "[", content_type="application/json"),
    ]
    for answer in problems:
        assert answer["Content-Type"] == "application/problem+json"
        assert fits(described, described["components"]["schemas"]["Problem"], answer.json()) == []
    assert f"{ASKS} times" in json.dumps(described)
    assert f"{WRITES} of them" in json.dumps(described)


def test_every_write_names_the_key_and_what_may_refuse_it(described: dict[str, Any]) -> None:
    for _path, method, operation in operations(described):
        names = {one["name"] for one in operation.get("parameters", [])}
        assert ("Idempotency-Key" in names) is (method != "get")
        assert {"401", "403", "404", "429"} <= operation["responses"].keys()
        assert ("422" in operation["responses"]) is (method != "get")


def test_what_is_needed_is_asked_for_by_name(described: dict[str, Any], noor: Person) -> None:
    client, asked = program(noor, "all"), 0
    for path, method, operation in operations(described):
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        needed = body.get("schema", {}).get("required", [])
        if not needed:
            continue
        answer = client.generic(method.upper(), addressed(path, noor), "{}", "application/json")
        assert answer.status_code == 400, path
        # Where a member can be asked no second time, that is said first.
        if "correct" not in path or "" not in answer.json()["errors"]:
            assert set(needed) <= answer.json()["errors"].keys(), path
        asked += 1
    assert asked >= 6


def test_it_tells_nothing_of_anybody(client: Client, noor: Person) -> None:
    client.force_login(noor)
    for path in (SCHEMA, DOCS):
        text = client.get(path).content.decode()
        assert not any(word in text for word in ("Noor", "Ben", "Quittenmus", noor.email))


@pytest.mark.django_db(transaction=True)
def test_the_page_breaks_no_rule_and_asks_nobody_else(live_server: Any, browser: Browser) -> None:
    noor = factories.person(name="Noor")
    _row, token = Token.objects.give(noor, name="Clock", scope="read", now=timezone.now())
    context = browser.new_context(base_url=live_server.url, viewport={"width": 390, "height": 844})
    page = context.new_page()
    elsewhere: list[str] = []
    broken: list[str] = []
    page.on("request", lambda ask: elsewhere.append(ask.url))
    page.on("console", lambda line: broken.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: broken.append(str(error)))

    answer = page.goto(DOCS)
    expect(page.get_by_role("heading", level=1)).to_have_text("For people who write programs")
    expect(page.locator(".opblock").first).to_be_visible()
    page.get_by_role("button", name="Authorize").first.click()
    page.locator("input[type=text], input[type=password]").last.fill(token)
    page.locator(".auth-btn-wrapper .authorize").click()
    page.locator(".btn-done").click()
    page.locator("#operations-me-me_retrieve .opblock-summary-control").click()
    page.locator("#operations-me-me_retrieve .try-out__btn").click()
    page.locator("#operations-me-me_retrieve .execute").click()
    expect(page.locator(".live-responses-table")).to_contain_text("Noor")

    assert answer is not None
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert broken == []
    assert [url for url in elsewhere if not url.startswith(live_server.url)] == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("link", name="Back", exact=True).click()
    page.wait_for_url(f"{live_server.url}/")
    context.close()


@pytest.mark.django_db(transaction=True)
def test_being_signed_in_does_nothing_on_the_page(
    live_server: Any, browser: Browser, client: Client
) -> None:
    client.force_login(factories.person(name="Noor"))
    context = browser.new_context(base_url=live_server.url)
    cookie = {"name": "s", "value": client.cookies["s"].value, "url": live_server.url}
    context.add_cookies([cookie])  # type: ignore[list-item]
    page = context.new_page()
    page.goto(DOCS)
    expect(page.get_by_role("link", name="Back to programs of yours")).to_be_visible()
    page.locator("#operations-me-me_retrieve .opblock-summary-control").click()
    page.locator("#operations-me-me_retrieve .try-out__btn").click()
    with page.expect_response("**/api/v1/me/") as answered:
        page.locator("#operations-me-me_retrieve .execute").click()
    assert answered.value.status == 401
    context.close()


# Buttons fade from one colour into another: what is read on its way says nothing.
FADED = """() => Promise.allSettled(document.getAnimations()
    .filter((one) => one instanceof CSSTransition).map((one) => one.finished))"""


def faint(page: Page) -> list[str]:
    """What can hardly be read on its ground."""
    page.evaluate(FADED)
    found = Axe().run(page, options={"runOnly": ["color-contrast"]})
    return [node["html"] for fault in found.response["violations"] for node in fault["nodes"]]


@pytest.mark.django_db(transaction=True)
def test_the_page_is_dark_at_night_and_light_by_day(live_server: Any, browser: Browser) -> None:
    page = browser.new_page(base_url=live_server.url, color_scheme="dark")
    page.goto(DOCS)
    drawn = page.locator("#description .swagger-ui").first
    name = page.locator(".opblock-summary-path").first

    expect(drawn).to_have_css("background-color", "rgb(38, 35, 48)")
    page.locator("#operations-answers-answers_create .opblock-summary-control").click()
    expect(page.locator(".header-col").first).to_be_attached()
    at_night = name.evaluate("one => getComputedStyle(one).color")
    assert faint(page) == []
    page.emulate_media(color_scheme="light")
    expect(page.locator("#description")).to_have_css("background-color", "rgb(255, 255, 255)")
    by_day = name.evaluate("one => getComputedStyle(one).color")
    assert faint(page) == []
    page.close()

    brightness = [sum(map(int, re.findall(r"\d+", one)[:3])) for one in (at_night, by_day)]
    assert brightness[0] > 450 > brightness[1]
