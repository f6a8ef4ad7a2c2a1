"""Tells the operator when the machine needs a hand, past the outbox: that may be what is stuck.

It counts and never quotes: no words, no addresses, no names. One mail a cause in six hours, however
many workers look, and one when it is well again; trouble that comes back is told once an hour.
"""

import datetime as dt
import logging
import uuid
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.utils import format_datetime

from django.conf import settings
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from outbox import smtp
from outbox.figures import NEWEST
from outbox.models import Alarm, Hold, Message, Pulse
from outbox.models.message import STUCK

logger = logging.getLogger(__name__)

_AGAIN = dt.timedelta(hours=6)
# The operator knows within five minutes: a look comes each fifteen seconds, or half a minute later
# when a worker sends meanwhile.
_NO_BEAT = dt.timedelta(minutes=4, seconds=15)
# One server that lets strangers wait is no trouble; letters to so many that all wait are.
_PUT_OFF, _MANY = dt.timedelta(minutes=30), 3
_POISON = dt.timedelta(days=1)
_BURST, _BURST_WITHIN = 10, dt.timedelta(hours=1)

# After a pause like this the machine slept: its parts get time to speak before they are missed.
_DOZED = dt.timedelta(minutes=5)

# What is counted, and what the operator can do about it.
_CAUSES = {
    "beat": (
        _("No beat for four minutes"),
        _("Workers ask and send by themselves meanwhile. Look whether beat and Redis run."),
    ),
    "stuck": (
        _("Mail is stuck. Letters that have waited too long: {count}"),
        _("Look whether the mail server answers, and whether all workers are of one version."),
    ),
    "put off": (
        _("The mail server puts all mail off. Letters that wait: {count}"),
        _("It took nothing for half an hour. Look for a limit that was reached, or a full disk."),
    ),
    "hold": (
        _("Sending is held. Letters that wait: {count}"),
        _("Look around, then say: manage.py sending resume, or manage.py sending skip."),
    ),
    "held": (
        _("Letters that wait for your decision: {count}"),
        _("Perhaps they have left already. You find them in the office, under messages."),
    ),
    "doubt": (
        _("Letters that have perhaps left: {count}"),
        _("A sender or its connection ended in the middle of them. They go on by themselves."),
    ),
    "poison": (
        _("Letters that could not be written: {count}"),
        _("This is a fault of the program. Its log names the letters by their numbers."),
    ),
    "refused": (
        _("Letters the mail server refused within an hour: {count}"),
        _("Look whether it still knows this site, and whether a list of spam names it."),
    ),
}
_WELL = {
    "beat": _("The beat is heard again"),
    "stuck": _("Mail leaves again"),
    "put off": _("The mail server puts off all mail no more"),
    "hold": _("Sending goes on"),
    "held": _("No letter waits for your decision any more"),
    "doubt": _("No letter is in doubt any more"),
    "poison": _("All letters of the last day could be written"),
    "refused": _("The mail server takes letters again"),
}


class Watch:
    """One worker's watch. It tells what is new, good or bad."""

    def __init__(self) -> None:
        self._awake_since = self._looked_at = dt.datetime.min.replace(tzinfo=dt.UTC)

    def look(self, *, now: dt.datetime) -> None:
        """Count what needs a hand, and tell the operator."""
        if not dt.timedelta(0) <= now - self._looked_at < _DOZED:
            self._awake_since = now
        self._looked_at = now
        for cause, count in _counts(now, awake=now - self._awake_since):
            if count:
                logger.warning("watchdog: %s, %d", cause, count)
            _tell(cause, count, now)


def _tell(cause: str, count: int, now: dt.datetime) -> None:
    if not settings.OPERATOR_EMAIL:
        return
    title, advice = (str(text).format(count=count) for text in _CAUSES[cause])
    if count and Alarm.objects.raise_(cause, again=_AGAIN, now=now):
        _try(title, advice, now, lambda: Alarm.objects.untold(cause))
    elif not count and Alarm.objects.clear(cause):
        _try(str(_WELL[cause]), "", now, lambda: Alarm.objects.unwell(cause))


def _counts(now: dt.datetime, awake: dt.timedelta) -> Iterator[tuple[str, int]]:
    if awake >= _NO_BEAT:
        # A beat that never ran is silent as well.
        yield "beat", int(Pulse.objects.silent("heartbeat", longer_than=_NO_BEAT, now=now))
    is_held = Hold.objects.is_on()
    if awake >= STUCK:
        yield "stuck", 0 if is_held else Message.objects.stuck(now).count()
        yield "put off", 0 if is_held else _put_off(now - _PUT_OFF)
    state, reason = Message.State, Message.Reason
    yield "hold", max(1, _in(state.WAITING)) if is_held else 0
    yield "held", _in(state.HELD)
    yield "doubt", _in(state.DOUBT)
    yield "poison", Message.objects.failed(reason.POISON, since=now - _POISON).count()
    refused = Message.objects.failed(reason.REFUSED, since=now - _BURST_WITHIN).count()
    yield "refused", refused if refused >= _BURST else 0


def _put_off(since: dt.datetime) -> int:
    """How many wait for the mail server's mercy while nothing at all was accepted since then."""
    waiting = Message.objects.put_off(since)
    if waiting.values("mailbox").distinct().count() < _MANY:
        return 0
    newest = Message.objects.accepted().order_by("-pk")[:NEWEST]
    last = newest.aggregate(last=Max("sent_at"))["last"]
    return 0 if last and last > since else waiting.count()


def _in(state: str) -> int:
    return Message.objects.filter(state=state).count()


def _try(title: str, advice: str, now: dt.datetime, failed: Callable[[], None]) -> None:
    try:
        _send(title, advice, now)
    except smtp.Trouble as trouble:
        logger.error("watchdog: the operator could not be told: %s", trouble.setback)
        failed()


def _send(title: str, advice: str, now: dt.datetime) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"] = settings.MAIL_FROM, settings.OPERATOR_EMAIL
    mail["Subject"] = f"SupportNet: {title}"
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{uuid.uuid4().hex}@{settings.MAIL_FROM.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("\n\n".join(filter(None, [f"{title}.", advice, settings.SITE_URL])))
    line = smtp.Connection(smtp.relay(settings.OPERATOR_SMTP_URL), smtp.own_name())
    line.open()
    try:
        data = mail.as_bytes().replace(b"\n", b"\r\n")
        line.hand_over(settings.MAIL_FROM, settings.OPERATOR_EMAIL, data, lambda: None)
    finally:
        line.close()
