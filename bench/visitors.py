"""Visitors of the load: each request leaves when it is due, whether earlier ones came back or not.

An open loop: a server that stands still makes people wait, it does not make them come later. So
the time of a request counts from the moment it was due. Each request has a connection of its own,
as a proxy in front opens them.
"""

import asyncio
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from urllib.parse import urlencode

_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="(\w+)"')
_LONGEST = 30.0


@dataclass
class Seen:
    """One request: of what kind, when it was due and answered, and what became of it."""

    kind: str
    due: float
    done: float = 0.0
    status: int = 0
    error: str = ""

    @property
    def seconds(self) -> float:
        return self.done - self.due


@dataclass
class Door:
    """A page of somebody's: the link that opens it, the clean address, what the browser holds."""

    path: str
    link: str = ""
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""
    bearer: str = ""  # a program's, for the API


class Visitors:
    """Those who come to the site of one port, and all that they saw."""

    def __init__(
        self,
        port: int,
        host: str,
        replies: list[Door],
        todays: list[Door],
        programs: list[Door],
        seed: int = 1,
    ) -> None:
        self.port, self.host = port, host
        self.replies, self.todays, self.programs = replies, todays, programs
        self.seen: list[Seen] = []
        self.sent: list[str] = []  # words of replies that were posted
        self.acknowledged: list[str] = []
        self._random = Random(seed)

    async def come(self, rate: float, seconds: float) -> None:
        """So many a second for so long; returns when the last one was answered."""
        begin, coming = time.monotonic(), set()
        for number in range(round(rate * seconds)):
            due = begin + number / rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            coming.add(asyncio.create_task(self._next(due)))
            coming = {one for one in coming if not one.done()}
        await asyncio.gather(*coming)

    async def _next(self, due: float) -> None:
        chance = self._random.random()
        if chance < 0.7:
            await self._read(self._random.choice(self.replies), due)
        elif chance < 0.8:
            await self._write(self._random.choice(self.replies), due)
        elif chance < 0.95:
            await self._ask("Today", "GET", self._random.choice(self.todays), due)
        else:
            await self._ask("API", "GET", self._random.choice(self.programs), due)

    async def _read(self, door: Door, due: float) -> None:
        """The first time by the link of the mail, as people come; later by the clean address."""
        if not door.cookies:
            seen = await self._ask("link", "GET", door, due, path=door.link)
            if seen.status != 302:
                return
            due = time.monotonic()
        await self._ask("reply page", "GET", door, due)

    async def _write(self, door: Door, due: float) -> None:
        if not door.token:
            await self._read(door, due)
            due = time.monotonic()
        if not door.token:
            return  # the page did not come, and that is counted already
        words = f"load {len(self.sent)}"
        self.sent.append(words)
        posted = {"csrfmiddlewaretoken": door.token, "gesture": "with_you", "words": words}
        seen = await self._ask("reply", "POST", door, due, body=urlencode(posted).encode())
        if seen.status == 302:
            self.acknowledged.append(words)

    async def _ask(
        self, kind: str, method: str, door: Door, due: float, *, path: str = "", body: bytes = b""
    ) -> Seen:
        seen = Seen(kind, due)
        self.seen.append(seen)
        try:
            async with asyncio.timeout(_LONGEST):
                head, page = await self._exchange(method, path or door.path, door, body)
            seen.status = int(head[9:12])
            _keep(door, head, page)
        except (OSError, ValueError, asyncio.IncompleteReadError, TimeoutError) as error:
            seen.error = type(error).__name__
        seen.done = time.monotonic()
        wanted = 302 if kind in {"link", "reply"} else 200
        if not seen.error and seen.status != wanted:
            seen.error = f"status {seen.status}"
        return seen

    async def _exchange(
        self, method: str, path: str, door: Door, body: bytes
    ) -> tuple[bytes, bytes]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(self._request(method, path, door, body))
            answer = await reader.read()
            while more := await reader.read():
                answer += more
        finally:
            writer.close()
        head, gap, page = answer.partition(b"\r\n\r\n")
        if not gap:
            raise ConnectionResetError
        length = re.search(rb"(?i)content-length: (\d+)", head)
        if length and len(page) < int(length[1]):
            raise ConnectionResetError
        return head, page

    def _request(self, method: str, path: str, door: Door, body: bytes) -> bytes:
        cookies = "; ".join(f"{name}={value}" for name, value in door.cookies.items())
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: {self.host}",
            "X-Forwarded-Proto: https",
            "Connection: close",
            "Accept-Language: en",
            f"Cookie: {cookies}",
        ]
        if door.bearer:
            lines.append(f"Authorization: Bearer {door.bearer}")
        if body:
            lines += [
                f"Referer: https://{self.host}{door.path}",
                "Content-Type: application/x-www-form-urlencoded",
                f"Content-Length: {len(body)}",
            ]
        return "\r\n".join([*lines, "", ""]).encode() + body


def _keep(door: Door, head: bytes, page: bytes) -> None:
    for name, value in _cookies(head):
        door.cookies[name] = value
    if found := _TOKEN.search(page):
        door.token = found[1].decode()


def _cookies(head: bytes) -> Iterator[tuple[str, str]]:
    for line in head.decode("latin-1").split("\r\n"):
        name, _, value = line.partition(": ")
        if name.lower() == "set-cookie":
            cookie, _, said = value.partition(";")[0].partition("=")
            yield cookie, said


async def meanwhile(come: asyncio.Task[None], every: float, do: Callable[[], None]) -> None:
    """Do something every so many seconds for as long as visitors come."""
    while not come.done():
        await asyncio.wait({come}, timeout=every)
        if not come.done():
            do()
