"""Taking messages out of the queue and writing down what became of them, in few statements."""

import contextlib
import datetime as dt
import logging
import random
import secrets
from collections import defaultdict
from typing import Any, NamedTuple

from django.db import DatabaseError, Error, connections, router, transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from outbox import kinds
from outbox.models import Hold, Message
from outbox.models.message import MessageQuerySet

logger = logging.getLogger(__name__)

LEASE = dt.timedelta(seconds=300)
IN_DOUBT = dt.timedelta(minutes=10)
MOST_DOUBTS = 3
MOST_FALLS = 5
_BATCH = 100
GIVE_UP = dt.timedelta(hours=24)
# Minutes between tries: after an answer of the server, and after an error of ours.
_LADDER = (1, 5, 15, 60, 240)
_FALL_LADDER = (0, 1, 5, 15)
# A server that cannot be reached is no mail's fault, and when it is back all mail shall be quick.
_UNREACHED = dt.timedelta(minutes=1)

# PostgreSQL's invalid_sql_statement_name.
_NO_SUCH_PLAN = "26000"

# What leaves even while sending is held.
_UNHELD = {"account"}

_State, _Reason = Message.State, Message.Reason


def database_clock() -> dt.datetime:
    """Now, as the database sees it: hosts that disagree about the time share one queue."""
    connection = connections[router.db_for_write(Message)]
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def claim(owner: str, *, now: dt.datetime) -> list[Message]:
    """Up to a hundred messages whose time has come, now ours until the lease ends."""
    names = sorted(_UNHELD if Hold.objects.is_on() else kinds.known())
    for lane in (Message.Lane.NOW, Message.Lane.SOON):
        ids = _claimed_ids(owner, lane, names, now)
        if ids:
            mine = Message.objects.filter(pk__in=ids).select_related("mailbox")
            return list(mine.order_by("not_before", "pk"))
    return []


class Fence:
    """Reads a row again right before its mail leaves: whatever was taken back stays here.

    It runs once a mail, so it is the one statement that the server plans only once. A pooler that
    gives each statement another server has never heard of the plan: then it asks in full.
    """

    _ASKS = "SELECT 1 FROM outbox_message WHERE id = {} AND claim_owner = {} AND state = 'claimed'"

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self._connection = connections[router.db_for_write(Message)]
        self._name = f"fence_{secrets.token_hex(6)}"
        self._line: Any = None
        self._cursor: Any = None
        self._sql = ""

    def still_ours(self, message: Message) -> bool:
        """Whether this sender holds the row at this very moment."""
        self._connection.ensure_connection()
        try:
            return self._asked(message)
        except DatabaseError as unknown:
            if getattr(unknown.__cause__, "pgcode", "") != _NO_SUCH_PLAN:
                raise
            self._sql = self._ASKS.format("%s", "%s")
            return self._asked(message)

    def close(self) -> None:
        """Let the server forget the plan."""
        planned = self._sql.startswith("EXECUTE") and self._line is self._connection.connection
        if planned:
            # A line that is gone forgot it already, and nothing here may keep a sender from ending.
            with contextlib.suppress(Error), self._connection.wrap_database_errors:
                self._cursor.execute(f"DEALLOCATE {self._name}")
        self._line = None

    def _asked(self, message: Message) -> bool:
        # By hand: Django's cursor and its wrappers take longer than the question itself.
        with self._connection.wrap_database_errors:
            if self._line is not self._connection.connection:
                self._prepare()
            self._cursor.execute(self._sql, (message.pk, self._owner))
            return self._cursor.fetchone() is not None

    def _prepare(self) -> None:
        self._line = self._connection.connection
        self._cursor = self._line.cursor()
        if self._connection.vendor != "postgresql":
            self._sql = self._ASKS.format("?", "?")
            return
        planned = self._ASKS.format("$1", "$2")
        self._cursor.execute(f"PREPARE {self._name} (bigint, text) AS {planned}")
        self._sql = f"EXECUTE {self._name} (%s, %s)"


class Outcome(NamedTuple):
    """What became of a claimed message; equal ones are written together."""

    state: str
    reason: str = ""
    setback: str = ""
    not_before: dt.datetime | None = None
    attempts: int = 0
    falls: int = 0
    doubts: int = 0
    tried: bool = False
    forget_body: bool = True


def sent(message: Message) -> Outcome:
    """A mail server took it."""
    kind = kinds.known().get(message.kind)
    return Outcome(_State.SENT, forget_body=kind is None or kind.forget_body)


def ended(reason: str, setback: str = "") -> Outcome:
    """It will never leave."""
    return Outcome(_State.ENDED, reason=reason, setback=setback)


def back(message: Message, *, until: dt.datetime | None = None) -> Outcome:
    """Untouched, back into the queue."""
    return Outcome(_State.WAITING, not_before=until, setback=message.setback)


def later(message: Message, setback: str, *, now: dt.datetime) -> Outcome:
    """Put off by the mail server or the network: the next step of the ladder, or the end."""
    if _too_long(message, now):
        return ended(_Reason.GAVE_UP, setback)
    step = min(message.attempts, len(_LADDER) - 1)
    until = now + _about(dt.timedelta(minutes=_LADDER[step]))
    return Outcome(_State.WAITING, setback=setback, not_before=until, attempts=1, tried=True)


