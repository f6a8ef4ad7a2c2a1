"""The one honest answer to a mail that could not be passed on as it was.

To a stranger it is always the same and holds no link that opens anything: whoever wrote may have
written somebody else's name on the envelope.
"""

import datetime as dt
import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _

from library.frames import Said
from outbox import addresses, limits
from outbox.links import Link
from outbox.mail import Mail, compose, to_body
from outbox.models import Mailbox, Message
from outbox.models.mailbox import WORD_BACK
from vault.models import Key
from vault.ring import keyed_hash

# Forged mail in bulk must not make us write in bulk.
MOST_STRANGERS = 200
_A_DAY = dt.timedelta(days=1)
_AN_HOUR = dt.timedelta(hours=1)
_OF_USE = dt.timedelta(days=2)


def to_reader(
    mailbox: Mailbox, sentence: str, link: Link | None, *, key: str, now: dt.datetime
) -> None:
    """Say to somebody we know what became of their mail, with the link to say it by."""
    if limits.allow("word back", mailbox.pk, at_most=5, within=_A_DAY, now=now):
        mail = written(mailbox.language, sentence=sentence, link=link)
        _post(mailbox, mail, key=key, now=now)


def between_lines(mailbox: Mailbox, link: Link | None, *, now: dt.datetime) -> None:
    """Say that words in the middle of our old mail were not taken; at most once in thirty days."""
    with translation.override(mailbox.language):
        sentence = _(
            "What you wrote above our old mail has arrived. If you wrote between its lines too, "
            "that part has not, for your mail program does not mark it. The page takes it."
        )
    mail = written(mailbox.language, sentence=sentence, link=link)
    # For as long as the first one stands in the log of mail.
    _post(mailbox, mail, key=keyed_hash(f"between lines|{mailbox.public_id}"), now=now)


def to_stranger(address: str, *, key: str, now: dt.datetime) -> bool:
    """Tell whoever wrote that it was not passed on; once a day, and not to everybody at once."""
    try:
        there = addresses.clean(address)
    except ValidationError:
        return False
    who = addresses.address_hash(there)
    if not limits.allow("word back to stranger", who, at_most=1, within=_A_DAY, now=now):
        return False
    if not limits.allow(
        "words back to strangers", "", at_most=MOST_STRANGERS, within=_AN_HOUR, now=now
    ):
        return False
    language = settings.LANGUAGE_CODE
    installation = Key.objects.installation().pk
    mailbox = Mailbox.objects.give(there, key_id=installation, language=language, now=now)
    _post(mailbox, written(language), key=key, now=now)
    return True


def written(language: str, *, sentence: str = "", link: Link | None = None) -> Mail:
    """The mail itself."""
    with translation.override(language):
        return compose(
            "mail/word_back",
            # A room above may have put a name into it.
            {"sentence": Said(sentence), **_door(sentence, link)},
            subject=_("About your mail"),
            language=language,
            links={"page": link} if link else {},
        )


def _door(sentence: str, link: Link | None) -> dict[str, str]:
    # Who is known and has no link of their own has an account: its door is the first page.
    return {"link": f"{settings.SITE_URL}/"} if sentence and link is None else {}


def _post(mailbox: Mailbox, mail: Mail, *, key: str, now: dt.datetime) -> None:
    Message.objects.post(
        kind=WORD_BACK,
        lane=Message.Lane.NOW,
        mailbox=mailbox,
        key_id=mailbox.key_id,
        subject=uuid.uuid4(),
        dedupe_key=f"word_back:{key}",
        body=to_body(mail),
        now=now,
        expires_at=now + _OF_USE,
        why="wrote",
    )
