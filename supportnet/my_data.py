"""Everything of one person, across the rooms: read out for them, or erased for good.

Each model says with its ``part`` whose a row is and what of it is exported, so a new model cannot
be forgotten here: a test fails on one without a part.
"""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import Model, QuerySet
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import Person
from vault.models import Key
from vault.part import Part, keyed_models, parts

# The page shows the newest of each kind; the file holds everything.
SHOWN = 40


@dataclass(frozen=True)
class Table:
    """One kind of thing that is kept: the newest rows, each as pairs of label and text."""

    title: str
    rows: list[list[tuple[str, str]]]
    count: int

    @property
    def is_cut(self) -> bool:
        """Whether the file holds more than stands here."""
        return self.count > len(self.rows)


def export(person: Person, *, now: dt.datetime) -> dict[str, Any]:
    """All that is kept of a person, by table, in plain values."""
    tables = {
        model._meta.label_lower: [_row(row, part) for row in rows]
        for model, part, rows in _exported(person)
    }
    return {"format": 1, "made_at": now, "tables": tables}


def export_json(person: Person, *, now: dt.datetime) -> str:
    """The export as text that other programs can read."""
    return json.dumps(export(person, now=now), cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)


def export_page(person: Person) -> list[Table]:
    """The same to read: labels for names, words for values, and nothing where nothing is."""
    found = []
    for _model, part, rows in _exported(person):
        newest = [_read(row, part, person) for row in rows.reverse()[:SHOWN]]
        if newest:
            found.append(Table(str(part.what), newest, rows.count()))
    return found


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


def inventory() -> list[Part]:
    """What is kept, why and how long, in the order of the rooms: the privacy page's own source."""
    return [part for _model, part in parts()]


def _exported(person: Person) -> Iterator[tuple[type[Model], Part, QuerySet[Any]]]:
    for model, part in parts():
        if part.export:
            rows = _theirs(model, part, person)
            beside = {name.rpartition(".")[0] for name in part.export} - {""}
            yield model, part, rows.select_related(*beside).order_by("pk")


def _theirs(model: type[Model], part: Part, person: Person) -> QuerySet[Any]:
    every = model._default_manager
    if part.about:
        return getattr(every, part.about)(person)
    return getattr(every, part.rows)().filter(**{str(part.key): person.key_id})


def _row(row: Model, part: Part) -> dict[str, Any]:
    return {name.replace(".", "_"): attrgetter(name)(row) for name in part.export}


def _read(row: Model, part: Part, person: Person) -> list[tuple[str, str]]:
    values = ((label, _value(row, name, part)) for name, label in part.export.items())
    said = ((str(label), _in_words(value, person)) for label, value in values)
    return [(label, value) for label, value in said if value]


def _value(row: Model, name: str, part: Part) -> Any:
    display = getattr(row, f"get_{name}_display", None)
    if display and name not in part.read:
        return display()
    return attrgetter(part.read.get(name, name))(row)


def _in_words(value: Any, person: Person) -> str:
    match value:
        case bool():
            return _("yes") if value else _("no")
        case dt.datetime():
            return date_format(
                person.local(value), pgettext("a moment, in Django's date format", "j F Y, H:i")
            )
        case dt.date():
            return date_format(value, pgettext("a day, in Django's date format", "j F Y"))
        case dt.time():
            return time_format(value, "H:i")
        case list() | tuple():
            return ", ".join(str(one) for one in value)
    return "" if value is None else str(value)
