"""Links: the capability inside a message. One purpose, one recipient, and it ends by itself.

There is no table of links and no token at rest. A token is checked against its own MAC and against
the generation its subject has now; revoking a link is a change of the subject's state.
"""

import base64
import binascii
import datetime as dt
import hmac
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import http_date

from vault import ring as rings

if TYPE_CHECKING:
    from outbox.models import Mailbox

_MAC = 16
_LENGTH = 45
_NOT_TOKEN = re.compile(r"[^A-Za-z0-9_-]")
_SALT = "outbox.links"
_COOKIE_AGE = dt.timedelta(hours=6)
_NOBODY = uuid.UUID(int=0)


class Link(NamedTuple):
    """What a link stands for, before it becomes a token."""

    purpose: str
    subject: uuid.UUID
    generation: int = 1


@dataclass(frozen=True)
class Found:
    """What a purpose found for a subject: the generation its links have now, and the thing itself.

    ``alive`` is False when the link ended but its holder may still ask for a fresh one.
    """

    generation: int
    thing: Any = None
    alive: bool = True


@dataclass(frozen=True)
class Answering:
    """How an answer by mail is taken, for those who press Reply instead of opening the link.

    ``mailbox`` is the one that may answer, ``link`` leads to where the same can be said. ``take``
    gets the thing, the words, a key that stays the same when the mail is handed over again, and
    now; it raises NotTaken. Without it there is only an honest answer with the link.
    """

    mailbox: "Callable[[Any], Mailbox | None]"
    link: Callable[[Any], Link | None]
    take: Callable[[Any, str, str, dt.datetime], None] | None = None


class NotTaken(Exception):
    """Words that cannot be taken as they are; the text is a sentence for who wrote them."""


@dataclass(frozen=True)
class Purpose:
    """One letter, how its subject is found, and the page it opens.

    ``find`` runs the same queries whatever it finds. ``page`` is the name of a URL that takes the
    public id and ends with a slash; empty where there are only answers by mail. ``stop`` is the
    one-click stop of mail. ``fresh`` sends the rightful holder of an ended link a new one.
    ``answers`` says what becomes of an answer by mail.
    """

    letter: str
    find: Callable[[uuid.UUID, dt.datetime], Found | None]
    page: str
    stop: Callable[[Any, dt.datetime], None] | None = None
    fresh: Callable[[Any, dt.datetime], None] | None = None
    answers: Answering | None = None


class Dead(Exception):
    """The link does not open anything: used up, expired, revoked or invented, nobody is told which.

    ``ended`` is set when the link was real and its holder may ask for a fresh one.
    """

    def __init__(
        self,
        purpose: Purpose | None = None,
        subject: uuid.UUID | None = None,
        ended: Found | None = None,
    ) -> None:
        super().__init__()
        self.purpose, self.subject, self.ended = purpose, subject, ended


_purposes: dict[str, Purpose] = {}


def register(purpose: Purpose) -> None:
    """Make a purpose known; each room does so in its ``access.py``."""
    if len(purpose.letter) != 1:
        raise ValueError("a purpose is one letter")
    _purposes[purpose.letter] = purpose


def of_page(page: str) -> list[Purpose]:
    """The purposes whose links open this page."""
    return [purpose for purpose in _purposes.values() if purpose.page == page]


def token(link: Link, ring: int) -> str:
    """The 45 letters that open ``link``: the same ones whenever they are made with this ring."""
    packed = bytes([ring]) + link.subject.bytes + _mac(link, ring)
    return link.purpose + base64.urlsafe_b64encode(packed).decode()


def url(link: Link, ring: int) -> str:
    """The address that stands in a mail and opens a page."""
    return f"{settings.SITE_URL}/l/{token(link, ring)}"


def stop_url(link: Link, ring: int) -> str:
    """The address behind List-Unsubscribe: a POST there stops mail in one click."""
    return f"{settings.SITE_URL}/u/{token(link, ring)}"


def preview_url() -> str:
    """What stands in a preview instead of a link: it opens nothing, like any dead link."""
    return f"{settings.SITE_URL}/l/preview"


def opened(text: str, now: dt.datetime) -> tuple[Purpose, uuid.UUID, Found]:
    """What a token opens. Raises Dead; the same queries and one compare whatever is wrong."""
    letter, ring, subject, mac = _read(text)
    purpose, subject, found = _checked(letter, ring, subject, mac, now)
    if not purpose.page:
        raise Dead
    return purpose, subject, found


