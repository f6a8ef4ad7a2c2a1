"""What happens at the site: workers that die in a request, deploys, input nobody would type."""

import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.parse
from collections import Counter

from django.db import OperationalError, connection, connections, transaction

from chaos import people, processes
from chaos.book import SQLITE, fault
from chaos.clock import until
from chaos.stage import ROOT, Stage
from chaos.visitor import Crowd, Visitor, answer_page
from checkins.models import Answer, CheckIn

# What people paste, and what programs send: none of it may break a page, now or later.
_ODD = (
    "nul \x00 inside",
    "vertical \x0b tab, form \x0c feed, unit \x1f sign",
    "lone \ud800 surrogate",
    "right to left \u202e override and \u2066 isolate",
    "\U0001f642" * 10_000,
    "<img src=x onerror=alert(1)> {{ 7*7 }} {% load x %} %(name)s %s",
    "\u0000\ufeff\uffff",
)
_MOST_MEMORY = 1.2
_NAME = re.compile(r'<(?:input|textarea|select)[^>]*? name="([^"]+)"')


@fault("F03", real="")
def web_killed_in_a_post(stage: Stage) -> None:
    """kill -9 of web workers while people press Send: what was called kept is stored, once."""
    stage.start_servers()
    stage.start()
    with Crowd(stage, people.asked(stage, 120)) as crowd:
        killed = 0
        while killed < 8 and crowd.at_work:
            done = crowd.acknowledged
            until(lambda done=done: crowd.acknowledged > done or not crowd.at_work, "an answer")
            processes.signal_one(stage.random.choice(_web_workers(stage)), signal.SIGKILL)
            killed += 1
    assert killed == 8, f"only {killed} kills"
    assert crowd.acknowledged > 60, f"{crowd.acknowledged} were told that their words are kept"
    stage.told["web_kills"], stage.told["acknowledged"] = killed, crowd.acknowledged


@fault("F35", real="", timeout=300)
def deploy_under_load(stage: Stage) -> None:
    """A reload of the web, workers ended by TERM and a new column, all while people answer."""
    stage.start_servers()
    stage.start()
    people.post(stage, 200)
    with Crowd(stage, people.asked(stage, 150)) as crowd:
        for turn in range(3):
            done = crowd.acknowledged
            until(lambda done=done: crowd.acknowledged > done + 10, "ten answers")
            processes.signal_one(_web_master(stage), signal.SIGHUP)
            if turn == 1:
                _add_a_column()
            for pid in stage.pids(" worker"):
                if processes.parent(pid) not in stage.pids(" worker"):
                    processes.signal_one(pid, signal.SIGTERM)
    failed = {status: n for status, n in crowd.statuses.items() if not 200 <= status < 500}
    assert not failed, f"answered with {failed}"


@fault("F36", modes=(SQLITE,), real="", timeout=300)
def ten_writers_and_a_backup(stage: Stage) -> None:
    """Ten people write at once while a backup is made of the SQLite file: nobody hears "locked"."""
    stage.start()
    with Crowd(stage, people.asked(stage, 150), hands=10) as crowd:
        for _turn in range(2):
            backup = [sys.executable, "manage.py", "backup", "--to", str(stage.folder / "kept")]
            subprocess.run(backup, cwd=ROOT, check=True, capture_output=True)
    assert set(crowd.statuses) == {200}, f"answered with {dict(crowd.statuses)}"
    assert "locked" not in stage.log_of("run_local")


@fault("F37", real="")
def odd_signs_everywhere(stage: Stage) -> None:
    """NUL, halves of signs, overrides, ten thousand emoji in every field: 4xx at worst."""
    stage.start_servers()
    stage.start()
    check_in, person = people.asked(stage, 1)[0], people.person(stage, members=1)
    visitor = Visitor(stage.site)
    visitor.sign_in(person)
    seen: Counter[int] = Counter()
    for odd in _ODD:
        for page in _FORMS:
            seen[_send_everywhere(visitor, page, odd)] += 1
        by_link = Visitor(stage.site)
        by_link.get(answer_page(check_in))
        seen[_send_everywhere(by_link, by_link.url, odd)] += 1
    for page in (*_FORMS, "/look-back/", "/circle/", "/settings/data/", "/rhythm/"):
        assert visitor.get(page) == 200, f"{page} answers {visitor.status} ever after"
    assert not [status for status in seen if not 200 <= status < 500], f"answered with {seen}"
    # What was said is for the circle as well; those mails are no part of what is promised here.
    _promise_what_came(stage)


