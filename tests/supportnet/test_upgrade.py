"""From the last release to this one on real processes: nobody is sent away, nothing is lost.

The old code makes the tables and fills them, the new code migrates them, old web and worker go on
serving on the new tables, then new ones do. On SQLite the tables alone: nothing runs on while one
machine is upgraded.
"""

import http.cookiejar
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import pytest
from django.conf import settings

from supportnet.local.valkey import free_port
from tests.mail_server import MailServer
from tests.processes import until
from tests.released import newest
from tests.servers import ends_with_us, start_valkey

pytestmark = pytest.mark.timeout(400)

FRIEND, DEMO = "friend@home.example", "demo@supportnet.localhost"
SAID = "Quittenmus und ein langer Spaziergang"
BIN = Path(sys.executable).parent
# One process for what follows each other: each that is started costs more than what it does.
MIGRATE = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
"""
SEED = f"""{MIGRATE}
call_command("demo")
"""
# The demo's person, written out as they would take it along, by whichever code runs this.
TABLES = """
from django.utils import timezone
from accounts.models import Person
from supportnet import my_data
person = Person.objects.get(email={address!r})
print("TABLES", my_data.export_json(person, now=timezone.now()).replace(chr(10), " "))
"""
# Somebody's rhythm is due this minute; how many a tick asks.
TICK = """
import datetime as dt
from django.db import transaction
from django.utils import timezone
from accounts.models import Person
from checkins import dispatch
from checkins.models import CheckIn, Schedule
now, person = timezone.now(), Person.objects.get(email={address!r})
before = CheckIn.objects.count()
with transaction.atomic():  # the worker that runs beside it has no turn in between
    Schedule.objects.save_for(person, weekdays=127, local_time=dt.time(9), now=now)
    Schedule.objects.filter(person=person).update(next_at=now - dt.timedelta(minutes=1))
    dispatch.tick(now)
