"""The one door for mail that comes in: what was returned, complaints, and answers.

Whoever hands a mail over (a webhook, a pipe, a mail server) has it taken when ``receive`` returns:
by then everything that follows from it is committed. The same mail again changes nothing.
"""

import datetime as dt
import logging
from collections.abc import Iterable
from hashlib import sha256

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from outbox import addresses, incoming, links, quoting, reports, returns, word_back
from outbox.incoming import Incoming
from outbox.links import Answering, NotTaken
from outbox.models import Mailbox, Message
from outbox.reports import News
from vault.ring import keyed_hash

logger = logging.getLogger(__name__)


def receive(
    raw: bytes,
    *,
    sender: str | None = None,
    recipients: Iterable[str] = (),
    refuses: bool = True,
    now: dt.datetime,
) -> str:
    """Do what a mail asks for; returns in one word what that was.

    A door that ``refuses`` lets the other server tell the writer of a mail that is unreadable. By
    any other door it would vanish: there its writer gets the honest answer from us.
    """
    mail = incoming.read(raw, sender=sender, recipients=recipients)
    if mail is None and not refuses:
        mail = incoming.head_of(raw, sender=sender, recipients=recipients)
    with transaction.atomic():
        fate = "unreadable" if mail is None else take(mail, now)
    logger.info("inbound mail: %s", fate)
    return fate


def note(message: Message, news: News, *, now: dt.datetime) -> None:
    """Write down what became of a mail; in any order and as often as it is told."""
    if news == News.COMPLAINT:
        message.mailbox.suppress(now=now)
    elif news in {News.GONE, News.RETURNED}:
        message.come_back(gone=news == News.GONE, now=now)


def take(mail: Incoming, now: dt.datetime) -> str:
    """The same for a mail that was read already; belongs to the caller's transaction."""
    news = reports.read(mail.mail)
    if news is not None:
        return _reported(mail, news, now)
    if mail.is_automatic or returns.is_ours(mail.author) or _came_to_bounces(mail):
        return "ignored"
    return _answered(mail, now)


def _reported(mail: Incoming, news: News, now: dt.datetime) -> str:
    # By its own return path; a report that came another way names it in the mail it is about.
    message = returns.named(" ".join(mail.recipients)) or returns.named(mail.beginning)
    if message is None:
        return "ignored"
    note(message, news, now=now)
    return news.value


def _came_to_bounces(mail: Incoming) -> bool:
    # Answers go to Reply-To; only programs that do not say so write to a return path.
    paths = [returns.is_return_path(there) for there in mail.recipients]
    return bool(paths) and all(paths)


def _answered(mail: Incoming, now: dt.datetime) -> str:
    """Words of a human: to whom they are meant, or one honest answer."""
    tokens = returns.reply_tokens(" ".join(mail.recipients))
    key = _key(mail, tokens)
    for letter, packed in tokens[:1]:
        try:
            purpose, _subject, found = links.answered(letter, packed, now)
        except links.Dead:
            break
        answers = purpose.answers
        mailbox = answers.mailbox(found.thing) if answers else None
        if answers and mailbox and _is_of(mailbox, mail.author):
            return _taken(mail, answers, found.thing, mailbox, key, now)
    # Another name may stand in From than that of whoever wrote: those get nothing from us. Else
    # ended, revoked, invented, from another address: it is the same to whoever wrote.
    if mail.is_refuted or not (tokens or mail.is_aligned):
        return "ignored"
    return "word back" if word_back.to_stranger(mail.author, key=key, now=now) else "ignored"


def _taken(
    mail: Incoming, answers: Answering, thing: object, mailbox: Mailbox, key: str, now: dt.datetime
) -> str:
    with translation.override(mailbox.language):
        try:
            sentence = _said(mail, answers, thing, key, now)
            fate = "reply"
        except NotTaken as no:
            sentence, fate = str(no), "word back"
    if sentence:
        word_back.to_reader(mailbox, sentence, answers.link(thing), key=key, now=now)
    elif quoting.leaves_away(mail.text):
        word_back.between_lines(mailbox, answers.link(thing), now=now)
    return fate


def _said(mail: Incoming, answers: Answering, thing: object, key: str, now: dt.datetime) -> str:
    """Pass the words on; returns what is still to be said to the writer."""
    if answers.take is None:
        raise NotTaken(_("Answers by mail cannot be read here. The page takes your words."))
    if not mail.is_whole:
        raise NotTaken(
            _("Your mail was too large to be read, and is not kept. The page takes your words.")
        )
    words = quoting.own_words(mail.text)
    if not words:
        raise NotTaken(_("We found no words of yours in your mail. The page takes them."))
    answers.take(thing, words, key, now)
    if mail.has_attachments:
        return _("Your words have arrived. What was attached was not taken, and not kept.")
    return ""


def _is_of(mailbox: Mailbox, author: str) -> bool:
    return bool(author) and mailbox.address_hash in addresses.address_hashes(author)


def _key(mail: Incoming, tokens: list[tuple[str, bytes]]) -> str:
    """The same for the same mail, however often it is handed over; it tells nothing of it."""
    what = mail.identity or sha256(mail.raw).hexdigest()
    whom = "".join(letter + packed.hex() for letter, packed in tokens[:1])
    return keyed_hash(f"inbound|{whom}|{mail.author}|{what}")
