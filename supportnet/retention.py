"""How long things are kept: every model says it in its ``part``, this carries it out."""

import datetime as dt
import logging
from typing import Any

from vault.part import Part, parts

logger = logging.getLogger(__name__)

# One long statement holds up whoever writes, and is ended after half a minute with nothing done.
_AT_ONCE = 5_000


def forget_expired(*, now: dt.datetime) -> None:
    """Delete the expired rows of each model, the oldest first."""
    for model, part in parts():
        if part.expired:
            try:
                _forget(model, part, now)
            except Exception:  # told and tried again in an hour: the others' time has come too
                logger.exception("expired rows of %s could not be deleted", model._meta.label)


def _forget(model: Any, part: Part, now: dt.datetime) -> None:
    every = model._default_manager
    while True:
        expired = getattr(every, str(part.expired))(now).order_by("pk")
        ids = list(expired.values_list("pk", flat=True)[:_AT_ONCE])
        every.filter(pk__in=ids).delete()
        if len(ids) < _AT_ONCE:
            return
