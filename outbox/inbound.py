"""The one door for mail that comes in: what was returned, complaints, and answers.

Whoever hands a mail over (a webhook, a pipe, a mail server) has it taken when ``receive`` returns:
by then everything that follows from it is committed. The same mail again changes nothing.
"""

import datetime as dt
import logging
from collections.abc import Iterable

from django.db import transaction

from outbox import incoming, reports, returns
from outbox.incoming import Incoming
from outbox.models import Message
from outbox.reports import News

logger = logging.getLogger(__name__)


def receive(
    raw: bytes, *, sender: str | None = None, recipients: Iterable[str] = (), now: dt.datetime
) -> str:
    """Do what a mail asks for; returns in one word what that was."""
    mail = incoming.read(raw, sender=sender, recipients=recipients)
    with transaction.atomic():
        fate = "unreadable" if mail is None else _taken(mail, now)
    logger.info("inbound mail: %s", fate)
    return fate


def note(message: Message, news: News, *, now: dt.datetime) -> None:
    """Write down what became of a mail; in any order and as often as it is told."""
    if news == News.COMPLAINT:
        message.mailbox.suppress(now=now)
    elif news in {News.GONE, News.RETURNED}:
        message.come_back(gone=news == News.GONE, now=now)


def _taken(mail: Incoming, now: dt.datetime) -> str:
    news = reports.read(mail.mail)
    if news is not None:
        return _reported(mail, news, now)
    return "ignored"


def _reported(mail: Incoming, news: News, now: dt.datetime) -> str:
    # By its own return path; a report that came another way names it in the mail it is about.
    message = returns.named(" ".join(mail.recipients)) or returns.named(mail.beginning)
    if message is None:
        return "ignored"
    note(message, news, now=now)
    return news.value
