"""PostgreSQL dies, is cut off, turns read-only, has no room, is locked, or loses its answers."""

import contextlib
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator

import psycopg2
from django.db import connection, connections

from chaos import people
from chaos.book import POSTGRES, fault
from chaos.clock import scaled, until
from chaos.proxy import Proxy
from chaos.stage import Stage
from chaos.visitor import Crowd, Visitor, answer_page

_WORDS = "words that were typed"
# The statement by which a sender takes its batch: a transaction of its own, without a word for it.
_CLAIM = b"SET state = 'claimed'"
_LONGEST = 5.0


@fault("F11", modes=(POSTGRES,), quick=POSTGRES, late=90)
def database_crashes(stage: Stage) -> None:
    """Crash and restart under load, three times: kind pages meanwhile, well five seconds after."""
    _set(stage)
    page = answer_page(people.asked(stage, 1)[0])
    for _ in range(3):
        people.post(stage, 50)
        people.due(stage, 5)
        with Crowd(stage, people.asked(stage, 60)) as crowd:
            _until_some_said(crowd)
            stage.stop("postgres", signal.SIGQUIT)
            connections.close_all()
            _is_away(stage, page)
            stage.start_postgres()
            _is_well(stage, page)
        assert set(crowd.statuses) <= {200, 503}, crowd.statuses
        people.all_arrived(stage, 90)


# The cutting takes 15 s at least: on the scaled clock that alone is five minutes.
@fault("F12", modes=(POSTGRES,), late=300)
def connections_cut(stage: Stage) -> None:
    """Every connection is cut each 100 ms for a minute: words are kept, no mail is doubled."""
    _set(stage)
    check_ins = people.asked(stage, 100)
    with Crowd(stage, check_ins) as crowd, _cutting(stage), _lasting(stage, _span(60, 15)):
        people.post(stage, 200)
        people.due(stage, 10)
    stage.told["statuses"] = dict(crowd.statuses)
    assert set(crowd.statuses) <= {200, 503}, crowd.statuses
    _is_well(stage, answer_page(people.asked(stage, 1)[0]))
    with Crowd(stage, people.asked(stage, 10)) as after:
        pass
    assert after.statuses.keys() == {200}, after.statuses


@fault("F13", modes=(POSTGRES,), real="", late=120)
def read_only(stage: Stage) -> None:
    """A read-only server took over: pages can be read, words typed are kept, no mail starts."""
    _set(stage)
    check_in = people.asked(stage, 1)[0]
    visitor = Visitor(stage.site)
    assert visitor.get(answer_page(check_in)) == 200
    form = visitor.url
    at_home = Visitor(stage.site)
    at_home.sign_in(check_in.person)
    with _read_only(stage):
        people.post(stage, 20)
        people.due(stage, 5)
        for path in ("/", "/help/", answer_page(check_in)):
            assert Visitor(stage.site).get(path) == 200, path
        for path in ("/today/", "/circle/", "/rhythm/"):
            assert at_home.get(path) == 200, (path, at_home.status)
        assert visitor.post(form, word="okay", note=_WORDS) == 503
        assert _WORDS in visitor.page
        assert visitor.headers["retry-after"]
        began = stage.now()
        until(lambda: stage.now() - began > scaled(120), "two minutes", scaled(120) + 10)
        assert not stage.mail.reached["mail"], "a mail started"
    visitor.get(answer_page(check_in))
    assert visitor.post(visitor.url, word="okay", note=_WORDS) == 200
    stage.promise.writes.append(lambda: int(check_in.said().note == _WORDS))


@fault("F14", modes=(POSTGRES,), real="", late=600)
def too_many_connections(stage: Stage) -> None:
    """Twelve connections for all: who finds none says so, nobody falls, mail leaves."""
    stage.postgres_settings = ("max_connections=12",)
    stage.start_servers()
    check_ins = people.asked(stage, 80)
    stage.start()
    with Crowd(stage, check_ins, hands=12) as crowd:
        people.post(stage, 100)
        people.due(stage, 10)
    stage.told["statuses"] = dict(crowd.statuses)
    assert set(crowd.statuses) <= {200, 503}, crowd.statuses
    people.all_arrived(stage, 600)
    assert "too many clients" in stage.log_of("postgres")
    starts = {name: service.starts for name, service in stage.keeper.services.items()}
    assert set(starts.values()) == {1}, starts


@fault("F15", late=300)
def table_locked(stage: Stage) -> None:
    """A table is locked for a minute: who needs it is told within seconds, all others go on."""
    _set(stage)
    page = answer_page(people.asked(stage, 1)[0])
    paths = ("/", "/help/", "/be-there/")
    usual = max(_seconds(stage, path) for path in paths)
    for table in ("checkins_answer", "outbox_message"):
        check_ins = people.asked(stage, 20)
        people.post(stage, 20)
        people.due(stage, 5)
        with (
            Crowd(stage, check_ins) as crowd,
            _locked(stage, table),
            _lasting(stage, _span(60)),
        ):
            unaffected = max(_seconds(stage, path) for path in paths)
        assert unaffected < max(_LONGEST, 3 * usual), (unaffected, usual)
        stage.told[f"statuses_{table}"] = dict(crowd.statuses)
        assert set(crowd.statuses) <= {200, 503}, crowd.statuses
        _is_well(stage, page)
        people.all_arrived(stage, 90)


