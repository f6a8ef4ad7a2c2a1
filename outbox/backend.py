"""Django's own way of sending mail, led into the outbox: nothing leaves past it."""

import datetime as dt
import uuid
from collections.abc import Sequence

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone, translation

from outbox import addresses, headers
from outbox.mail import Mail, to_body
from outbox.models import Mailbox, Message
from vault.models import Key

# A sign-in code lives a quarter of an hour; a code that comes after that only confuses.
_OF_USE = dt.timedelta(minutes=15)


class PersonalEmail(EmailMultiAlternatives):
    """A mail to somebody who has a key: sealed with it, so that erasing them reaches it too."""

    key_id: int


class Notice(EmailMultiAlternatives):
    """A mail that is of use for longer than a code: it waits for a mail server that is gone."""

    lives = dt.timedelta(days=2)


class OutboxBackend(BaseEmailBackend):
    """Seals each mail and posts it in the quick lane.

    The key is the person's where the mail names one, else the installation's.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        now = timezone.now()
        for email in email_messages:
            body = to_body(_mail(email))
            for address in email.recipients():
                _post(address, body, _key_of(email), now, expires_at=now + _life_of(email))
        return len(email_messages)


def _key_of(email: EmailMessage) -> int:
    return email.key_id if isinstance(email, PersonalEmail) else Key.objects.installation().pk


def _life_of(email: EmailMessage) -> dt.timedelta:
    return email.lives if isinstance(email, Notice) else _OF_USE


def _post(
    address: str,
    body: dict[str, object],
    key_id: int,
    now: dt.datetime,
    *,
    expires_at: dt.datetime,
) -> None:
    language = translation.get_language() or "en"
    message_id = uuid.uuid4()
    Message.objects.post(
        kind="account",
        lane=Message.Lane.NOW,
        mailbox=Mailbox.objects.give(
            addresses.clean(str(address)), key_id=key_id, language=language, now=now
        ),
        key_id=key_id,
        subject=message_id,
        dedupe_key=f"account:{message_id}",
        body=body,
        now=now,
        expires_at=expires_at,
        why="asked",
    )


def _mail(email: EmailMessage) -> Mail:
    if email.attachments:
        raise ValueError("the outbox carries no attachments")
    pages = email.alternatives if isinstance(email, EmailMultiAlternatives) else []
    html = [str(content) for content, kind in pages if kind == "text/html"]
    return Mail(
        subject=headers.clean(str(email.subject)),
        text=str(email.body),
        html=html[0] if html else "",
        language=translation.get_language() or "en",
    )
