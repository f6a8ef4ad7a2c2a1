"""The one sending loop: called by the Celery task, by the worker's own poll and by tests.

Claim a batch, write the mails, hand them over on one connection, settle. Whatever happens in
between, the journal knows what was handed over and what was accepted.
"""

import contextlib
import datetime as dt
import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from django.conf import settings
from django.db import InterfaceError, OperationalError

from outbox import claims, kinds, returns, smtp, sweep
from outbox.bell import bell
from outbox.claims import Outcome
from outbox.journal import Journal, Unwritable
from outbox.letter import to_bytes
from outbox.models import Mailbox, Message
from outbox.stop import stop
from vault.models import Key, KeyGone, KeyShut
from vault.scope import key_scope

logger = logging.getLogger(__name__)

# Claim nothing more after this, so that one call always ends within a task's time limit.
_BUDGET = 30.0
# A mail starts only when it can end within the lease: connecting, 60 s, and 120 s after the dot.
_LEASE_TO_START = smtp.BEFORE_DOT + smtp.AFTER_DOT + 20
_LEASE_AT_DOT = smtp.AFTER_DOT

# PostgreSQL's query_canceled: this question took longer than any may.
_TIMED_OUT = "57014"

_Reason = Message.Reason
_Clock = Callable[[], dt.datetime]


class Letter(NamedTuple):
    """A message as it goes out."""

    message: Message
    recipient: str
    data: bytes


