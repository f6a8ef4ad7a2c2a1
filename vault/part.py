"""What each model says about the data it holds: whose it is, why, how long, and what is exported.

Every first-party model carries one ``part``. Erasure, export, retention, the privacy page and
``vault prune`` read it; a test fails on a model without one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.apps import apps
from django.db.models import Model
from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True)
class Part:
    """A model's part in what is kept about people.

    ``key`` is the ORM path from a row to the number of the vault key whose owner the row belongs
    to, or None when the row is nobody's. ``what`` is what people call such rows. ``export`` names
    the attributes that go into that person's export, each with the words people read beside it;
    ``read`` names the attribute to show people where another one says it in words, and ``rows``
    the QuerySet word of what is exported at all. ``expired`` names the QuerySet word (taking
    ``now``) whose rows a nightly purge deletes. ``in_backup`` is False for keys, and for what would
    be wrong or idle after a restore. Rows that are nobody's and yet tell of somebody, as the log of
    staff does, are exported by the QuerySet word ``about``, which takes the person.
    """

    key: str | None
    what: Text
    why: Text
    kept: Text
    export: Mapping[str, Text] = field(default_factory=dict)
    read: Mapping[str, str] = field(default_factory=dict)
    rows: str = "all"
    about: str | None = None
    expired: str | None = None
    in_backup: bool = True


def parts() -> list[tuple[type[Model], Part]]:
    """Every model with its part, in the order of the rooms."""
    found = ((model, getattr(model, "part", None)) for model in apps.get_models())
    return [(model, part) for model, part in found if part is not None]


def keyed_models() -> list[tuple[type[Model], str]]:
    """Every model whose rows belong to a key's owner, with the ORM path to the key's number."""
    return [(model, part.key) for model, part in parts() if part.key is not None]
