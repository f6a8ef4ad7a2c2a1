"""One mail that came in, as far as it can be read without believing it."""

import codecs
import email
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from email import policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses

from outbox import headers, quoting

LARGEST = 10 * 1024 * 1024
# Real mails have a handful of parts; thousands, one in the other, are a weapon.
_MOST_PARTS = 100
_BEGINNING = 200_000
_LONGEST_TEXT = 100_000
# Codecs of Python that are no charsets of mails, and some of them slow.
_NO_CHARSETS = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"}
_RECIPIENTS = ("Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc")
# What vacation programs, lists and loops put into their mails (RFC 3834 and its forerunners).
_TELLTALE = (
    "X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply", "X-Mail-Autoreply",
    "X-POST-MessageClass", "X-MS-Exchange-Inbox-Rules-Loop", "List-Id", "List-Unsubscribe",
    "X-Failed-Recipients", "X-YahooFilteredBulk", "X-FC-MachineGenerated",
)  # fmt: skip
_BULK = {"bulk", "junk", "list", "auto_reply", "auto-reply"}
# Programs that are away and say so in the subject alone, in front of the one they answer to.
_AWAY = re.compile(
    r"(?:auto(?:matic|mated)?[- ]?(?:reply|response)|automatische antwort|out of (?:the )?office|"
    r"abwesenheitsnotiz|abwesend|réponse automatique|absence du bureau|respuesta automática|"
    r"fuera de (?:la )?oficina|risposta automatica|fuori (?:sede|ufficio)|resposta automática|"
    r"رد تلقائي)\s*[:：]",
    re.IGNORECASE,
)
_REFUTED = re.compile(r"\b(?:dmarc|spf)\s*=\s*(?:hard)?fail\b", re.IGNORECASE)
# What programs add by themselves: a seal, a key, a card. Nobody attached those.
_ADDED = {
    "application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature",
    "application/pgp-keys", "text/vcard", "text/x-vcard",
}  # fmt: skip
# A picture this small is a signature's, and a winmail.dat this small holds no files.
_SMALL = 90_000
_MACHINES = re.compile(
    r"(?:mailer-daemon|mail-daemon|mdaemon|postmaster|bounces?|no-?reply|do-?not-?reply)(?:[+-]|$)"
)


@dataclass(frozen=True)
class Incoming:
    """A mail with its envelope. ``sender`` is the return path: empty for reports of machines."""

    raw: bytes
    mail: Message
    sender: str
    recipients: tuple[str, ...]
    # False when it is too large or too deep to touch: then its head alone is known.
    is_whole: bool = True

    @property
    def author(self) -> str:
        """The one address in From; empty when there is none or there are several."""
        found = {found.strip() for _name, found in addresses_in(self.mail, ("From",)) if found}
        return headers.clean(found.pop()) if len(found) == 1 else ""

    @property
    def beginning(self) -> str:
        """The start of it as it came; a report holds the headers of the mail it is about."""
        return self.raw[:_BEGINNING].decode("ascii", "replace")

    @property
    def identity(self) -> str:
        """What stays the same when a mail server hands the same mail over again."""
        return str(self.mail.get("Message-ID", "")).strip()

    @property
    def text(self) -> str:
        """What a reader would see, as text; the plain part is preferred to the page."""
        for kind in ("text/plain", "text/html"):
            found = "\n".join(_content(part) for part in self._shown() if _is(part, kind))
            if found.strip():
                return found
        return ""

    @property
    def has_attachments(self) -> bool:
        """Whether files came along; small pictures of a signature are none."""
        return any(_is_file(part) for part in parts(self.mail))

    @property
    def subject(self) -> str:
        """Its subject as one line; looked at, and kept nowhere."""
        found = (_raw(value) for name, value in self.mail.raw_items() if name.lower() == "subject")
        return headers.clean(decoded(next(found, "")))

    @property
    def is_refuted(self) -> bool:
        """Whether a mail server on the way says that From is not true.

        Only their no is believed: anybody can write a yes into a mail.
        """
        said = [*self.mail.get_all("Authentication-Results", [])]
        said += [f"spf={one}" for one in self.mail.get_all("Received-SPF", [])]
        return any(_REFUTED.search(str(one)[:5_000]) for one in said)

    @property
    def is_aligned(self) -> bool:
        """Whether From and the return path are of one house."""
        one, other = (f".{_domain(address)}" for address in (self.author, self.sender))
        return one.endswith(other) or other.endswith(one)

    def _shown(self) -> Iterator[Message]:
        return (part for part in parts(self.mail) if not _is_file(part))

    @property
    def is_automatic(self) -> bool:
        """Whether a machine wrote it: answering those makes loops."""
        said = _plain(self.mail, "Auto-Submitted").partition(";")[0].strip()
        if said not in {"", "no"} or _plain(self.mail, "Precedence") in _BULK:
            return True
        if any(self.mail.get(name) is not None for name in _TELLTALE):
            return True
        if self.mail.get_content_type() in {"multipart/report", "message/delivery-status"}:
            return True
        if _AWAY.match(self.subject):
            return True
        locals_ = [one.partition("@")[0].lower() for one in (self.author, self.sender)]
        return not self.sender or any(_MACHINES.match(local) for local in locals_)