@fault("F16", modes=(POSTGRES,), quick=POSTGRES, real="", late=300)
def answer_of_commit_lost(stage: Stage) -> None:
    """The line is cut after COMMIT, again and again: stored once, mailed once."""
    stage.start_servers()
    web, work = Proxy(stage.database_port), Proxy(stage.database_port)
    stage.start("web", DATABASE_URL=stage.database_url(web.port))
    stage.start("worker1", "worker2", "beat", DATABASE_URL=stage.database_url(work.port))
    check_ins = people.asked(stage, 60)
    with _cutting_after(web, [b"COMMIT"] * 10), _cutting_after(work, [b"COMMIT", _CLAIM] * 10):
        with Crowd(stage, check_ins) as crowd:
            people.post(stage, 200)
            people.due(stage, 10)
        until(lambda: min(web.cuts / 10, work.cuts / 20) >= 1, "all cuts", 90)
    stage.told |= {"statuses": dict(crowd.statuses), "cuts": web.cuts + work.cuts}
    assert set(crowd.statuses) <= {200, 503}, crowd.statuses
    # Whoever was told to come back says it again; it may be there already.
    with Crowd(stage, check_ins) as again:
        pass
    assert again.statuses.keys() == {200}, again.statuses


def _span(seconds: float, at_least: float = 6) -> float:
    # Time-outs of the database are not scaled: a lock has to be longer than they are.
    return max(at_least, scaled(seconds))


@contextlib.contextmanager
def _lasting(stage: Stage, seconds: float) -> Iterator[None]:
    """This block takes so many seconds at least."""
    began = stage.now()
    yield
    until(lambda: stage.now() - began > seconds, "the end of the fault", seconds + 10)


def _until_some_said(crowd: Crowd) -> None:
    before = crowd.acknowledged
    until(lambda: crowd.acknowledged > before + 5, "a few answers")


def _set(stage: Stage) -> None:
    stage.start_servers()
    stage.start()


def _is_away(stage: Stage, page: str) -> None:
    visitor = Visitor(stage.site)
    until(lambda: visitor.get(page) == 503, "a page that says that we are away")
    assert visitor.headers["retry-after"]


def _is_well(stage: Stage, page: str) -> None:
    """Ten pages in a row: each process has lines of its own. Well since the last that failed."""
    began = failed = stage.now()
    good = 0
    while good < 10:
        good += 1
        if Visitor(stage.site).get(page) != 200:
            good, failed = 0, stage.now()
        assert stage.now() - began < 60, "not well after a minute"
    well_after = round(failed - began, 1)
    stage.told["well_after"] = max(well_after, float(str(stage.told.get("well_after", 0))))
    assert well_after < _LONGEST, f"well after {well_after} s"


def _seconds(stage: Stage, path: str) -> float:
    visitor = Visitor(stage.site)
    assert visitor.get(path) == 200, (path, visitor.status)
    return visitor.seconds


def _ask(stage: Stage, *statements: str) -> None:
    line = psycopg2.connect(stage.database_url())
    line.autocommit = True
    with contextlib.closing(line), line.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@contextlib.contextmanager
def _read_only(stage: Stage) -> Iterator[None]:
    """All but the drill's own connection can only read; lines are cut, as when a server is left."""
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = off")
    turn = "ALTER SYSTEM SET default_transaction_read_only = {}"
    reload = "SELECT pg_reload_conf()"
    _ask(stage, turn.format("on"), reload, _cut_others())
    try:
        yield
    finally:
        _ask(stage, turn.format("off"), reload, _cut_others())


def _cut_others() -> str:
    """The statement that ends every connection but the drill's own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        ours = cursor.fetchone()[0]
    return (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        f" WHERE backend_type = 'client backend' AND pid NOT IN ({ours}, pg_backend_pid())"
    )


@contextlib.contextmanager
def _meanwhile(act: Callable[[threading.Event], None]) -> Iterator[None]:
    """Something that goes on beside, until the block ends."""
    over = threading.Event()
    hand = threading.Thread(target=act, args=(over,), daemon=True)
    hand.start()
    try:
        yield
    finally:
        over.set()
        hand.join(10)


def _cutting(stage: Stage) -> contextlib.AbstractContextManager[None]:
    cut_others = _cut_others()

    def cut(over: threading.Event) -> None:
        while not over.wait(0.1):
            _ask(stage, cut_others)

    return _meanwhile(cut)


def _cutting_after(proxy: Proxy, words: list[bytes]) -> contextlib.AbstractContextManager[None]:
    def cut(over: threading.Event) -> None:
        for word in words:
            proxy.cut_after_word = word
            while proxy.cut_after_word and not over.wait(0.01):
                pass

    return _meanwhile(cut)


@contextlib.contextmanager
def _locked(stage: Stage, table: str) -> Iterator[None]:
    """Nobody else gets at this table; with SQLite nobody else writes at all."""
    if stage.mode == POSTGRES:
        line = psycopg2.connect(stage.database_url())
        line.cursor().execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
    else:
        line = sqlite3.connect(stage.var / "supportnet.sqlite3", isolation_level=None, timeout=20)
        line.execute("BEGIN EXCLUSIVE")
    with contextlib.closing(line):
        yield