print("ASKED", CheckIn.objects.count() - before)
"""


class Version:
    """One version's code on the common database."""

    def __init__(self, tree: Path, environment: dict[str, str], folder: Path) -> None:
        self.tree, self.environment, self.folder = tree, environment, folder
        self.running: list[subprocess.Popen[bytes]] = []

    def manage(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=self.tree, env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def told(self, address: str, *programs: str) -> dict[str, Any]:
        """What programs that follow each other tell of somebody, each by its own name."""
        code = "".join(program.format(address=address) for program in programs)
        lines = (line.partition(" ") for line in self.manage("shell", "-c", code).splitlines())
        return {name: json.loads(said) for name, _, said in lines if name in ("TABLES", "ASKED")}

    def start(self) -> None:
        """Web and worker, as they run everywhere."""
        port = urlsplit(self.environment["SITE_URL"]).port
        for command in (
            ["gunicorn", "supportnet.wsgi", "--bind", f"127.0.0.1:{port}"],
            ["celery", "-A", "supportnet", "worker", "--concurrency", "2"],
        ):
            with (self.folder / f"{self.tree.name}-{command[0]}.log").open("w") as said:
                self.running.append(
                    subprocess.Popen(
                        [str(BIN / command[0]), *command[1:]],
                        cwd=self.tree, env=self.environment, stdin=subprocess.DEVNULL,
                        stdout=said, stderr=subprocess.STDOUT, start_new_session=True,
                        preexec_fn=ends_with_us(signal.SIGKILL),
                    )
                )  # fmt: skip
        until(lambda: Reader(self.environment["SITE_URL"]).status("/health/ready") == 200)

    def stop(self) -> None:
        for process in self.running:
            process.send_signal(signal.SIGTERM)
        assert [process.wait(60) for process in self.running] == [0] * len(self.running)
        self.running = []

    def kill(self) -> None:
        for process in self.running:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


class Reader:
    """A browser that fills in forms, and nothing else."""

    def __init__(self, site: str) -> None:
        self.site = site
        self._cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(self._cookies)

    def get(self, path: str) -> str:
        with self._opener.open(self.site + path, timeout=20) as answer:
            return str(answer.read().decode())

    def status(self, path: str) -> int:
        try:
            with self._opener.open(self.site + path, timeout=20) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code
        except OSError:
            return 0

    def send(self, path: str, **fields: str) -> str:
        """Fill in the form of a page; the page that follows."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get(path))
        assert token is not None
        posted = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1], **fields}).encode()
        with self._opener.open(self.site + path, posted, timeout=20) as answer:
            return str(answer.read().decode())

    def come_in(self, address: str, server: MailServer) -> str:
        """Ask for a code, read the mail, type the code; the page that follows."""
        before = len(server.to(address))
        self.send("/", email=address)
        until(lambda: len(server.to(address)) > before)
        code = re.search(r"^\s*(\d{6})\s*$", server.to(address)[-1].text, re.MULTILINE)
        assert code is not None
        return self.send("/code/", code=code[1])


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix=f"supportnet-test-{os.getpid()}-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def database(folder: Path) -> Iterator[str]:
    """A database of its own, of the sort this run is about."""
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        yield f"sqlite:///{folder / 'database.sqlite3'}"
        return
    name = f"upgrade_{os.getpid()}"
    line = psycopg2.connect(server)
    line.autocommit = True
    with line.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
    line.close()


@pytest.fixture
def versions(folder: Path, database: str) -> Iterator[tuple[Version, Version, MailServer]]:
    newest().unpack(folder / "old")
    with MailServer() as server:
        environment = {
            **os.environ,
            "SUPPORTNET_MODE": "local",
            "SUPPORTNET_VAR": str(folder / "var"),
            "DATABASE_URL": database,
            "REDIS_URL": start_valkey(folder / "valkey"),
            "WEB_WORKERS": "1",
            "SMTP_URL": server.url,
            "SITE_URL": f"http://127.0.0.1:{free_port()}",
        }
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        both = [
            Version(tree, environment, folder) for tree in (folder / "old", Path(settings.BASE_DIR))
        ]
        yield both[0], both[1], server
        for version in both:
            version.kill()


@pytest.mark.once  # the other run does it amid all else; here tables are made anew, not changed
@pytest.mark.long(seconds=10)
def test_the_tables_of_one_machine_lose_nothing_when_they_are_migrated(versions):
    old, new, _server = versions
    before = old.told(DEMO, SEED, TABLES)["TABLES"]["tables"]
    after = new.told(DEMO, MIGRATE, TABLES, TICK)
    assert lost(before, after["TABLES"]["tables"]) == {}
    assert after["ASKED"] == 1


@pytest.mark.postgresql  # as production has it
@pytest.mark.long(seconds=30)
def test_an_upgrade_sends_nobody_away_and_loses_nothing(versions):
    old, new, server = versions
    before = old.told(DEMO, SEED, TABLES)["TABLES"]["tables"]
    new.manage("migrate", "--verbosity", "0")
    old.start()  # old processes on new tables, as between migrating and restarting
    friend = Reader(old.environment["SITE_URL"])
    friend.come_in(FRIEND, server)
    friend.send(
        "/welcome/", name="Noor", adult="adult", consent="on", country="DE",
        zone="Europe/Berlin", language="en",
    )  # fmt: skip
    friend.send("/begin/answer/", word="okay", note=SAID)
    assert SAID in friend.get("/today/")
    assert old.told(FRIEND, TICK) == {"ASKED": 1}
    old.stop()

    new.start()
    assert SAID in friend.get("/today/"), "still signed in, with what was said to the old code"
    again = Reader(new.environment["SITE_URL"])
    again.come_in(FRIEND, server)
    assert SAID in again.get("/today/")
    after = new.told(DEMO, TABLES, TICK)
    assert after["ASKED"] == 1
    new.stop()
    assert lost(before, after["TABLES"]["tables"]) == {}


# What says in the export of today what the name before said.
RENAMED = {"answers_when": "shown_answers_when"}


def lost(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    """The rows of each table that are not there any more."""
    assert sum(len(rows) for rows in before.values()) > 500
    gone = {}
    for table, rows in before.items():
        there = [json.dumps(row, sort_keys=True) for row in after[table]]
        gone[table] = [row for row in rows if not _is_among(row, there)]
    return {table: rows for table, rows in gone.items() if rows}


def _is_among(row: dict[str, Any], rows: list[str]) -> bool:
    # A newer version may tell more of a row; what the older one told has to be there.
    row = {RENAMED.get(name, name): told for name, told in row.items()}
    return json.dumps(row, sort_keys=True) in rows or any(
        row.items() <= json.loads(other).items() for other in rows
    )
