"""How often a person's programs may ask: counted by one upsert, so that it holds at once."""

import datetime as dt
from typing import Any

from django.utils import timezone
from rest_framework.permissions import SAFE_METHODS
from rest_framework.throttling import BaseThrottle

from accounts.access import person_of
from outbox import limits

ASKS, WRITES = 120, 30
_MINUTE = dt.timedelta(minutes=1)


class Often(BaseThrottle):
    """120 times a minute, 30 of them to change something; all programs of a person together."""

    def allow_request(self, request: Any, view: Any) -> bool:
        now, person = timezone.now(), person_of(request)
        self.left = 60 - int(now.timestamp()) % 60
        if not limits.allow("api", person.pk, at_most=ASKS, within=_MINUTE, now=now):
            return False
        if request.method in SAFE_METHODS:
            return True
        return limits.allow("api writes", person.pk, at_most=WRITES, within=_MINUTE, now=now)

    def wait(self) -> float:
        """Until the minute that is counted is over."""
        return self.left
