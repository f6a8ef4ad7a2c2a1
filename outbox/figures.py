"""How mail does, in numbers alone: nothing here tells of anybody. It reads and locks nothing."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, ExpressionWrapper, F, Max, Min, Q, QuerySet
from django.db.models.fields import DurationField

from outbox.models import Message

# Sent mails have no index by time, and a new one would cost each sending. So many of the newest
# are looked at: more than a small server sends in an hour.
NEWEST = 20_000
_HOUR = dt.timedelta(hours=1)
_NONE = dt.timedelta(0)
_State, _Reason = Message.State, Message.Reason


@dataclass(frozen=True)
class Figures:
    """What waits now, and what became of the newest mails within the last hour."""

    standing: dict[str, int]
    due: int
    oldest_wait: dt.timedelta
    sent: int
    ended: dict[str, int]
    late: dt.timedelta
    latest: dt.timedelta


def figures(now: dt.datetime) -> Figures:
    """Count by short indexes and over the newest mails; five statements."""
    waits = Q(not_before__lte=now)
    waiting = _in(_State.WAITING).aggregate(
        all=Count("pk"), due=Count("pk", filter=waits), oldest=Min("not_before", filter=waits)
    )
    standing = {str(_State.WAITING): waiting["all"]}
    for state in (_State.CLAIMED, _State.DOUBT, _State.HELD):
        standing[str(state)] = _in(state).count()
    lately = _lately(now - _HOUR)
    return Figures(
        standing=standing,
        due=waiting["due"],
        oldest_wait=now - waiting["oldest"] if waiting["oldest"] else _NONE,
        sent=lately["sent"],
        ended={str(reason): lately[f"ended_{reason}"] for reason in _reasons()},
        late=max(_NONE, lately["late"] or _NONE),
        latest=max(_NONE, lately["latest"] or _NONE),
    )


def _in(state: str) -> QuerySet[Message]:
    return Message.objects.filter(state=state)


def _lately(since: dt.datetime) -> dict[str, Any]:
    """What left and what ended since then. Late: past the moment its last try was planned for."""
    sent, late = Q(sent_at__gt=since), F("sent_at") - F("not_before")
    lateness = ExpressionWrapper(late, output_field=DurationField())
    ended = {
        f"ended_{reason}": Count("pk", filter=Q(ended_at__gt=since, reason=reason))
        for reason in _reasons()
    }
    return Message.objects.order_by("-pk")[:NEWEST].aggregate(
        sent=Count("pk", filter=sent),
        late=Avg(lateness, filter=sent),
        latest=Max(lateness, filter=sent),
        **ended,
    )


def _reasons() -> list[str]:
    return [str(reason) for reason in _Reason if reason]
