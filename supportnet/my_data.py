"""Everything of one person, across the rooms: read out for them, or erased for good.

Each model says with its ``part`` whose a row is and what of it is exported, so a new model cannot
be forgotten here: a test fails on one without a part.
"""

import datetime as dt
import json
from operator import attrgetter
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from accounts.models import Person
from vault.models import Key
from vault.part import Part, keyed_models


def export(person: Person, *, now: dt.datetime) -> dict[str, Any]:
    """All that is kept of a person, by table, in plain values."""
    tables: dict[str, Any] = {}
    for model, path in keyed_models():
        names = model.part.export  # type: ignore[attr-defined]
        if names:
            rows = model._default_manager.filter(**{path: person.key_id}).order_by("pk")
            tables[str(model._meta.verbose_name_plural)] = [_row(row, names) for row in rows]
    return {"format": 1, "made_at": now, "tables": tables}


def export_json(person: Person, *, now: dt.datetime) -> str:
    """The export as text that other programs can read."""
    return json.dumps(export(person, now=now), cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)


def erase(person: Person) -> None:
    """Delete the person, all that is theirs, and the key that could open what a backup still holds.

    Links die and waiting mail is dropped with their rows. Members are not told.
    """
    key_id = person.key_id
    with transaction.atomic():
        person.delete()
        for model, path in keyed_models():
            if model is not Key:
                model._default_manager.filter(**{path: key_id}).delete()
        Key.objects.filter(pk=key_id).delete()
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        # What was overwritten in the database still stands in the log until this.
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def inventory() -> list[dict[str, Any]]:
    """What is kept, why and how long, in the order of the rooms: the privacy page's own source."""
    found = []
    for model in apps.get_models():
        part: Part | None = getattr(model, "part", None)
        if part is not None:
            name = model._meta.verbose_name_plural
            found.append({"what": name, "why": _(part.why), "kept": _(part.kept)})
    return found


def _row(row: Model, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: attrgetter(name)(row) for name in names}
