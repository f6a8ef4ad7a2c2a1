"""The post as its receivers see it: letters that arrived, read one after the other."""

import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Protocol

from supportnet.local import mailbox

PATIENCE = 60.0


class Letter(Protocol):
    """What a mail program shows."""

    @property
    def to(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def html(self) -> str: ...


@dataclass(frozen=True)
class _Read:
    """A letter as it was read."""

    to: str
    subject: str
    text: str
    html: str


@cache
def _read(path: Path) -> Letter:
    # Whoever waits looks twenty times a second, and a file holds its letter whole or is not there.
    letter = mailbox.Letter(path)
    return _Read(letter.to, letter.subject, letter.text, letter.html)


class Post:
    """Hands out each letter once, in the order of arrival."""

    def __init__(self, delivered: Callable[[], Sequence[Letter]]) -> None:
        self._delivered = delivered
        self._read: Counter[str] = Counter()

    @classmethod
    def of_folder(cls, folder: Path) -> "Post":
        """The letters that the local mailbox keeps as files."""
        return cls(lambda: [_read(path) for path in sorted(folder.glob("*.eml"))])

    def all_to(self, address: str) -> list[Letter]:
        """Everything that reached an address, read or not."""
        return [letter for letter in self._delivered() if letter.to == address]

    def everything(self) -> Sequence[Letter]:
        """Every letter that was delivered to anybody."""
        return self._delivered()

    def unread(self, address: str) -> list[Letter]:
        return self.all_to(address)[self._read[address] :]

    def next(self, address: str, *, patience: float = PATIENCE) -> Letter:
        """The next letter to an address, waited for as somebody waits at their mailbox."""
        deadline = time.monotonic() + patience
        while not (waiting := self.unread(address)):
            if time.monotonic() > deadline:
                raise AssertionError(f"No letter came to {address} in {patience:.0f} seconds.")
            time.sleep(0.05)
        self._read[address] += 1
        return waiting[0]


def code(letter: Letter) -> str:
    """The sign-in code: it stands on a line of its own."""
    found = re.search(r"^\s*([A-Z0-9]{4,}(?:-[A-Z0-9]+)*)\s*$", letter.text, re.MULTILINE)
    assert found, f"No code in: {letter.text}"
    return found[1]


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.button = ""
        self.others: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag != "a" or not given.get("href"):
            return
        if "button" in (given.get("class") or "").split():
            self.button = str(given["href"])
        else:
            self.others.append(str(given["href"]))


def button(letter: Letter) -> str:
    """Where the one button of the mail leads; the plain text must name the same place."""
    links = _Links()
    links.feed(letter.html)
    assert links.button, f"No button in “{letter.subject}”."
    assert links.button in letter.text
    return links.button


def link_to(letter: Letter, piece: str) -> str:
    """The link of the mail that leads there."""
    links = _Links()
    links.feed(letter.html)
    return next(link for link in [links.button, *links.others] if piece in link)


def link_in(text: str) -> str:
    """The address that stands in a text somebody was given."""
    found = re.search(r"https?://\S+", text)
    assert found, text
    return found[0]
