"""The local mailbox: each mail one file in a folder. It takes the place of a mail server."""

import email
import re
import secrets
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

_NAME = re.compile(r"\d{8}T\d{12}-[0-9a-f]{8}")
_SHOWN = 200


class Letter:
    """One mail as it arrived."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.stem
        self.arrived_at = datetime.strptime(path.stem[:21], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
        self.source = path.read_bytes()
        self._message = email.message_from_bytes(self.source, policy=policy.default)

    @property
    def to(self) -> str:
        return self.header("Delivered-To")

    @property
    def sender(self) -> str:
        return self.header("From")

    @property
    def subject(self) -> str:
        return self.header("Subject")

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    @property
    def raw(self) -> str:
        return self.source.decode("utf-8", "replace")

    def header(self, name: str) -> str:
        """A header as people read it; an unreadable one is empty rather than an error."""
        try:
            return str(self._message.get(name, ""))
        except (ValueError, IndexError, AttributeError, LookupError):
            return ""

    def _part(self, kind: str) -> str:
        assert isinstance(self._message, EmailMessage)
        part = self._message.get_body((kind,))
        content = part.get_payload(decode=True) if part else b""
        return content.decode("utf-8", "replace") if isinstance(content, bytes) else ""


class Mailbox:
    """The folder, as a mail server writes it and as the page reads it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def letters(self) -> list[Letter]:
        """The newest letters, newest first."""
        names = sorted((path for path in self.folder.glob("*.eml")), reverse=True)
        return [Letter(path) for path in names[:_SHOWN]]

    def letter(self, name: str) -> Letter | None:
        """The letter of that name, or None."""
        path = self.folder / f"{name}.eml"
        return Letter(path) if _NAME.fullmatch(name) and path.exists() else None

    def keep(self, content: bytes, *, sender: str, recipient: str, now: datetime) -> None:
        """Write one mail so that a reader sees all of it or nothing."""
        name = f"{now.astimezone(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"
        draft = self.folder / f".{name}"
        draft.touch(mode=0o600)
        envelope = f"Return-Path: <{sender}>\r\nDelivered-To: {recipient}\r\n"
        draft.write_bytes(envelope.encode("utf-8", "replace") + content)
        draft.replace(self.folder / f"{name}.eml")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> Any:
        """aiosmtpd calls this with each mail."""
        for recipient in envelope.rcpt_tos:
            content = envelope.content
            assert isinstance(content, bytes)
            self.keep(
                content,
                sender=envelope.mail_from or "",
                recipient=recipient,
                now=datetime.now(UTC),
            )
        return "250 Kept"
