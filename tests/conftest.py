"""What every test may ask for: a moment, a mail server, a browser; and what none may do."""

import fcntl
import os
import shutil
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.management.commands import flush
from django.db import connection
from django.test import override_settings
from django.utils import timezone, translation
from hypothesis import HealthCheck
from hypothesis import settings as searches
from playwright.sync_api import Browser, sync_playwright

from moderation.models import Access
from supportnet.local.sentences import write_mirror
from tests.browser import FLAGS, find
from tests.mail_server import MailServer

_NO_BROWSER = "NO CHROMIUM: the walks through the pages were NOT run. Install it or set CHROMIUM."

# How long a search takes says how busy the machine is, and nothing about what was found.
searches.register_profile("calm", deadline=None, suppress_health_check=[HealthCheck.too_slow])
searches.load_profile("calm")


@pytest.fixture
def now() -> datetime:
    """A Thursday morning: 09:00 in Berlin."""
    return datetime(2026, 11, 26, 8, 0, tzinfo=UTC)


@pytest.fixture
def smtp() -> Iterator[MailServer]:
    """A real mail server on a free port, and the setting that leads to it."""
    with MailServer() as server, override_settings(SMTP_URL=server.url):
        yield server


@pytest.fixture(scope="session")
def browser_path() -> str:
    """Where Chromium is. Without one the walks are left out here, and fail where CI says so."""
    found = find()
    if not found:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(_NO_BROWSER)
    return found


@pytest.fixture(scope="session")
def browser(browser_path: str) -> Iterator[Browser]:
    """A Chromium for the session; each reader opens a `browser.new_context()` of their own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(autouse=True, scope="session")
def _mirror() -> None:
    """The right-to-left language `ar-xb`, made of today's sentences by the first worker."""
    here = settings.VAR_DIR / "locale"
    if "PYTEST_XDIST_WORKER" not in os.environ:
        write_mirror(settings.BASE_DIR, here)
        return
    once = settings.VAR_DIR.parent / "locale"
    with (settings.VAR_DIR.parent / "locale.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not once.exists():
            write_mirror(settings.BASE_DIR, once)
    shutil.copytree(once, here, dirs_exist_ok=True)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """After a test that really commits, what migrations leave comes back as it was, in two writes.

    Django would look for each table's name and each right anew.
    """
    with django_db_blocker.unblock():
        tables, rights = list(ContentType.objects.all()), list(Permission.objects.all())

    def fill_again(*_args: Any, **_settings: Any) -> None:
        ContentType.objects.bulk_create(tables)
        Permission.objects.bulk_create(rights)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(flush, "emit_post_migrate_signal", fill_again)
        yield


@pytest.fixture(autouse=True)
def _mail_goes_to_the_outbox(settings: Any) -> None:
    # pytest-django puts a list in its place; here mail takes the way it takes in life.
    settings.EMAIL_BACKEND = "outbox.backend.OutboxBackend"


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    # Counters of rate limits outlive a rolled-back database.
    cache.clear()


@pytest.fixture(autouse=True)
def _new_machine() -> None:
    # What a machine remembers outlives a rolled-back database as well.
    (Path(settings.VAR_DIR) / "heartbeat").unlink(missing_ok=True)


@pytest.fixture(autouse=True)
def _nobody_was_here() -> None:
    # A page leaves its reader's language and zone on the thread until the next one comes.
    translation.deactivate()
    timezone.deactivate()


@pytest.fixture(autouse=True)
def _the_access_log_can_be_emptied(request: pytest.FixtureRequest) -> Iterator[None]:
    # Its triggers refuse the emptying of all tables after a test that really commits.
    marker = request.node.get_closest_marker("django_db")
    commits = "transactional_db" in request.fixturenames or "live_server" in request.fixturenames
    if marker is not None and marker.kwargs.get("transaction"):
        commits = True
    if commits:
        request.getfixturevalue("transactional_db")
    yield
    if commits and Access.objects.exists():
        Access.objects.all().delete()


@pytest.fixture(autouse=True, scope="session")
def _only_this_machine() -> Iterator[None]:
    """No test talks to another machine."""
    connect = socket.socket.connect

    def connect_here(line: socket.socket, address: Any) -> None:
        if line.family != socket.AF_UNIX and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            raise AssertionError(f"A test reached for {address[0]}.")
        connect(line, address)

    socket.socket.connect = connect_here  # type: ignore[method-assign,assignment]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A test that asks for a browser is a walk, and says so with its mark; long ones go first."""
    for item in items:
        if "browser_path" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
    if connection.vendor != "postgresql":
        elsewhere = [item for item in items if item.get_closest_marker("postgresql")]
        config.hook.pytest_deselected(items=elsewhere)
        items[:] = [item for item in items if not item.get_closest_marker("postgresql")]
    items[:] = _long_ones_first(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


def _long_ones_first(items: list[pytest.Item], workers: int) -> list[pytest.Item]:
    # With `--dist worksteal` each worker begins with an equal piece of the list, from its front.
    fronts: list[list[pytest.Item]] = [[] for _ in range(workers)]
    for item in sorted(items, key=_seconds, reverse=True):
        if _seconds(item):
            min(fronts, key=lambda front: sum(map(_seconds, front))).append(item)
    others = (item for item in items if not _seconds(item))
    ordered: list[pytest.Item] = []
    for number, front in enumerate(fronts):
        piece = (len(items) - len(ordered)) // (workers - number)
        ordered += [*front, *islice(others, max(0, piece - len(front)))]
    return [*ordered, *others]


def _seconds(item: pytest.Item) -> int:
    mark = item.get_closest_marker("long")
    return int(mark.kwargs["seconds"]) if mark else 0


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """One loud line, where the result of the run is read."""
    skipped = terminalreporter.stats.get("skipped", [])
    if any(_NO_BROWSER in str(report.longrepr) for report in skipped):
        terminalreporter.write_line(_NO_BROWSER, red=True, bold=True)
