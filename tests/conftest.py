"""What every test may ask for: a moment, a mail server, a browser; and what none may do."""

import fcntl
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.core.cache import cache
from django.core.management.commands import flush
from django.db import connection
from django.test import client as test_client
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


@contextmanager
def _for_all_workers(what: str) -> Iterator[tuple[Path, bool]]:
    """The folder of the run, by one worker at a time; and whether it is the first of them."""
    worker = "PYTEST_XDIST_WORKER" in os.environ
    folder = Path(settings.VAR_DIR.parent if worker else settings.VAR_DIR)
    made = folder / f"{what}.made"
    with (folder / f"{what}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder, not made.exists()
        made.touch()


@pytest.fixture(autouse=True, scope="session")
def _mirror() -> None:
    """The right-to-left language `ar-xb`, made of today's sentences by the first worker."""
    with _for_all_workers("locale") as (folder, first):
        if first:
            write_mirror(settings.BASE_DIR, folder / "locale")
    if folder != settings.VAR_DIR:
        shutil.copytree(folder / "locale", settings.VAR_DIR / "locale", dirs_exist_ok=True)


def _make_tables() -> None:
    """The first worker migrates, for that takes seconds; each works on a copy of its own."""
    worker, creation = os.environ.get("PYTEST_XDIST_WORKER"), connection.creation
    with _for_all_workers("tables") as (folder, first):
        if connection.vendor == "sqlite":
            connection.settings_dict["TEST"]["NAME"] = folder / "test.sqlite3"
        if first:
            creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            connection.close()  # nothing of it stays in a write-ahead log
        else:
            connection.settings_dict["NAME"] = creation._get_test_db_name()
        if worker:
            creation.clone_test_db(worker, verbosity=0)
            connection.settings_dict.update(creation.get_test_db_clone_settings(worker))


# What migrations leave. No test changes it, so that none has to bring it back.
_STAYS = {"django_content_type", "auth_permission"}


def _empty_what_was_filled(_style: Any, line: Any, **_options: Any) -> list[str]:
    """What empties the tables after a test that really commits: few of them hold a row.

    To truncate them all takes PostgreSQL longer than most of these tests.
    """
    models = apps.get_models(include_auto_created=True)
    tables = {model._meta.db_table for model in models} - _STAYS
    asked = [f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {table})" for table in tables]
    with line.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked))
        return [f"DELETE FROM {table}" for (table,) in cursor.fetchall()]


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """Tables for this worker, and a quick way to empty them.

    They end with the server or the folder of the run; on a server of somebody else's they stay,
    and the next run makes them anew.
    """
    with django_db_blocker.unblock():
        _make_tables()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(flush, "sql_flush", _empty_what_was_filled)
        patched.setattr(flush, "emit_post_migrate_signal", lambda *_args: None)
        yield


@pytest.fixture(autouse=True, scope="session")
def _nothing_dear_that_nobody_asks_for() -> Iterator[None]:
    """A password costs a guesser time, and a test none; no test asks what drew a page."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ScryptPasswordHasher, "work_factor", 2**4)
        patched.setattr(test_client, "store_rendered_templates", lambda *_args, **_context: None)
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
            min(fronts, key=_all_seconds).append(item)
    short = [item for item in items if not _seconds(item)]
    # Short walks share a browser with a long one: to start it costs more than they do.
    with_browser = [front for front in fronts if any(map(_walks, front))] or fronts
    min(with_browser, key=_all_seconds).extend(filter(_walks, short))
    others = (item for item in short if not _walks(item))
    ordered: list[pytest.Item] = []
    for number, front in enumerate(fronts):
        piece = (len(items) - len(ordered)) // (workers - number)
        ordered += [*front, *islice(others, max(0, piece - len(front)))]
    return [*ordered, *others]


def _all_seconds(items: list[pytest.Item]) -> int:
    return sum(map(_seconds, items))


def _walks(item: pytest.Item) -> bool:
    return item.get_closest_marker("browser") is not None


def _seconds(item: pytest.Item) -> int:
    mark = item.get_closest_marker("long")
    return int(mark.kwargs["seconds"]) if mark else 0


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """One loud line, where the result of the run is read."""
    skipped = terminalreporter.stats.get("skipped", [])
    if any(_NO_BROWSER in str(report.longrepr) for report in skipped):
        terminalreporter.write_line(_NO_BROWSER, red=True, bold=True)