def steady_clock() -> float:
    """Seconds that also pass while the machine sleeps: a lease ends in a closed laptop too."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def work(
    *, clock: _Clock = claims.database_clock, steady: Callable[[], float] = steady_clock
) -> Counter[str]:
    """Send what is due; returns how many messages ended in which state."""
    with stop.heeded():
        return _work(clock, steady)


def _work(clock: _Clock, steady: Callable[[], float]) -> Counter[str]:
    sweep.replay_left_behind(now=clock())
    sender = Sender(clock, steady)
    began, more = steady(), True
    settled = False
    try:
        while more and steady() - began < _BUDGET and not stop.is_asked:
            more = sender.batch()
        settled = True
    finally:
        sender.close(settled=settled)
    if more and not sender.is_stuck:
        bell.ring()
    return sender.tally


class _LetGo(Exception):
    """Too little of the lease is left to hand a mail over, or we are told to stop."""


class Sender:
    """One sender: its journal, its connection to the mail server, its leases."""

    def __init__(self, clock: _Clock, steady: Callable[[], float]) -> None:
        self.tally: Counter[str] = Counter()
        self.is_stuck = False
        self._clock, self._steady = clock, steady
        self._line = smtp.Connection(smtp.relay(settings.SMTP_URL), smtp.own_name())
        # Last of what can fail: nobody would close it.
        self._journal = Journal()
        self._fence = claims.Fence(self._journal.owner)
        self._since_opened = 0
        self._lease_ends = 0.0
        self._bounced: list[Mailbox] = []

    def batch(self) -> bool:
        """Claim and send one batch; False when nothing waits or the server is in trouble."""
        # Before the claim: our own idea of the lease must never be longer than the row's.
        self._lease_ends = self._steady() + claims.LEASE.total_seconds()
        messages = claims.claim(self._journal.owner, now=self._clock())
        with key_scope():
            for group in _groups(messages):
                self._send_group(group)
        return bool(messages) and not self.is_stuck

    def close(self, *, settled: bool) -> None:
        """Let go of journal and connection; an unsettled journal stays for the sweeper."""
        # The journal first: while it is held, nobody else may say what became of these mails.
        self._journal.close(settled=settled)
        self._fence.close()
        self._line.close()

    def _send_group(self, group: Sequence[Message]) -> None:
        keys = {message.key_id for message in group} | {row.mailbox.key_id for row in group}
        Key.objects.open_many(keys)
        outcomes, letters = self._write(group)
        for written in letters:
            outcome = self._send(written)
            if outcome is None:
                continue
            outcomes[written.message.pk] = outcome
        now = self._clock()
        claims.settle(self._journal.owner, outcomes, now=now)
        while self._bounced:
            self._bounced.pop().bounce(now=now)
        self.tally.update(outcome.state for outcome in outcomes.values())

    def _write(self, group: Sequence[Message]) -> tuple[dict[int, Outcome], list[Letter]]:
        now = self._clock()
        try:
            return _Writer(self._journal, now, self._may_start).write(group)
        except Unwritable:
            self.is_stuck = True
            return {m.pk: claims.unreached(m, "journal", now=now) for m in group}, []

    def _send(self, letter: Letter) -> Outcome | None:
        """Hand one mail over; None when it is not ours any more."""
        now, message = self._clock, letter.message
        try:
            if not self._may_start():
                raise _LetGo
            self._connect()
            # The fence: whatever was taken back until this moment stays here.
            if not self._fence.still_ours(message):
                return None
            self._hand_over(letter)
        except _LetGo:
            return claims.back(message)
        except smtp.Refused as no:
            if no.is_about_address:
                self._bounced.append(message.mailbox)
                return claims.ended(_Reason.REFUSED, no.setback)
            if no.is_about_us:
                return claims.later(message, no.setback, now=now())
            return claims.refused(message, no.setback, now=now())
        except smtp.Unsure:
            self._note_break()
            return claims.doubtful(now=now())
        except smtp.Broken as broken:
            self._note_break()
            if broken.step == "connect":
                return claims.unreached(message, broken.setback, now=now())
            return claims.later(message, broken.setback, now=now())
        except Unwritable:
            self.is_stuck = True
            return claims.unreached(message, "journal", now=now())
        except smtp.Later as put_off:
            return claims.later(message, put_off.setback, now=now())
        return claims.sent(message)

    def _hand_over(self, letter: Letter) -> None:
        message, recipient, data = letter
        attempt = message.attempts + 1

        def note() -> None:
            if self._lease_left() < _LEASE_AT_DOT:
                raise _LetGo
            self._journal.hands_over(message.pk, attempt)

        try:
            queue_id = self._line.hand_over(returns.path(message), recipient, data, note)
        except (smtp.Refused, smtp.Later):
            with contextlib.suppress(Unwritable):
                self._journal.declined(message.pk, attempt)
            raise
        # Without this line the database still learns it; only a crash would leave it in doubt.
        with contextlib.suppress(Unwritable):
            self._journal.accepted(message.pk, attempt, queue_id)
        self._since_opened += 1

    def _connect(self) -> None:
        if self._line.is_open:
            return
        if self.is_stuck:
            raise smtp.Broken("connect")
        self._since_opened = 0
        self._line.open()

    def _note_break(self) -> None:
        # A server that closes after some mails gets a new connection; one that took nothing since
        # we connected is in trouble, and the rest of this batch does not wait for it.
        if not self._since_opened:
            self.is_stuck = True

    def _may_start(self) -> bool:
        return not stop.is_asked and self._lease_left() >= _LEASE_TO_START

    def _lease_left(self) -> float:
        return self._lease_ends - self._steady()


class _Writer:
    """Turns messages into bytes; one that cannot be written costs its neighbours nothing."""

    def __init__(self, journal: Journal, now: dt.datetime, may_start: Callable[[], bool]) -> None:
        self._journal, self._now, self._may_start = journal, now, may_start
        self._outcomes: dict[int, Outcome] = {}

    def write(self, group: Sequence[Message]) -> tuple[dict[int, Outcome], list[Letter]]:
        """The outcomes known already, and the letters that may leave."""
        letters: list[Letter] = []
        for kind, messages in _by_kind(group):
            letters += self._write_kind(kind, messages)
        order = {message.pk: place for place, message in enumerate(group)}
        return self._outcomes, sorted(letters, key=lambda one: order[one.message.pk])

    def _write_kind(self, kind: kinds.Kind, messages: list[Message]) -> list[Letter]:
        ids = [message.pk for message in messages]
        if not self._may_start():
            self._outcomes |= {message.pk: claims.back(message) for message in messages}
            return []
        self._journal.begins(ids)
        try:
            return self._written(kind, self._leaving(kind, messages))
        finally:
            # Also when an error leads out of here: then it is the database's, not theirs.
            self._journal.written(ids)

    def _leaving(self, kind: kinds.Kind, messages: Sequence[Message]) -> list[Message]:
        wanted = []
        for message in messages:
            if message.expires_at <= self._now:
                self._outcomes[message.pk] = claims.ended(_Reason.EXPIRED)
            elif _is_closed(message.mailbox, kind):
                self._outcomes[message.pk] = claims.ended(_Reason.DROPPED, "mailbox")
            else:
                wanted.append(message)
        verdicts = self._verdicts(kind, wanted)
        return [message for message in wanted if self._may_leave(message, verdicts)]

    def _verdicts(self, kind: kinds.Kind, messages: Sequence[Message]) -> dict[int, kinds.Verdict]:
        try:
            return kind.verdicts(messages, self._now)
        except Exception as error:
            if _is_outage(error):
                raise
            logger.info("a batch could not be asked about; asking about its mails one by one")
        verdicts: dict[int, kinds.Verdict] = {}
        for message in messages:
            failed = self._isolated(
                message, lambda m: verdicts.update(kind.verdicts([m], self._now))
            )
            if failed is not None:
                self._outcomes[message.pk] = failed
        return verdicts

    def _may_leave(self, message: Message, verdicts: dict[int, kinds.Verdict]) -> bool:
        match verdicts.get(message.pk):
            case kinds.Go():
                return True
            case kinds.Wait(until):
                self._outcomes[message.pk] = claims.back(message, until=until)
            case kinds.Drop():
                self._outcomes[message.pk] = claims.ended(_Reason.DROPPED)
        return False

    def _written(self, kind: kinds.Kind, messages: list[Message]) -> list[Letter]:
        try:
            return self._rendered(kind, messages)
        except Exception as error:
            if _is_outage(error):
                raise
            logger.info("a batch could not be written; trying its mails one by one")
        letters: list[Letter] = []
        for message in messages:
            self._journal.begins([message.pk])
            failed = self._isolated(message, lambda m: letters.extend(self._rendered(kind, [m])))
            self._journal.written([message.pk])
            if failed is not None:
                self._outcomes[message.pk] = failed
        return letters

    def _rendered(self, kind: kinds.Kind, messages: list[Message]) -> list[Letter]:
        mails = kind.render(messages) if messages else {}
        letters = []
        for message in messages:
            if message.pk in mails:
                recipient = message.mailbox.address
                data = to_bytes(message, mails[message.pk], recipient)
                letters.append(Letter(message, recipient, data))
            else:  # its subject is gone: nothing is left to say
                self._outcomes[message.pk] = claims.ended(_Reason.DROPPED)
        return letters

    def _isolated(
        self, message: Message, act: Callable[[Message], Outcome | None]
    ) -> Outcome | None:
        # A slow database is no mail's fault: before the lease or the task ends, the rest goes back.
        if not self._may_start():
            return claims.back(message)
        try:
            return act(message)
        except KeyGone:
            return claims.ended(_Reason.DROPPED, "key gone")
        except KeyShut:  # a mistake of the operator's, and no mail's fault
            return claims.unreached(message, "key", now=self._now)
        except Exception as error:
            if _is_outage(error):
                raise
            if _is_timeout(error):
                logger.warning("the question of message %d took too long", message.pk)
                return claims.slow(message, now=self._now)
            logger.exception("message %d of kind %s could not be written", message.pk, message.kind)
            return claims.fell(message, type(error).__name__[:24], now=self._now)


def _is_timeout(error: Exception) -> bool:
    return getattr(error.__cause__, "pgcode", "") == _TIMED_OUT


def _is_outage(error: Exception) -> bool:
    """Whether the database is at fault, and nothing was learnt about a mail."""
    return isinstance(error, (OperationalError, InterfaceError)) and not _is_timeout(error)


def _is_closed(mailbox: Mailbox, kind: kinds.Kind) -> bool:
    return bool(mailbox.bounced_at or (mailbox.suppressed_at and kind.is_routine))


def _groups(messages: list[Message]) -> list[list[Message]]:
    """All together, and each suspect of a crash alone and last: it takes nobody with it."""
    together = [message for message in messages if not message.falls]
    alone = [[message] for message in messages if message.falls]
    return [group for group in [together, *alone] if group]


def _by_kind(messages: Sequence[Message]) -> list[tuple[kinds.Kind, list[Message]]]:
    names = sorted({message.kind for message in messages})
    return [(kinds.known()[name], [m for m in messages if m.kind == name]) for name in names]
