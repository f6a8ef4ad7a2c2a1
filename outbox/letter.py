"""A message as the bytes a mail server gets: the same ones each time it is written.

A mail that perhaps left is sent again only after ten minutes, and then with the same Message-ID,
Date, boundaries and links, so that mail programs can see it is the same one.
"""

import binascii
import hmac
from email.header import Header
from email.utils import format_datetime

from django.conf import settings

from outbox import headers, returns
from outbox.mail import Mail, with_links
from outbox.models import Message
from vault import ring as rings

_SITE_NAME = "SupportNet"
_LONGEST_PLAIN = 60
# RFC 5322: no line of a mail is longer.
_LONGEST_LINE = 998
# What needs no encoding: most pages are nothing else, and encoding them took a tenth of the work.
_PLAIN = bytes([*b"\t\r\n", *range(0x20, 0x7F)])


def to_bytes(message: Message, mail: Mail, recipient: str) -> bytes:
    """The whole mail, ready for DATA."""
    texts = with_links(mail, message.ring)
    identity = _identity(message)
    head = [
        f"From: {_sender(texts.from_name)} <{settings.MAIL_FROM}>\r\n",
        f"To: {headers.clean(recipient)}\r\n",
        f"Subject: {_line(headers.clean(texts.subject), first=len('Subject: '))}\r\n",
        f"Date: {format_datetime(message.made_at)}\r\n",
        f"Message-ID: <{identity}@{_domain()}>\r\n",
        f"Content-Language: {headers.clean(mail.language)}\r\n",
        "Auto-Submitted: auto-generated\r\n",
        "X-Auto-Response-Suppress: All\r\n",
        *([f"{key}: {identity}\r\n"] if (key := settings.IDEMPOTENCY_HEADER) else []),
        *_reply_lines(mail, message.ring),
        *_token_lines(message),
        *_stop_lines(texts.stop),
        "MIME-Version: 1.0\r\n",
    ]
    body = _body(texts.text, texts.html, f"=_{identity[:24]}")
    return "".join(head).encode("ascii") + body


def _sender(name: str) -> str:
    clean = headers.name(name) or _SITE_NAME
    if _is_plain(clean):
        return '"{}"'.format(clean.replace("\\", "\\\\").replace('"', '\\"'))
    return _encoded(clean, first=len("From: "))


def _line(text: str, *, first: int) -> str:
    return text if _is_plain(text) else _encoded(text, first=first)


def _is_plain(text: str) -> bool:
    # "=?" would be read as an encoded word; a long line has to be folded.
    return text.isascii() and len(text) <= _LONGEST_PLAIN and "=?" not in text


def _encoded(text: str, *, first: int) -> str:
    return Header(text, "utf-8", maxlinelen=76 - first).encode(linesep="\r\n")


def _domain() -> str:
    return str(settings.MAIL_FROM).rpartition("@")[2]


def _identity(message: Message) -> str:
    # Of the dedupe key: numbers start again after a restore, and an old number would make a new
    # mail look like one that was delivered before.
    key = rings.of(settings.LINK_KEYS, message.ring)
    return hmac.digest(key, f"message|{message.dedupe_key}".encode(), "sha256").hex()[:32]


def _reply_lines(mail: Mail, ring: int) -> list[str]:
    there = returns.reply_to(mail.reply_to, ring)
    return [f"Reply-To: <{there}>\r\n"] if there else []


def _token_lines(message: Message) -> list[str]:
    named = settings.MAIL_TOKEN_HEADER
    return [named.replace("{}", returns.token(message), 1) + "\r\n"] if named else []


def _stop_lines(there: str) -> list[str]:
    if not there:
        return []
    # By hand: the email package would fold a long address into encoded words.
    return [
        f"List-Unsubscribe: <{there}>\r\n",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
    ]


def _body(text: str, page: str, boundary: str) -> bytes:
    if not page:
        return _part("plain", text)
    parts = b"".join(
        b"--%s\r\n%s" % (boundary.encode(), _part(subtype, words))
        for subtype, words in (("plain", text), ("html", page))
    )
    start = f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n\r\n'
    return start.encode() + parts + f"--{boundary}--\r\n".encode()


def _part(subtype: str, words: str) -> bytes:
    lines = words.splitlines()
    if subtype == "html":  # a page can say every letter in plain ones
        data = "\r\n".join(lines).encode("ascii", "xmlcharrefreplace")
    else:
        data = "\r\n".join(lines).encode("utf-8", "replace")
    encoding = "7bit"
    if data.translate(None, _PLAIN) or max(map(len, data.split(b"\r\n"))) > _LONGEST_LINE:
        # The C function: the email package's own is fifty times slower.
        data = binascii.b2a_qp(data.replace(b"\r\n", b"\n"), istext=True).replace(b"\n", b"\r\n")
        encoding = "quoted-printable"
    head = (
        f'Content-Type: text/{subtype}; charset="utf-8"\r\n'
        f"Content-Transfer-Encoding: {encoding}\r\n\r\n"
    )
    return b"%s%s\r\n" % (head.encode(), data)
