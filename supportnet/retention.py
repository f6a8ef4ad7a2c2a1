"""How long things are kept: every model says it in its ``part``, this carries it out."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Model

from vault.part import Part


def forget_expired(models: Iterable[type[Model]], *, now: dt.datetime) -> dict[str, int]:
    """Delete the expired rows of each model; returns how many per table."""
    forgotten = {}
    for model in models:
        part: Part | None = getattr(model, "part", None)
        if part is not None and part.expired:
            rows = getattr(model._default_manager, part.expired)(now)
            forgotten[model._meta.label] = rows.delete()[0]
    return forgotten