def unreached(message: Message, setback: str, *, now: dt.datetime) -> Outcome:
    """The mail server could not be reached: soon again, and not counted against the mail."""
    if _too_long(message, now):
        return ended(_Reason.GAVE_UP, setback)
    until = now + _UNREACHED
    return Outcome(_State.WAITING, setback=setback, not_before=until, tried=True)


def refused(message: Message, setback: str, *, now: dt.datetime) -> Outcome:
    """Refused for good, though not because of its address: one more try, then the end."""
    if message.setback == setback:
        return ended(_Reason.REFUSED, setback)
    return later(message, setback, now=now)


def slow(message: Message, *, now: dt.datetime) -> Outcome:
    """Its question to the database took longer than any may: from now on it travels alone.

    Whether that is its own fault or the database's nobody can tell. So it climbs the ladder, and
    only a day of it is the end.
    """
    outcome = later(message, "slow", now=now)
    return outcome if message.falls else outcome._replace(falls=1)


def fell(message: Message, setback: str, *, now: dt.datetime) -> Outcome:
    """We could not write it, or died over it: it travels alone, and after five starts it ends."""
    if message.falls + 1 >= MOST_FALLS:
        return Outcome(_State.ENDED, reason=_Reason.POISON, setback=setback, falls=1)
    until = now + _about(dt.timedelta(minutes=_FALL_LADDER[message.falls]))
    return Outcome(_State.WAITING, setback=setback, not_before=until, falls=1)


def doubtful(*, now: dt.datetime) -> Outcome:
    """Perhaps it left: the server has ten minutes to show."""
    return Outcome(_State.DOUBT, setback="dot", not_before=now + IN_DOUBT, doubts=1)


def settle(owner: str, outcomes: dict[int, Outcome], *, now: dt.datetime) -> None:
    """Write down what became of a batch, in one transaction and mostly in one statement.

    A mail that left is recorded as sent even when it was ended a moment too late.
    """
    together: dict[Outcome, list[int]] = defaultdict(list)
    for message_id, outcome in outcomes.items():
        together[outcome].append(message_id)
    with transaction.atomic():
        for outcome, ids in together.items():
            ours = Message.objects.filter(pk__in=ids, claim_owner=owner)
            if outcome.state == _State.SENT:
                _settle_sent(ours, outcome, now, len(ids))
            else:
                _settle_unsent(ours.filter(state=_State.CLAIMED), outcome, now)


def _settle_sent(ours: MessageQuerySet, outcome: Outcome, now: dt.datetime, n: int) -> None:
    forget = {"body": None} if outcome.forget_body else {}
    count = ours.filter(state__in=[_State.CLAIMED, _State.DOUBT, _State.ENDED]).update(
        state=_State.SENT,
        reason="",
        setback="",
        sent_at=now,
        ended_at=None,
        claim_until=None,
        **forget,
    )
    if count != n:
        logger.warning("%d mails left while somebody else took over their rows", n - count)


def _settle_unsent(ours: MessageQuerySet, outcome: Outcome, now: dt.datetime) -> None:
    changes: dict[str, object] = {
        "state": outcome.state,
        "reason": outcome.reason,
        "setback": outcome.setback,
        "claim_until": None,
    }
    if outcome.tried:
        changes["tried_at"] = Coalesce(F("tried_at"), Value(now))
    if outcome.not_before is not None:
        changes["not_before"] = outcome.not_before
    for name in ("attempts", "falls", "doubts"):
        if getattr(outcome, name):
            changes[name] = F(name) + getattr(outcome, name)
    if outcome.state == _State.ENDED:
        changes |= {"ended_at": now, "body": None}
    if outcome.state == _State.WAITING:
        changes["claim_owner"] = ""
    ours.update(**changes)


def _claimed_ids(owner: str, lane: str, names: list[str], now: dt.datetime) -> list[int]:
    connection = connections[router.db_for_write(Message)]
    # One lane at a time: with the lane fixed the partial index is already in the right order.
    # MATERIALIZED: as a subquery PostgreSQL may run it once a row, and each run skips what the
    # last one took, so that a batch grows to all that is due.
    skip = "FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""
    moment = connection.ops.adapt_datetimefield_value
    marks = ", ".join(["%s"] * len(names))
    sql = (
        "WITH due AS MATERIALIZED (SELECT id AS due_id FROM outbox_message"  # noqa: S608 - only marks
        " WHERE state = 'waiting' AND lane = %s AND not_before <= %s"
        f" AND kind IN ({marks}) ORDER BY not_before, id LIMIT {_BATCH} {skip})"
        " UPDATE outbox_message SET state = 'claimed', claim_owner = %s, claim_until = %s"
        " FROM due WHERE id = due_id RETURNING id"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [lane, moment(now), *names, owner, moment(now + LEASE)])
        return [row[0] for row in cursor.fetchall()]


def _too_long(message: Message, now: dt.datetime) -> bool:
    return message.tried_at is not None and now - message.tried_at >= GIVE_UP


def _about(span: dt.timedelta) -> dt.timedelta:
    # What failed together shall not come back together.
    return span * random.uniform(0.8, 1.2)  # noqa: S311 - no secret