def read(raw: bytes, *, sender: str | None, recipients: Iterable[str]) -> Incoming | None:
    """The mail in these bytes, however mangled; None when it is too large or too deep to touch.

    Without an envelope its headers tell who sent it and to whom: the token in an address is what
    counts, not the place where it stands.
    """
    if len(raw) > LARGEST or raw.lower().count(b"boundary=") > _MOST_PARTS:
        return None
    try:
        mail = email.message_from_bytes(raw, policy=policy.compat32)
        nested = sum(1 for _part in mail.walk())
    except RecursionError:
        return None
    if nested > _MOST_PARTS:
        return None
    return _enveloped(raw, mail, sender, recipients)


def head_of(raw: bytes, *, sender: str | None, recipients: Iterable[str]) -> Incoming:
    """What the head alone tells of a mail that ``read`` does not touch: who wrote, and to whom."""
    mail = BytesHeaderParser(policy=policy.compat32).parsebytes(raw[:_BEGINNING])
    return replace(_enveloped(raw, mail, sender, recipients), is_whole=False)


def _enveloped(
    raw: bytes, mail: Message, sender: str | None, recipients: Iterable[str]
) -> Incoming:
    named = list(recipients) or [found for _name, found in addresses_in(mail, _RECIPIENTS)]
    if sender is None:
        sender = str(mail.get("Return-Path", mail.get("From", "")))
    return Incoming(raw, mail, sender.strip().strip("<>"), tuple(named))


def addresses_in(mail: Message, names: Iterable[str]) -> list[tuple[str, str]]:
    """The (name, address) pairs of some headers.

    Taken apart before they are decoded: a comma inside an encoded name parts nothing.
    """
    wanted = {name.lower() for name in names}
    values = [_raw(value) for name, value in mail.raw_items() if name.lower() in wanted]
    try:
        return getaddresses([value[:10_000] for value in values])
    except RecursionError:  # comments in comments in comments
        return []


def decoded(value: object) -> str:
    """A header as text; what cannot be decoded is left as it stands."""
    try:
        parts = decode_header(str(value))
        return "".join(
            part if isinstance(part, str) else part.decode(charset or "ascii", "replace")
            for part, charset in parts
        )
    except (ValueError, LookupError, HeaderParseError):
        return str(value)


def _raw(value: object) -> str:
    # Bytes past ASCII come as surrogates; in an address they are UTF-8 (RFC 6532).
    return str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def parts(mail: Message) -> Iterator[Message]:
    """The parts of a mail, without those of a mail that was put into it."""
    yield mail
    # Asked for the payload of a leaf, the email package decodes it, and some cannot be decoded.
    inner = mail.get_payload() if mail.is_multipart() else []
    if mail.get_content_maintype() == "multipart":
        for part in inner:
            if isinstance(part, Message):
                yield from parts(part)


def _is(part: Message, kind: str) -> bool:
    if part.is_multipart():
        return False
    # Parts that were announced and never came: then it is all one text.
    unparted = part.get_content_maintype() == "multipart"
    return kind == ("text/plain" if unparted else part.get_content_type())


def _is_file(part: Message) -> bool:
    kind = part.get_content_type()
    if part.is_multipart():
        return kind == "message/rfc822"
    if kind in _ADDED or part.get_content_maintype() == "multipart":
        return False
    if kind == "application/ms-tnef" or part.get("Content-ID") is not None:
        return len(part.get_payload(decode=True) or b"") > _SMALL
    named = part.get_param("filename", header="content-disposition") is not None
    attached = part.get_content_disposition() == "attachment" or named
    return attached or part.get_content_maintype() != "text"


def _content(part: Message) -> str:
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return ""
    text = _text(raw[:_LONGEST_TEXT], part.get_content_charset() or "utf-8")
    if part.get_content_type() == "text/html":
        return quoting.text_of_page(text)
    if str(part.get_param("format", "")).lower() == "flowed":
        return _unfolded(text, delsp=str(part.get_param("delsp", "")).lower() == "yes")
    return text


def _text(raw: bytes, charset: str) -> str:
    for name in (charset, "utf-8", "cp1252"):
        try:
            if codecs.lookup(name).name not in _NO_CHARSETS:
                return _whole_letters(raw, name).replace("\0", "")
        except (LookupError, ValueError):
            continue
    return raw.decode("latin-1").replace("\0", "")


def _whole_letters(raw: bytes, charset: str) -> str:
    # Where we stopped reading, a letter may be cut in two; the longest have four bytes.
    for cut in range(4 if len(raw) == _LONGEST_TEXT else 0):
        with suppress(UnicodeDecodeError):
            return raw[: len(raw) - cut].decode(charset)
    return raw.decode(charset)


def _unfolded(text: str, *, delsp: bool) -> str:
    """Lines that a mail program folded, as they were typed (RFC 3676)."""
    paragraphs: list[list[str]] = []
    goes_on = False
    for line in text.replace("\r\n", "\n").split("\n"):
        typed = line[1:] if line.startswith(" ") else line
        if not goes_on or typed.startswith(">"):
            paragraphs.append([])
        goes_on = typed.endswith(" ") and typed != "-- " and not typed.startswith(">")
        paragraphs[-1].append(typed[:-1] if goes_on and delsp else typed)
    return "\n".join("".join(parts) for parts in paragraphs)


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()


def _plain(mail: Message, name: str) -> str:
    return str(mail.get(name, "")).strip().lower()
