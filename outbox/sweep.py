"""After a sender died: the truth from its journal, and "perhaps sent" where there is none."""

import contextlib
import datetime as dt

from django.conf import settings
from django.db import connections, router

from outbox import claims, journal
from outbox.claims import Outcome
from outbox.models import Message

_State, _Reason = Message.State, Message.Reason


def replay_left_behind(*, now: dt.datetime) -> int:
    """Settle what dead senders of this machine left; how many rows that were."""
    # Closed at once when the database fails: an error keeps its frames, and so a lock, alive.
    with contextlib.closing(journal.left_behind()) as all_notes:
        return sum(_settle(notes, now=now) for notes in all_notes)


def sweep(*, now: dt.datetime) -> int:
    """Everything that waits for nobody any more: dead senders, ended leases, due doubts.

    What was held until it was of no use to anybody ends: there is nothing left to decide.
    """
    held = Message.objects.filter(state=_State.HELD, expires_at__lte=now)
    count = held.end(_Reason.EXPIRED, now=now) + replay_left_behind(now=now)
    overdue = Message.objects.filter(state=_State.CLAIMED, claim_until__lte=now)
    for owner in set(overdue.values_list("claim_owner", flat=True)):
        count += _take_over(owner, now=now)
    return count + _end_doubts(now)


def _take_over(owner: str, *, now: dt.datetime) -> int:
    notes = journal.of_living(owner)
    if notes is None:
        # Its machine is gone, and its notes with it: any of these mails may have left.
        mine = Message.objects.filter(claim_owner=owner, state=_State.CLAIMED)
        doubts = dict.fromkeys(mine.values_list("pk", flat=True), claims.doubtful(now=now))
        claims.settle(owner, doubts, now=now)
        return len(doubts)
    if connections[router.db_for_write(Message)].vendor != "postgresql":
        return 0  # it lives on this one machine, and its rows with it
    # Alive but stopped for longer than its lease: its fence keeps it from sending what we take.
    return _settle(notes, now=now, living=True)


def _settle(notes: journal.Notes, *, now: dt.datetime, living: bool = False) -> int:
    """What the journal says about each row its sender still holds.

    A living sender settles what was accepted from it; what it writes for longer than its lease is
    as suspect as what one died over. When the whole machine went down, the last lines may be
    missing: whatever was not accepted may have left.
    """
    rows = Message.objects.filter(claim_owner=notes.owner).exclude(state=_State.SENT)
    outcomes: dict[int, Outcome] = {}
    for message in rows.defer("body"):
        if message.pk in notes.accepted:
            if not living:
                outcomes[message.pk] = claims.sent(message)
        elif message.state == _State.CLAIMED:
            handed = notes.handed if notes.is_whole else {message.pk}
            outcomes[message.pk] = _of_claimed(message, handed, notes.begun, now)
    claims.settle(notes.owner, outcomes, now=now)
    return len(outcomes)


def _of_claimed(message: Message, handed: set[int], begun: set[int], now: dt.datetime) -> Outcome:
    if message.pk in handed:
        return claims.doubtful(now=now)
    if message.pk in begun:
        return claims.fell(message, "crash", now=now)
    return claims.back(message)


def _end_doubts(now: dt.datetime) -> int:
    """Ten minutes are over: again with the same identity, or kept for the operator."""
    due = Message.objects.filter(state=_State.DOUBT, not_before__lte=now)
    hold = settings.IN_DOUBT == "hold"
    due_to_hold = due if hold else due.filter(doubts__gte=claims.MOST_DOUBTS)
    count = due_to_hold.update(state=_State.HELD)
    return count + due.update(state=_State.WAITING, claim_owner="")
