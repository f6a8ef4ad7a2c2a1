"""Reading what mail servers say about a mail that was sent: a report, or prose like a report.

Nothing of a report is kept: it becomes one of four words.
"""

import re
from collections.abc import Iterator
from email.message import Message
from enum import Enum

from outbox import incoming

# Nobody is there: the same rule as for a refusal at the door (``smtp.Refused``), but for the codes
# that blame the sender's own address. Those would stop a whole circle for a fault in our DNS.
_NOBODY_STATUS = re.compile(r"5\.(?:1\.(?![78]\b)\d{1,3}|2\.1)\b")
_NOBODY_CODE = re.compile(r"\b(?:550|551|553)\b")
_STATUS = re.compile(r"\b[45]\.\d{1,3}\.\d{1,3}\b")
_LASTING = re.compile(r"\b5\.\d{1,3}\.\d{1,3}\b|\b55[0-4]\b")
_SERVERS = re.compile(r"\b(?:mailer-daemon|postmaster|mail-daemon|mdaemon)\b", re.IGNORECASE)
_READ = 20_000


class News(Enum):
    """What became of a mail."""

    GONE = "gone"  # there is nobody by this address
    RETURNED = "returned"  # given up, though the address may be right
    COMPLAINT = "complaint"  # the reader called it unwanted
    NOTHING = "nothing"  # delivered, delayed, passed on: nothing to do


def read(mail: Message) -> News | None:
    """What a mail reports; None when it is no report at all."""
    kind = str(mail.get_param("report-type", "") or "").lower()
    if kind == "feedback-report" or _first(mail, "message/feedback-report") is not None:
        return News.COMPLAINT
    if kind == "delivery-status" or _first(mail, "message/delivery-status") is not None:
        return _of_fields(list(_status_fields(mail)))
    if kind == "disposition-notification":
        return News.NOTHING
    return _of_prose(mail)


def of_words(said: str) -> News | None:
    """What a mail server's own words say; None when there is no code in them."""
    found = _STATUS.search(said)
    if found is None and not _LASTING.search(said):
        return None
    return _about_address(found[0] if found else "", said[:2000])


def _of_fields(recipients: list[Message]) -> News:
    """By RFC 3464: the worst that is said of a recipient; there is one, for each mail has one."""
    said = [_of_recipient(fields) for fields in recipients]
    for news in (News.GONE, News.RETURNED):
        if news in said:
            return news
    return News.NOTHING


def _of_recipient(fields: Message) -> News:
    if str(fields.get("Action", "")).strip().lower() != "failed":
        return News.NOTHING
    status, diagnosis = str(fields.get("Status", "")), str(fields.get("Diagnostic-Code", ""))
    return _about_address(status, diagnosis)


def _about_address(status: str, diagnosis: str) -> News:
    # Many servers say only 5.0.0 and tell the truth in their diagnosis.
    told = status if _STATUS.search(status) and ".0.0" not in status else diagnosis
    if _NOBODY_STATUS.search(told):
        return News.GONE
    bare_code = not _STATUS.search(told) and _NOBODY_CODE.search(told)
    return News.GONE if bare_code else News.RETURNED


def _of_prose(mail: Message) -> News | None:
    failed = mail.get("X-Failed-Recipients") is not None
    sender = f"{mail.get('From', '')} {mail.get('Return-Path', '')}"
    if not failed and not _SERVERS.search(sender):
        return None
    words = " ".join(_texts(mail))
    if not failed and not _LASTING.search(words):
        return News.NOTHING  # a warning of a delay has no lasting code
    found = _STATUS.search(words)
    return _about_address(found[0] if found else "", words[:2000])


def _status_fields(mail: Message) -> Iterator[Message]:
    part = _first(mail, "message/delivery-status")
    blocks = part.get_payload() if part is not None else []
    for block in blocks if isinstance(blocks, list) else []:
        if isinstance(block, Message) and block.get("Action") is not None:
            yield block


def _first(mail: Message, kind: str) -> Message | None:
    return next((part for part in incoming.parts(mail) if part.get_content_type() == kind), None)


def _texts(mail: Message) -> Iterator[str]:
    for part in incoming.parts(mail):
        if part.get_content_type() == "text/plain":
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                yield content[:_READ].decode("utf-8", "replace")
