"""Ten minutes of people: how long they wait, what fails, and what is lost when workers are killed.

Web, two workers and beat run as in production; the visitors share their cores.
"""

import asyncio
import datetime as dt
import os
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Iterator
from contextlib import suppress
from functools import cache
from urllib.parse import urlsplit

import psycopg2
from celery import current_app
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.test import Client
from django.utils import timezone

from accounts.tokens import Token
from bench import scene, seeds
from bench.compare import Row, Run
from bench.running import Running
from bench.visitors import Door, Seen, Visitors, meanwhile
from checkins.models import Reply, Share
from outbox import links
from outbox.links import Link
from outbox.models import Limit
from supportnet.celery import app
from vault.scope import key_scope

RATE = 120
HOST = urlsplit(settings.SITE_URL).hostname or ""
_MINUTE = 60
_DAYS = 90
_BESIDE = 5
# A member may say forty things a day; a reply in ten requests must not come near it.
_REPLIES_EACH = 20
_KILL_EVERY = 20.0
_WORKERS, _POLL = 2, 15.0


def held(run: Run) -> Iterator[Row]:
    """The mix, open loop, and nothing goes wrong meanwhile."""
    seconds = run.size(10 * _MINUTE, 10)
    visitors = crowd(run)
    with Running(workers=2, beat=True) as site:
        visitors.port = site.port
        asyncio.run(_after_a_start(visitors, visitors.come(RATE, seconds)))
    times = sorted(one.seconds for one in visitors.seen)
    wrong = [one for one in visitors.seen if one.error]
    assert len(times) >= RATE * seconds
    # How many of each kind stands in the file beside the table.
    print(Counter(one.kind for one in visitors.seen), Counter(one.error for one in wrong))
    said = f"load, {RATE} a second for {minutes(seconds)}"
    yield Row(f"{said}: p99", "< 300 ms", [at(times, 0.99) * 1000], unit="ms")
    yield Row(f"{said}: p50", "< 300 ms", [at(times, 0.5) * 1000], unit="ms")
    yield Row("load: errors", "== 0 requests", [len(wrong)], unit="requests")
    yield from _kept(visitors, "load")


def killed(run: Run) -> Iterator[Row]:
    """The same while a web worker is killed every twenty seconds, with one rolling restart."""
    seconds = run.size(10 * _MINUTE, 15)
    every = min(_KILL_EVERY, seconds / 3)
    visitors, kills = crowd(run), []
    with Running(workers=2, beat=True) as site:
        visitors.port = site.port
        asyncio.run(_after_a_start(visitors, _under_fire(visitors, site, seconds, every, kills)))
    strays = [one for one in visitors.seen if one.error and not _was_in_flight(one, kills)]
    failed = sum(bool(one.error) for one in visitors.seen)
    print(f"{len(kills)} kills, {failed} requests failed;", Counter(one.error for one in strays))
    said = f"killed every {every:.0f} s for {minutes(seconds)}, one restart"
    yield Row(f"{said}: failed, not in flight", "== 0 requests", [len(strays)], unit="requests")
    yield Row("killed: workers killed", ">= 1 kills", [len(kills)], unit="kills")
    yield from _kept(visitors, "killed")


