"""Brings what the outbox holds, as a worker would: asks each kind, renders, and reads the mail."""

import datetime as dt
import re
from dataclasses import dataclass

from django.utils.module_loading import autodiscover_modules

from outbox import kinds, mail
from outbox.kinds import Go, Wait
from outbox.models import Message

autodiscover_modules("emails")


@dataclass(frozen=True)
class Letter:
    """One mail as its receiver reads it."""

    to: str
    subject: str
    sender: str
    text: str
    html: str

    @property
    def all(self) -> str:
        return "\n".join([self.subject, self.sender, self.text, self.html])


def deliver(now: dt.datetime) -> list[Letter]:
    """Bring every mail that may leave at ``now``."""
    due = Message.objects.filter(state="waiting", not_before__lte=now).order_by("lane", "id")
    return [letter for message in due if (letter := _bring(message, now))]


def deliver_until(now: dt.datetime, end: dt.datetime, step: dt.timedelta) -> list[Letter]:
    """Come by every ``step`` until ``end``."""
    letters: list[Letter] = []
    while now <= end:
        letters += deliver(now)
        now += step
    return letters


def link_in(letter: Letter) -> str:
    """The path of the first link in a mail."""
    found = re.search(r"http://[^/\s]+(/l/\S+)", letter.text)
    assert found
    return found.group(1)


def _bring(message: Message, now: dt.datetime) -> Letter | None:
    row = Message.objects.filter(pk=message.pk)
    if message.expires_at <= now:
        row.end("expired", now=now)
        return None
    kind = kinds.known()[message.kind]
    verdict = kind.verdicts([message], now)[message.pk]
    if isinstance(verdict, Wait):
        row.update(not_before=verdict.until)
        return None
    if not isinstance(verdict, Go):
        row.end("dropped", now=now)
        return None
    texts = mail.with_links(kind.render([message])[message.pk], message.ring)
    row.update(state="sent", sent_at=now, body=None)
    return Letter(message.mailbox.address, texts.subject, texts.from_name, texts.text, texts.html)
