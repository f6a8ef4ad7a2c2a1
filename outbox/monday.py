"""The Monday line to the operator: all mail left and nothing waits, or what does. Numbers alone."""

import datetime as dt
import uuid
from collections.abc import Iterator

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from outbox.mail import Mail, to_body
from outbox.models import Hold, Mailbox, Message
from vault.models import Key

KIND = "monday"
_FROM_HOUR = 7
_WEEK = dt.timedelta(days=7)
_OF_USE = dt.timedelta(days=2)
_LANGUAGE = "en"


def tell(*, now: dt.datetime) -> None:
    """Post it once each Monday from seven in the morning (UTC), however often this is asked."""
    key = f"{KIND}:{now:%G-%V}"
    early = now.weekday() != 0 or now.hour < _FROM_HOUR
    if early or not settings.OPERATOR_EMAIL or Message.objects.filter(dedupe_key=key).exists():
        return
    own = Key.objects.installation().pk
    with translation.override(_LANGUAGE):
        mail = _written(now)
    Message.objects.post(
        kind=KIND,
        mailbox=Mailbox.objects.give(
            settings.OPERATOR_EMAIL, key_id=own, language=_LANGUAGE, now=now
        ),
        key_id=own,
        subject=uuid.uuid4(),
        dedupe_key=key,
        body=to_body(mail),
        now=now,
        expires_at=now + _OF_USE,
        why="operator",
    )


def _written(now: dt.datetime) -> Mail:
    waits = list(_waits(now))
    title = _("Some mail waits") if waits else _("All mail left; nothing waits")
    left = Message.objects.filter(sent_at__gte=now - _WEEK).count()
    advice = _("Say manage.py doctor, and it tells what to do.") if waits else ""
    lines = [f"{title}.", *waits, _("Letters that left last week: %d") % left, advice]
    text = "\n\n".join(filter(None, [*lines, settings.SITE_URL]))
    return Mail(subject=title, text=f"{text}\n", language=_LANGUAGE)


def _waits(now: dt.datetime) -> Iterator[str]:
    state, reason = Message.State, Message.Reason
    if Hold.objects.is_on():
        yield _("Sending is held.")
    counts = {
        _("Letters that have waited too long: %d"): Message.objects.stuck(now),
        _("Letters that wait for your decision: %d"): Message.objects.filter(state=state.HELD),
        _("Letters that have perhaps left: %d"): Message.objects.filter(state=state.DOUBT),
    }
    for sentence, why in (
        (_("Letters refused last week: %d"), reason.REFUSED),
        (_("Letters given up last week: %d"), reason.GAVE_UP),
        (_("Letters that could not be written last week: %d"), reason.POISON),
    ):
        counts[sentence] = Message.objects.failed(why, since=now - _WEEK)
    yield from (sentence % rows.count() for sentence, rows in counts.items() if rows.exists())
