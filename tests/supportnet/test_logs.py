"""Logs tell what happened; never words, addresses, paths of links, or what an error quotes."""

import logging
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from supportnet.logs import NoWords, scrub

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
    assert written == ["saved <SimpleNamespace> and <dict> of 7"]


def test_what_celery_says_of_a_task_holds_no_values(log) -> None:
    logger, written = log
    context = {"name": "outbox.tasks.deliver", "id": "1", "exc": ValueError(NOTE), "args": [NOTE]}
    logger.error("Task %(name)s[%(id)s] raised: %(exc)s %(args)s", context)
    assert written == ["Task outbox.tasks.deliver[1] raised: <ValueError> <list>"]


def test_a_page_is_told_by_its_route(log) -> None:
    logger, written = log
    request = SimpleNamespace(resolver_match=SimpleNamespace(route="r/<token>/"))
    logger.warning("Gone: %s", f"/r/{TOKEN}/", extra={"request": request})
    logger.warning("Not Found: %s", f"/x/{TOKEN}/", extra={"request": SimpleNamespace()})
    assert written == ["Gone: route r/<token>/", "Not Found: (no route)"]


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