def reply_token(link: Link, ring: int) -> bytes:
    """The 33 bytes that let the holder of ``link`` answer by mail, and open nothing."""
    return bytes([ring]) + link.subject.bytes + _mac(link, ring, use="reply|")


def answered(letter: str, packed: bytes, now: dt.datetime) -> tuple[Purpose, uuid.UUID, Found]:
    """What a mail to a reply address answers. Raises Dead, in the same way as ``opened``."""
    subject = uuid.UUID(bytes=packed[1:17])
    return _checked(letter, packed[0], subject, packed[17:], now, use="reply|")


def fetched(letter: str, text: str, now: dt.datetime) -> Found:
    """What the token of a program that keeps no cookie leads to: it comes again and again with it,
    and opens this one thing. Raises Dead, in the same way as ``opened``.
    """
    stated, ring, subject, mac = _read(text)
    purpose, _subject, found = _checked(stated, ring, subject, mac, now)
    if purpose.letter != letter:
        raise Dead
    return found


def _checked(
    letter: str, ring: int, subject: uuid.UUID, mac: bytes, now: dt.datetime, use: str = ""
) -> tuple[Purpose, uuid.UUID, Found]:
    purpose = _purposes.get(letter) or _purposes[min(_purposes)]
    found = purpose.find(subject, now)
    link = Link(letter, subject, found.generation if found else 0)
    genuine = hmac.compare_digest(mac, _mac(link, ring, use))
    if not (genuine and found and purpose.letter == letter):
        raise Dead
    if not found.alive:
        raise Dead(purpose, subject, found)
    return purpose, subject, found


def holder(request: HttpRequest, letter: str, public_id: uuid.UUID, now: dt.datetime) -> Found:
    """Who came through a link to this page; raises Dead, which becomes the one 410 page."""
    purpose = _purposes[letter]
    held = _cookie_of(request, letter, public_id)
    found = purpose.find(public_id, now)
    current = f"{letter}|{public_id}|{found.generation if found else 0}"
    genuine = hmac.compare_digest(held.encode(), current.encode())
    if not (genuine and found):
        raise Dead
    if not found.alive:
        raise Dead(purpose, public_id, found)
    return found


def let_in(response: HttpResponse, purpose: Purpose, subject: uuid.UUID, found: Found) -> None:
    """Give the browser its pass for the one page of this link: neither the token nor a session."""
    response.set_cookie(
        _cookie_name(purpose.letter, subject),
        signing.dumps(f"{purpose.letter}|{subject}|{found.generation}", salt=_SALT),
        max_age=_COOKIE_AGE,
        path=reverse(purpose.page, args=[subject]),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def close_door(response: HttpResponse) -> HttpResponse:
    """Nothing behind a link is kept by browsers, proxies or search engines."""
    response.headers["Cache-Control"] = "no-store, private"
    response.headers["Expires"] = http_date(0)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _cookie_of(request: HttpRequest, letter: str, subject: uuid.UUID) -> str:
    raw = request.COOKIES.get(_cookie_name(letter, subject), "")
    try:
        return str(signing.loads(raw, salt=_SALT, max_age=_COOKIE_AGE))
    except signing.BadSignature:
        return ""


def _cookie_name(letter: str, subject: uuid.UUID) -> str:
    # Its path keeps it to one page; its name keeps two pages apart where paths are not looked at.
    return f"link_{letter}_{subject.hex[:12]}"


def _read(text: str) -> tuple[str, int, uuid.UUID, bytes]:
    # Mail programs wrap links, end them with "=" or a full stop, and put brackets around them.
    letters = _NOT_TOKEN.sub("", text)[:_LENGTH]
    try:
        packed = base64.urlsafe_b64decode(letters[1:])
    except (ValueError, binascii.Error):
        packed = b""
    if len(packed) != 1 + 16 + _MAC:
        return letters[:1], 0, _NOBODY, bytes(_MAC)
    return letters[0], packed[0], uuid.UUID(bytes=packed[1:17]), packed[17:]


def _mac(link: Link, ring: int, use: str = "") -> bytes:
    # A ring that is not ours costs the same work under some key and never fits.
    key = rings.of(settings.LINK_KEYS, ring)
    is_ours = ring in rings.parse(settings.LINK_KEYS)
    said = f"{use}{link.purpose}|{ring}|{link.subject}|{link.generation}|{is_ours}"
    return hmac.digest(key, said.encode(), "sha256")[:_MAC]
