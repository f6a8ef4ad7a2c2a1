"""Sentry hears where an error was and of which class, and nothing that anybody wrote."""

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

from library.access import public
from supportnet.celery import app
from supportnet.sentry import Handler
from supportnet.urls import urlpatterns as ours
from tests import factories

pytestmark = pytest.mark.django_db

NOTE, WORDS, TOKEN = "canary-note", "canary-words", "canarytoken1234567890abcdefgh"
ADDRESS, LOCAL, QUERY = "canary-ada@example.org", "canary-local", "canary-query"
CANARIES = (NOTE, WORDS, TOKEN, ADDRESS, LOCAL, QUERY, "canary")
DSN = "https://key@errors.example/1"


@public
def broken(request: HttpRequest, token: str) -> HttpResponse:
    """A page in which everything is at hand that must not leave, and then it breaks."""
    local, note = LOCAL, request.POST["note"]
    try:
        raise KeyError(note)
    except KeyError as error:
        raise RuntimeError(f"{local} {token} {note} {request.user}") from error


urlpatterns = [path("broken/<str:token>/", broken, name="broken"), *ours]
handler500 = "supportnet.errors.server_error"


class Kept(Transport):
    """Where an envelope would go out; here it is kept, byte for byte."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[bytes] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        self.sent.append(envelope.serialize())


@pytest.fixture
def sentry() -> Iterator[Kept]:
    kept = Kept()
    handler = Handler(DSN, "test", transport=kept)
    logging.getLogger().handlers.insert(0, handler)
    yield kept
    logging.getLogger().removeHandler(handler)


def test_an_error_on_a_page_is_told_by_route_class_and_place_alone(sentry: Kept) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(factories.person(name="Canary-ada", address=ADDRESS))
    logging.getLogger("django.db.backends").info("SELECT '%s'", WORDS)

    with override_settings(ROOT_URLCONF=sys.modules[__name__]):
        typed = {"note": NOTE, "words": WORDS}
        answer = client.post(f"/broken/{TOKEN}/?q={QUERY}", typed, headers={"X-Own": WORDS})

    assert answer.status_code == 500
    (envelope,) = sentry.sent
    for told in (b'"route":"broken"', b'"RuntimeError"', b'"KeyError"', b"test_sentry.py"):
        assert told in envelope
    assert [word for word in CANARIES if word.encode() in envelope.lower()] == []
    assert b'"request"' not in envelope.replace(b'"request":"', b"")
    for absent in (b"breadcrumbs", b"user", b"server_name", b"vars", b"context_line", b"cookies"):
        assert b'"%s"' % absent not in envelope


def test_an_error_in_a_task_is_told_by_its_name(sentry: Kept) -> None:
    @app.task(name="tests.breaks")
    def breaks(words: str) -> None:
        raise ValueError(words)

    try:
        breaks.apply(args=[WORDS])
    finally:
        app.tasks.unregister("tests.breaks")

    (envelope,) = sentry.sent
    assert b'"task":"tests.breaks"' in envelope
    assert b"ValueError" in envelope
    assert WORDS.encode() not in envelope


def test_what_we_log_ourselves_is_scrubbed_as_in_the_log(sentry: Kept) -> None:
    logging.getLogger("outbox.work").error("could not send to %s: %s", ADDRESS, {"note": NOTE})
    logging.getLogger("outbox.work").warning("only a warning")

    (envelope,) = sentry.sent
    assert b"could not send to (address): <dict>" in envelope
    assert b"canary" not in envelope


def test_a_sentry_that_fails_disturbs_nobody_and_prints_nothing(capsys: Any) -> None:
    class Broken(Kept):
        def capture_envelope(self, envelope: Envelope) -> None:
            raise OSError(WORDS)

    log = logging.getLogger("tests.sentry")
    log.addHandler(Handler(DSN, "test", transport=Broken()))
    log.propagate = False
    log.error("broken: %s", WORDS)

    assert WORDS not in capsys.readouterr().err


def test_without_an_address_nothing_is_set_up() -> None:
    assert handlers("") == "console"
    assert handlers(DSN) == "sentry console"


def handlers(dsn: str) -> str:
    """Who hears of an error in a process with this setting."""
    code = "from supportnet.settings import LOGGING; print(*LOGGING['root']['handlers'])"
    environment = os.environ | {"SENTRY_DSN": dsn}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=settings.BASE_DIR, env=environment, capture_output=True
    )
    return done.stdout.decode().strip()
