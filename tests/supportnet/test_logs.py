"""Logs tell what happened; never words, addresses, paths of links, or what an error quotes."""

import json
import logging
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from supportnet.celery import app
from supportnet.logs import Lines as JsonLines
from supportnet.logs import NoWords, about, scrub, shape

NOTE = "I could not get up today"
ADDRESS = "alex.müller+circle@example.org"
TOKEN = "r1.7.Zk3vQ9xLmN2pRtYu8WsA4b"


class Lines(logging.Handler):
    """What would stand in the log file."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.addFilter(NoWords())
        self.written: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.written.append(self.format(record))


@pytest.fixture
def log() -> Iterator[tuple[logging.Logger, list[str]]]:
    handler = Lines()
    logger = logging.getLogger("supportnet.test")
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.addHandler(handler)
    yield logger, handler.written
    logger.removeHandler(handler)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (f"sent to <{ADDRESS}>", "sent to <(address)>"),
        (f"opened https://x.example/r/{TOKEN}?a=1 twice", "opened https://x.example/(path) twice"),
        (f"token {TOKEN}", "token r1.7.(code)"),
        ("check-in 123e4567-e89b-12d3-a456-426614174000", None),
        ("checkins.tasks.tick in test_second_worker_does_not_open_twice", None),
    ],
)
def test_addresses_paths_and_codes_are_taken_out(text: str, written: str | None) -> None:
    assert scrub(text) == (written or text)


def test_an_error_is_told_by_its_class_and_place_alone(log) -> None:
    logger, written = log
    try:
        try:
            raise KeyError(NOTE)
        except KeyError as cause:
            raise ValueError(f"{NOTE} {ADDRESS}") from cause
    except ValueError:
        logger.exception("Could not send")
    (line,) = written
    assert "ValueError" in line
    assert "KeyError" in line
    assert "test_logs.py" in line
    assert NOTE not in line
    assert ADDRESS not in line


def test_things_are_told_by_their_class(log) -> None:
    logger, written = log
    logger.info("saved %s and %s of %s", SimpleNamespace(note=NOTE), {"note": NOTE}, 7)
    logger.info("saved %s", {"note": NOTE})
    assert written == ["saved <SimpleNamespace> and <dict> of 7", "saved <dict>"]


def test_what_celery_says_of_a_task_holds_no_values(log) -> None:
    _logger, written = log
    said = {"name": "outbox.tasks.deliver", "id": "1", "exc": f"ValueError('{NOTE}')"}
    sentence = "Task %(name)s[%(id)s] raised: %(exc)s %(args)s"
    record = {"name": "celery.app.trace", "msg": sentence, "args": said | {"args": NOTE}}
    logging.getLogger("supportnet.test").handlers[0].handle(logging.makeLogRecord(record))
    assert written == ["Task outbox.tasks.deliver[1] raised: (withheld) (withheld)"]


def test_a_page_is_told_by_its_route(log) -> None:
    logger, written = log
    request = SimpleNamespace(resolver_match=SimpleNamespace(view_name="share"))
    logger.warning("Gone: %s", f"/r/{TOKEN}/", extra={"request": request})
    logger.warning("Not Found: %s", f"/x/{TOKEN}/", extra={"request": SimpleNamespace()})
    assert written == ["Gone: route share", "Not Found: (no route)"]


def test_a_page_that_is_not_there_leaves_no_path_in_the_log(client, capsys) -> None:
    client.get(f"/nothing/{TOKEN}/")
    written = capsys.readouterr().err
    assert TOKEN not in written
    assert "/nothing/" not in written


def test_a_query_is_not_told(log) -> None:
    _, written = log
    handler = logging.getLogger("supportnet.test").handlers[0]
    record = logging.makeLogRecord({"name": "django.db.backends", "msg": f"SELECT {NOTE}"})
    handler.handle(record)
    assert written == ["a query was run"]


@pytest.fixture
def lines() -> Iterator[list[dict[str, object]]]:
    """What production writes, read back as a machine reads it."""
    handler = Lines()
    handler.setFormatter(JsonLines())
    root, requests = logging.getLogger(), logging.getLogger("supportnet.requests")
    before = requests.level
    root.handlers.insert(0, handler)  # a record passes our filter once
    requests.setLevel(logging.INFO)
    found: list[dict[str, object]] = []
    handler.emit = lambda record: found.append(json.loads(handler.format(record)))  # type: ignore[method-assign]
    yield found
    requests.setLevel(before)
    root.removeHandler(handler)


def test_a_page_makes_one_line_with_its_route_and_no_path(client, lines) -> None:
    client.get(f"/robots.txt?{TOKEN}", headers={"user-agent": NOTE})
    (line,) = [line for line in lines if line["logger"] == "supportnet.requests"]
    assert (line["route"], line["status"], line["method"]) == ("robots", 200, "GET")
    assert isinstance(line["ms"], float)
    assert len(str(line["request"])) == 16
    assert not [word for word in (TOKEN, NOTE, "robots.txt") if word in json.dumps(line)]


def test_a_page_that_is_not_there_and_a_word_as_a_method_are_not_quoted(client, lines) -> None:
    client.generic("CANARY", f"/nothing/{TOKEN}/")
    assert {(line["route"], line.get("method", "other")) for line in lines} == {("none", "other")}
    assert len({line["request"] for line in lines}) == 1
    assert not [word for word in ("CANARY", TOKEN, "nothing") if word in json.dumps(lines)]


@pytest.mark.django_db
def test_the_lines_of_a_task_carry_its_name_and_id_and_not_what_it_was_given(lines) -> None:
    @app.task(name="tests.says")
    def says(words: str) -> None:
        logging.getLogger("tests.task").warning("working on %s", {"note": words})

    try:
        says.apply(args=[NOTE], task_id="7d1e")
    finally:
        app.tasks.unregister("tests.says")
    (line,) = [line for line in lines if line["logger"] == "tests.task"]
    assert (line["task"], line["task_id"]) == ("tests.says", "7d1e")
    assert NOTE not in json.dumps(lines)
    assert about.get() == {}


def test_an_error_in_a_line_is_its_class_and_place(lines) -> None:
    try:
        raise ValueError(NOTE)
    except ValueError:
        logging.getLogger("tests.error").exception("could not")
    (line,) = lines
    assert "ValueError (withheld)" in str(line["error"])
    assert NOTE not in json.dumps(line)


def test_nothing_that_a_record_carries_gets_into_a_line_unnamed(lines) -> None:
    logging.getLogger("tests.extra").warning("one\ntwo", extra={"note": NOTE, "data": [NOTE]})
    (line,) = lines
    assert line["message"] == "one\ntwo"
    assert NOTE not in json.dumps(line)


def test_machines_read_the_log_in_production_and_people_elsewhere() -> None:
    assert (shape("", "production"), shape("", "local")) == ("json", "plain")
    assert (shape("plain", "production"), shape("json", "local")) == ("plain", "json")
