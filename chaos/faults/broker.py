"""The broker dies, forgets, stands still, is full. It only wakes workers: mail leaves all the same.

Valkey's DEBUG command is closed, as it is in production: CLIENT PAUSE stands for DEBUG SLEEP. A
server that accepts and never answers is a stopped process: the kernel goes on accepting for it.
"""

import contextlib
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator

import redis
from celery import current_app
from kombu import Connection

from chaos import people, processes
from chaos.book import POSTGRES, fault
from chaos.clock import scaled, until
from chaos.stage import Stage
from chaos.visitor import Crowd, Visitor

_SERVER = "valkey-server"
_DOORBELLS = 200
_MAILS = 100


@fault("F06", quick=POSTGRES, late=90)
def broker_killed(stage: Stage) -> None:
    """kill -9 of a broker without a disk that holds 200 doorbells: they are lost, no mail is."""
    _set(stage)
    with _stopped(stage, " worker"):
        people.post(stage, _MAILS)
        _ring(stage, _DOORBELLS)
        assert _client(stage).llen("celery") >= _DOORBELLS
        _kill(stage)
    until(lambda: _answers(stage), "the broker to be back")
    stage.quiet(90)


@fault("F07", late=90)
def broker_forgets(stage: Stage) -> None:
    """FLUSHALL, all its clients cut off twenty times, and half a minute without a word."""
    _set(stage)
    harms: list[Callable[[], object]] = [
        lambda: _client(stage).flushall(),
        lambda: _cut_clients(stage, times=20),
        lambda: _client(stage).execute_command("CLIENT", "PAUSE", int(scaled(30) * 1000), "ALL"),
    ]
    stage.random.shuffle(harms)
    for harm in harms:
        _ring(stage, 20)
        people.post(stage, _MAILS)
        people.due(stage, 5)
        harm()
        people.post(stage, _MAILS)
        people.all_arrived(stage, 90)


@fault("F08", late=60)
def broker_gone_for_ten_minutes(stage: Stage) -> None:
    """No broker for ten minutes: pages work, and mail leaves by the workers' own poll."""
    _set(stage)
    check_ins = people.asked(stage, 60)
    with _without_broker(stage), Crowd(stage, check_ins, hands=2) as crowd:
        began = stage.now()
        while stage.now() - began < scaled(600):
            people.post(stage, 10)
            people.due(stage, 3)
            people.all_arrived(stage, 60)
            assert Visitor(stage.site).get("/") == 200
    assert set(crowd.statuses) == {200}, crowd.statuses
    assert crowd.acknowledged == len(check_ins)
    until(lambda: _answers(stage), "the broker to be back")
    people.post(stage, 10)


@fault("F09", late=120)
def broker_never_answers(stage: Stage) -> None:
    """It accepts and says nothing: no page fails, 99 of 100 take less than two seconds."""
    _set(stage)
    with Crowd(stage, people.asked(stage, 30), hands=2) as usual:
        people.post(stage, _MAILS)
    check_ins = people.asked(stage, 60)
    with _stopped(stage, _SERVER):
        with Crowd(stage, check_ins, hands=2) as crowd:
            people.post(stage, _MAILS)
            people.due(stage, 5)
        people.all_arrived(stage, 120)
    stage.told |= {"p99": round(crowd.slow(0.99), 2), "p99_usual": round(usual.slow(0.99), 2)}
    assert set(crowd.statuses) == {200}, crowd.statuses
    assert crowd.acknowledged == 30 + len(check_ins)
    # A machine that is busy with other things takes longer for every page.
    assert crowd.slow(0.99) < max(2, 2 * usual.slow(0.99)), crowd.slow(0.99)


@fault("F10", late=90)
def broker_full(stage: Stage) -> None:
    """Its memory is full: it refuses to take anything, or throws the doorbells away."""
    _set(stage)
    client = _client(stage)
    for policy in stage.random.sample(["noeviction", "allkeys-random", "allkeys-lru"], 3):
        client.config_set("maxmemory-policy", policy)
        client.config_set("maxmemory", "1mb")
        assert _is_full(client)
        check_ins = people.asked(stage, 15)
        with Crowd(stage, check_ins, hands=2) as crowd:
            people.post(stage, _MAILS)
            people.due(stage, 5)
        assert set(crowd.statuses) == {200}, crowd.statuses
        people.all_arrived(stage, 90)
        client.config_set("maxmemory", "64mb")


def _set(stage: Stage) -> None:
    stage.start_servers()
    stage.start()


def _client(stage: Stage) -> redis.Redis:
    return redis.Redis.from_url(stage.broker_url(), socket_timeout=5)


def _answers(stage: Stage) -> bool:
    try:
        return bool(_client(stage).ping())
    except redis.RedisError:
        return False


def _ring(stage: Stage, times: int) -> None:
    with Connection(stage.broker_url()) as broker:
        for _ in range(times):
            current_app.send_task("outbox.tasks.deliver", connection=broker, expires=60)


def _kill(stage: Stage) -> None:
    for pid in stage.pids(_SERVER):
        processes.signal_one(pid, signal.SIGKILL)


def _cut_clients(stage: Stage, times: int) -> None:
    client = _client(stage)
    pause = threading.Event()
    for _ in range(times):
        for kind in ("normal", "pubsub"):
            client.execute_command("CLIENT", "KILL", "TYPE", kind, "SKIPME", "yes")
        pause.wait(0.2)


def _is_full(client: redis.Redis) -> bool:
    """Fill it, until it refuses or threw away what it had."""
    before = client.info("stats")["evicted_keys"]
    for number in range(200):
        try:
            client.set(f"filler:{number}", "x" * 10_000)
        except redis.ResponseError:
            return True
    return bool(client.info("stats")["evicted_keys"] > before)


@contextlib.contextmanager
def _stopped(stage: Stage, doing: str) -> Iterator[None]:
    """These processes stand still meanwhile."""
    pids = stage.pids(doing)
    assert pids
    # One that stands still over a write of its own would hold up ours as well.
    until(lambda: _signal(pids, signal.SIGSTOP) and _can_write(stage, pids), "a still moment")
    try:
        yield
    finally:
        _signal(pids, signal.SIGCONT)


def _signal(pids: list[int], number: signal.Signals) -> bool:
    for pid in pids:
        processes.signal_one(pid, number)
    return True


def _can_write(stage: Stage, stopped: list[int]) -> bool:
    if stage.mode == POSTGRES:
        return True
    line = sqlite3.connect(stage.var / "supportnet.sqlite3", isolation_level=None, timeout=0.2)
    with contextlib.closing(line):
        try:
            line.execute("BEGIN IMMEDIATE")
            line.execute("ROLLBACK")
        except sqlite3.OperationalError:
            return not _signal(stopped, signal.SIGCONT)
    return True


@contextlib.contextmanager
def _without_broker(stage: Stage) -> Iterator[None]:
    if stage.mode == POSTGRES:
        stage.stop("valkey", signal.SIGKILL)
        yield
        stage.start_valkey()
        return
    # `run_local` starts it again and again: it dies each time.
    over = threading.Event()

    def keep_killing() -> None:
        while not over.wait(0.05):
            _kill(stage)

    killer = threading.Thread(target=keep_killing, daemon=True)
    killer.start()
    yield
    over.set()
    killer.join()
