"""Whether the log of looks is whole: its own chain, and whether each deed it must know of is in it.

A cut at the very end leaves a chain that holds. What was opened and decided stands in other tables
too, so a log that knows nothing of it was cut.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from moderation.models import Access, Decision, Opening
from moderation.models.access import KEPT

_SURELY = dt.timedelta(days=2)


def breaks(now: dt.datetime) -> list[str]:
    """All that is wrong with the log, in plain words; empty when all is well."""
    since = now - KEPT + _SURELY
    opened = Opening.objects.filter(opened_at__gte=since)
    decided = Decision.objects.filter(made_at__gte=since)
    return [
        *Access.objects.breaks(now),
        *_missing(Access.What.OPENED, opened.values_list("report__public_id", flat=True)),
        *_missing(Access.What.DECIDED, decided.values_list("report__public_id", flat=True)),
    ]


def _missing(what: str, deeds: Iterable[UUID | None]) -> list[str]:
    noted = Counter(Access.objects.filter(what=what).values_list("about_id", flat=True))
    count = sum((Counter(deeds) - noted).values())
    return [f"The log has no line for {count} ({what})."] if count else []