def connections_opened(run: Run) -> Iterator[Row]:
    """How many database connections requests and tasks open once all hands have theirs."""
    visitors, count = crowd(run), run.size(1000, 200)
    with Running(renewed=False) as site, _Sessions() as sessions:
        visitors.port = site.port
        # All threads have work at once, so that each has its connection.
        asyncio.run(visitors.come(200, 1))
        visitors.seen.clear()
        sessions.settle()
        opened = []
        for _ in range(run.rounds):
            before = sessions.opened()
            asyncio.run(visitors.come(RATE, count / RATE))
            opened.append(sessions.opened() - before)
        assert not any(one.error for one in visitors.seen)
        yield Row(f"connections for {count} requests", "== 0 opened", opened, unit="opened")
    with Running(workers=_WORKERS, renewed=False), _Sessions() as sessions:
        _give_tasks(200)
        sessions.settle()
        opened = []
        for _ in range(run.rounds):
            begin, before = time.monotonic(), sessions.opened()
            _give_tasks(count)
            more = sessions.opened() - before
            # A worker's own poll opens one every quarter of a minute, tasks or not.
            polls = _WORKERS * (1 + (time.monotonic() - begin) // _POLL)
            opened.append(max(0, more - polls))
        yield Row(f"connections for {count} tasks", "== 0 opened", opened, unit="opened")


async def _after_a_start(visitors: Visitors, work: Awaitable[None]) -> None:
    # Fresh processes read their templates first; that is no part of a quiet day.
    await visitors.come(RATE / 4, 5)
    visitors.seen.clear()
    await work


async def _under_fire(
    visitors: Visitors, site: Running, seconds: float, every: float, kills: list[float]
) -> None:
    begin, restarted = time.monotonic(), []

    def strike() -> None:
        if time.monotonic() - begin > seconds:
            return
        if not restarted and time.monotonic() - begin > seconds / 2:
            restarted.append(True)
            site.reload()
            return
        with suppress(IndexError, ProcessLookupError):
            os.kill(site.web_workers()[0].pid, signal.SIGKILL)
            kills.append(time.monotonic())

    come = asyncio.create_task(visitors.come(RATE, seconds))
    await meanwhile(come, every, strike)
    await come
    assert restarted


def _was_in_flight(one: Seen, kills: list[float]) -> bool:
    reset = not one.error.startswith("status") and one.error != "TimeoutError"
    return reset and any(one.due - 0.01 <= kill <= one.done for kill in kills)


def _kept(visitors: Visitors, name: str) -> Iterator[Row]:
    """Each reply that was acknowledged stands in the database, once."""
    with key_scope():
        there = Counter(reply.words for reply in Reply.objects.all() if _is_ours(reply))
    missing = [words for words in visitors.acknowledged if not there[words]]
    assert visitors.acknowledged
    yield Row(f"{name}: acknowledged, missing", "== 0 replies", [len(missing)], unit="replies")
    twice = sum(count > 1 for count in there.values())
    yield Row(f"{name}: there twice", "== 0 replies", [twice], unit="replies")


def _is_ours(reply: Reply) -> bool:
    return not reply.by_person and reply.words.startswith("load ")


def at(times: list[float], share: float) -> float:
    """The time that this share of the requests was not above."""
    return times[min(len(times) - 1, int(len(times) * share))]


def minutes(seconds: float) -> str:
    return f"{seconds // _MINUTE} minutes" if seconds >= _MINUTE else f"{seconds} s (a smoke)"


def crowd(run: Run) -> Visitors:
    """People with three months behind them and a circle, on their way to the site."""
    call_command("collectstatic", interactive=False, verbosity=0)
    Reply.objects.all().delete()
    Limit.objects.all().delete()
    replies, todays, programs = _doors(run)
    fresh = [Door(one.path, one.link) for one in replies]
    todays = [Door(one.path, cookies=dict(one.cookies)) for one in todays]
    return Visitors(0, HOST, fresh, todays, programs)


@cache
def _doors(run: Run) -> tuple[list[Door], list[Door], list[Door]]:
    now, needed = timezone.now(), RATE * run.size(10 * _MINUTE, 10) // 10 // _REPLIES_EACH
    count = max(20, needed // _BESIDE)
    people = scene.lives(histories=[run.size(_DAYS, 10)] * count, now=now, members=_BESIDE)
    seeds.tidy()
    owners = [life.person.pk for life in people]
    newest = Share.objects.filter(check_in__person__in=owners, check_in__local_date=now.date())
    replies = [
        Door(f"/s/{share.public_id}/", urlsplit(links.url(_link(share), 1)).path)
        for share in newest.select_related("member")
    ]
    todays = [Door("/today/", "", _signed_in(life)) for life in people]
    programs = [Door("/api/v1/me/", bearer=_let_in(life, now)) for life in people]
    connections.close_all()
    return replies, todays, programs


def _link(share: Share) -> Link:
    return Link("s", share.public_id, share.member.generation)


def _signed_in(life: scene.Life) -> dict[str, str]:
    browser = Client()
    browser.force_login(life.person)
    return {name: one.value for name, one in browser.cookies.items()}


def _let_in(life: scene.Life, now: dt.datetime) -> str:
    read = Token.Scope.READ
    _token, text = Token.objects.give(life.person, name="A program", scope=read, now=now)
    return text


def _give_tasks(count: int) -> None:
    """Give so many tasks to the workers and wait until all are done."""
    names = ("checkins.tasks.tick", "outbox.tasks.deliver", "outbox.tasks.sweep")
    with app.connection_for_write() as line:
        for number in range(count):
            app.send_task(names[number % len(names)], connection=line)
        while line.default_channel.client.llen("celery"):
            time.sleep(0.05)
    # The last ones are in hand still.
    for _ in range(200):
        busy = current_app.control.inspect(timeout=0.5).active() or {}
        if not any(busy.values()):
            return
    raise AssertionError("the tasks did not end")


class _Sessions:
    """How many connections this database has seen, read over one of its own."""

    def __enter__(self) -> "_Sessions":
        self._line = psycopg2.connect(os.environ["DATABASE_URL"])
        self._line.autocommit = True
        return self

    def __exit__(self, *error: object) -> None:
        self._line.close()

    def opened(self) -> int:
        # What a session did is counted a second later.
        time.sleep(1.5)
        with self._line.cursor() as cursor:
            cursor.execute(
                "SELECT sessions FROM pg_stat_database WHERE datname = current_database()"
            )
            return int(cursor.fetchone()[0])

    def settle(self) -> None:
        """Wait for what the last ones did to be counted: a session at rest tells it late."""
        time.sleep(12)
