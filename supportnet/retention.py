"""How long things are kept: every model says it in its ``part``, this carries it out."""

import datetime as dt

from vault.part import parts


def forget_expired(*, now: dt.datetime) -> dict[str, int]:
    """Delete the expired rows of each model; returns how many per table."""
    forgotten = {}
    for model, part in parts():
        if part.expired:
            rows = getattr(model._default_manager, part.expired)(now)
            forgotten[model._meta.label] = rows.delete()[0]
    return forgotten
