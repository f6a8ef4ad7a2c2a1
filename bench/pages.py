"""What a page costs: its processor time beside an empty page's, its questions, the pages it reads.

The requests go straight into the WSGI application of production settings: the same middleware on
both sides, and no server or socket between. Time is the processor time of this process: what the
database works meanwhile is told by the questions and the pages it reads.
"""

import io
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench import scene, seeds
from bench.compare import Row, Run
from checkins.models import Share
from outbox import links
from outbox.links import Link

_BUFFERS = re.compile(r"Buffers: shared(?: hit=(\d+))?(?: read=(\d+))?")
_SITE = urlsplit(settings.SITE_URL).hostname or ""
_HTTPS = {"HTTP_HOST": _SITE, "HTTP_X_FORWARDED_PROTO": "https"}


@dataclass(frozen=True)
class Page:
    """A page as one reader sees it, and something that stands on it."""

    path: str
    cookies: str
    shows: str

    def open(self) -> bytes:
        """The page; fails when it is not the one it should be."""
        said: list[str] = []
        answer = _application()(
            self._environ(), lambda status, headers, error=None: said.append(status)
        )
        body = b"".join(answer)
        answer.close()
        assert said == ["200 OK"], said
        assert self.shows.encode() in body, self.path
        return body

    def questions(self) -> list[str]:
        """The statements one opening runs."""
        self.open()
        with CaptureQueriesContext(connection) as seen:
            self.open()
        return [query["sql"] for query in seen.captured_queries]

    def _environ(self) -> dict[str, object]:
        return {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": self.path,
            "QUERY_STRING": "",
            "SERVER_NAME": _SITE,
            "SERVER_PORT": "443",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_COOKIE": self.cookies,
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": io.StringIO(),
            **_HTTPS,
        }


def reply_page(run: Run) -> Iterator[Row]:
    page, bare = _house(run)["reply"], _house(run)["bare"]
    ours, theirs = _processor(run, page.open, bare.open)
    yield Row("reply page, processor, against an empty page", "<= 15 times", ours, theirs)
    yield Row("reply page, questions", "<= 2 queries", [len(page.questions())], unit="queries")


def today(run: Run) -> Iterator[Row]:
    house = _house(run)
    page = house["five years"]
    ours, theirs = _processor(run, page.open, house["bare"].open)
    yield Row("Today, five years, ten members, against an empty page", "<= 60 times", ours, theirs)
    yield Row("Today, questions", "<= 7 queries", [len(page.questions())], unit="queries")
    ours, theirs = _processor(run, page.open, house["queries"].open)
    yield Row("Today against its own questions alone", "<= 2 times", ours, theirs)


def history(run: Run) -> Iterator[Row]:
    house = _house(run)
    ours, theirs = run.turns(
        house["five years"].open, house["three months"].open, calls=run.size(100, 20)
    )
    yield Row("Today, five years against three months", "<= 1.2 times", ours, theirs)
    for name, key in (("Today", "five years"), ("reply page", "reply")):
        read = max(_buffers(sql) for sql in house[key].questions())
        yield Row(f"{name}, five years, a question reads", "<= 40 pages", [read], unit="pages")


def _processor(
    run: Run, ours: Callable[[], object], theirs: Callable[[], object]
) -> tuple[list[float], list[float]]:
    return run.turns(ours, theirs, calls=run.size(150, 20), clock=time.process_time)


def _buffers(sql: str) -> int:
    if not sql.startswith("SELECT"):
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {sql}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    # The first line counts what all below it read together.
    found = _BUFFERS.search(plan.partition("Planning")[0])
    return sum(int(count or 0) for count in found.groups()) if found else 0


@cache
def _house(run: Run) -> dict[str, Page]:
    """Two people, others between them, and the pages that are measured."""
    call_command("collectstatic", interactive=False, verbosity=0)
    between = [scene.FIVE_YEARS] * run.size(24, 1)
    five, three, *_ = scene.lives(
        histories=[scene.FIVE_YEARS, scene.THREE_MONTHS, *between], now=timezone.now()
    )
    seeds.tidy()
    share = Share.objects.of(five.person)[0]
    days = [_signed_in(life) for life in (five, three)]
    last = five.members[-1].name
    pages = {
        "bare": Page("/bare/", "", "bare"),
        "queries": Page("/queries/", days[0], "read"),
        "reply": Page(f"/s/{share.public_id}/", _by_link(share), "Send to Noor"),
        "five years": Page("/today/", days[0], last),
        "three months": Page("/today/", days[1], last),
    }
    for page in pages.values():
        page.open()
    return pages


def _signed_in(life: scene.Life) -> str:
    browser = Client(**_HTTPS)
    browser.force_login(life.person)
    return _cookies(browser)


def _by_link(share: Share) -> str:
    browser = Client(**_HTTPS)
    link = links.url(Link("s", share.public_id, share.member.generation), 1)
    assert browser.get(urlsplit(link).path).status_code == 302
    return _cookies(browser)


def _cookies(browser: Client) -> str:
    return "; ".join(f"{name}={one.value}" for name, one in browser.cookies.items())


@cache
def _application() -> WSGIHandler:
    return WSGIHandler()
