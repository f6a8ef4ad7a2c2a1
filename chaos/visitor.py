"""Somebody at the site over HTTP, and a crowd of them whose acknowledged answers are promised."""

import contextlib
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from http.cookiejar import Cookie, CookieJar

from django.db import connections
from django.test import Client

from accounts.models import Person
from chaos.stage import Stage
from checkins.models import Answer, CheckIn
from outbox import links
from outbox.links import Link

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Visitor:
    """A browser that follows redirects and keeps cookies; it knows status, page and address."""

    def __init__(self, site: str, timeout: float = 30) -> None:
        self.site, self.timeout = site, timeout
        self.status, self.page, self.url = 0, "", site
        self.seconds = 0.0
        self.headers: dict[str, str] = {}
        self.jar = CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def sign_in(self, person: Person) -> None:
        """Take over a session of this person, as if they had typed their code."""
        client = Client()
        client.force_login(person)
        host = urllib.parse.urlsplit(self.site).hostname or ""
        for name, morsel in client.cookies.items():
            self.jar.set_cookie(_cookie(name, morsel.value, host))

    def get(self, path: str) -> int:
        """Open a page; its status, 0 when nobody answered."""
        return self._ask(path, None)

    def post(self, path: str, **fields: str) -> int:
        """Send a form with the token of the last page."""
        return self.post_bytes(path, {name: value.encode() for name, value in fields.items()})

    def post_bytes(self, path: str, fields: dict[str, bytes]) -> int:
        """Send a form whose values need not be text at all."""
        if token := _TOKEN.search(self.page):
            fields["csrfmiddlewaretoken"] = token[1].encode()
        return self._ask(path, urllib.parse.urlencode(fields).encode())

    def post_json(self, path: str, text: str) -> int:
        """Send JSON, with the token of the last page."""
        token = _TOKEN.search(self.page)
        headers = {"Content-Type": "application/json", "X-CSRFToken": token[1] if token else ""}
        return self._ask(path, text.encode(), headers)

    def _ask(self, path: str, data: bytes | None, headers: dict[str, str] | None = None) -> int:
        url = urllib.parse.urljoin(self.site, path)
        request = urllib.request.Request(url, data, {"Referer": self.url, **(headers or {})})
        began = time.monotonic()
        try:
            with self._opener.open(request, timeout=self.timeout) as answer:
                self._note(answer)
        except urllib.error.HTTPError as error:
            with contextlib.suppress(OSError):
                self._note(error)
        except (OSError, ValueError):
            self.status, self.page = 0, ""
        except Exception:  # half an answer, of a server that died over it
            self.status, self.page = 0, ""
        self.seconds = time.monotonic() - began
        return self.status

    def _note(self, answer: urllib.error.HTTPError) -> None:
        self.page = answer.read().decode(errors="replace")
        self.status, self.url = int(answer.status), answer.url
        self.headers = {name.lower(): value for name, value in answer.headers.items()}


def _cookie(name: str, value: str, host: str) -> Cookie:
    return Cookie(
        0, name, value, None, False, host, True, False, "/", True, False, None, True, None, None, {}
    )


def answer_page(check_in: CheckIn) -> str:
    """The link of an asking mail, as it stands in it."""
    return links.url(Link("c", check_in.public_id, 1), 1)


class Crowd:
    """People who answer by the links of their mails, all at once, until there is no more to answer.

    What the page acknowledged is promised: it has to be stored, once, with these words.
    """

    def __init__(self, stage: Stage, check_ins: list[CheckIn], hands: int = 4) -> None:
        self.stage = stage
        self.statuses: Counter[int] = Counter()
        self._seconds: list[float] = []
        self._left = list(check_ins)
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._answer_all) for _ in range(hands)]

    def __enter__(self) -> "Crowd":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        if error[0] is not None:
            self._stopped.set()
        for thread in self._threads:
            thread.join(120)

    @property
    def slowest(self) -> float:
        """Seconds of the slowest page."""
        return self.slow(1)

    def slow(self, share: float) -> float:
        """Seconds within which this share of the pages came."""
        ordered = sorted(self._seconds) or [0.0]
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]

    @property
    def acknowledged(self) -> int:
        """How many were told that their words are kept."""
        return len(self.stage.promise.writes)

    @property
    def at_work(self) -> bool:
        """Whether somebody still answers."""
        return any(thread.is_alive() for thread in self._threads)

    def _answer_all(self) -> None:
        while not self._stopped.is_set():
            with self._lock:
                if not self._left:
                    return
                check_in = self._left.pop()
            self._answer(check_in)
        connections.close_all()

    def _answer(self, check_in: CheckIn) -> None:
        note = f"words of {check_in.pk}"
        visitor = Visitor(self.stage.site)
        visitor.get(answer_page(check_in))
        clean = visitor.url
        if visitor.status == 200:
            self._count(visitor)
            visitor.post(clean, word="okay", note=note)
        self._count(visitor)
        # The page that says so is another one than the one that asked.
        if visitor.status == 200 and visitor.url != clean:
            with self._lock:
                self.stage.promise.writes.append(lambda: _stored(check_in, note))

    def _count(self, visitor: Visitor) -> None:
        with self._lock:
            self.statuses[visitor.status] += 1
            self._seconds.append(visitor.seconds)


def _stored(check_in: CheckIn, note: str) -> int:
    return sum(answer.note == note for answer in Answer.objects.filter(check_in=check_in))