@fault("F38", real="")
def too_much_of_everything(stage: Stage) -> None:
    """Ten megabytes, a hundred thousand brackets, endless addresses, headers that trickle in."""
    stage.start_servers()
    stage.start()
    visitor = Visitor(stage.site)
    visitor.sign_in(people.person(stage))
    assert visitor.get("/today/") == 200
    before = max(processes.resident(pid) for pid in _web_workers(stage))
    slow = [_trickle(stage.port) for _ in range(4)]
    statuses = {
        "body": visitor.post("/today/", note="x" * 10_000_000),
        "address": visitor.get("/look-back/?before=" + "9" * 100_000),
        "words": visitor.get("/look-back/?" + urllib.parse.urlencode([("before", "a b")] * 200)),
        "json": visitor.post_json("/api/v1/answers/", "[" * 100_000 + "]" * 100_000),
        "again": visitor.get("/today/"),
    }
    for line in slow:
        line.close()
    assert statuses.pop("again") == 200
    assert statuses.pop("words") < 500
    # 0: the server hung up in the middle of what it would not read.
    assert all(status in (0, 400, 403, 404, 405, 413, 414, 415) for status in statuses.values())
    after = max(processes.resident(pid) for pid in _web_workers(stage))
    stage.told["memory"] = round(after / before, 2)
    assert after < before * _MOST_MEMORY, f"memory grew by {after / before:.2f}"


@fault("F40", real="")
def pressed_again_and_again(stage: Stage) -> None:
    """A link opened by a scanner, twenty presses at once, two tabs: one answer, the latest wins."""
    stage.start_servers()
    stage.start()
    check_in = people.asked(stage, 1)[0]
    tabs = [Visitor(stage.site) for _ in range(20)]
    for tab in tabs:
        tab.get(answer_page(check_in))
    assert not Answer.objects.filter(check_in=check_in).exists(), "opening it answered it"
    clean = tabs[0].url
    presses = [
        threading.Thread(target=tab.post, args=(clean,), kwargs={"word": "okay", "note": "same"})
        for tab in tabs
    ]
    for press in presses:
        press.start()
    for press in presses:
        press.join()
    assert {tab.status for tab in tabs} == {200}, f"{Counter(tab.status for tab in tabs)}"
    assert _notes(check_in) == ["same"]
    last = Visitor(stage.site)
    last.get(answer_page(check_in))
    assert last.post(clean, word="heavy", note="the latest") == 200
    stage.promise.writes.append(lambda: _notes(check_in).count("the latest"))
    assert _notes(check_in) == ["the latest"]
    take_back = f"{clean}take-back/"
    assert last.get(clean) == 200
    assert last.post(take_back) == 200


_FORMS = (
    "/today/",
    "/rhythm/",
    "/circle/what-helps/",
    "/circle/invite/",
    "/settings/you/",
    "/settings/mail/",
)


def _send_everywhere(visitor: Visitor, page: str, odd: str) -> int:
    """Fill every box of a page with the same odd thing, as far as HTTP can carry it."""
    visitor.get(page)
    names = set(_NAME.findall(visitor.page)) - {"csrfmiddlewaretoken"}
    return visitor.post_bytes(page, dict.fromkeys(names, odd.encode("utf-8", "surrogatepass")))


def _web_master(stage: Stage) -> int:
    pids = stage.pids("gunicorn")
    return next(pid for pid in pids if processes.parent(pid) not in pids)


def _web_workers(stage: Stage) -> list[int]:
    """The processes that answer requests, at least one of them."""

    def there() -> list[int]:
        pids = stage.pids("gunicorn")
        return [pid for pid in pids if processes.parent(pid) in pids]

    return list(until(there, "a web worker"))


def _add_a_column() -> None:
    """As a careful migration does it: wait two seconds for the lock, else come again."""

    def added() -> bool:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                if connection.vendor == "postgresql":
                    cursor.execute("SET LOCAL lock_timeout = '2s'")
                cursor.execute("ALTER TABLE checkins_answer ADD COLUMN later text")
        except OperationalError:
            return False
        return True

    until(added, "the new column")


def _trickle(port: int) -> socket.socket:
    """Somebody who begins to ask and never ends."""
    line = socket.create_connection(("127.0.0.1", port))
    line.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
    return line


def _notes(check_in: CheckIn) -> list[str]:
    connections.close_all()
    return [answer.note for answer in Answer.objects.filter(check_in=check_in)]


def _promise_what_came(stage: Stage) -> None:
    stage.quiet()
    for mail in {(mail.id, mail.to) for mail in stage.mail.taken()}:
        people.promise(stage, mail[1])
