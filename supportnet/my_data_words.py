"""My data as a person reads it: names for the fields, words for what stands in them."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import Person
from checkins.models import Answer, Reply
from checkins.moments import days_words
from circles.models import Circle, Member
from library import names, zones
from supportnet import my_data

# The page shows the newest of each; the file holds everything.
SHOWN = 40

_TITLES = {
    "answers": gettext_lazy("What you said"),
    "replies": gettext_lazy("What went to and fro"),
    "shares": gettext_lazy("What somebody was given"),
    "pauses": gettext_lazy("Your breaks"),
    "schedules": gettext_lazy("Your rhythm"),
    "check ins": gettext_lazy("When you were asked or spoke up"),
    "invitations": gettext_lazy("Your invitations"),
    "circles": gettext_lazy("Your circle"),
    "members": gettext_lazy("The people in it"),
    "persons": gettext_lazy("You"),
    "consents": gettext_lazy("Your yes"),
}

_LABELS = {
    "answered_at": gettext_lazy("answered"),
    "asked": gettext_lazy("we asked"),
    "began_at": gettext_lazy("from"),
    "by_person": gettext_lazy("from you"),
    "closes_at": gettext_lazy("open until"),
    "country": gettext_lazy("country"),
    "display_name": gettext_lazy("name"),
    "due_at": gettext_lazy("when"),
    "email": gettext_lazy("mail address"),
    "ended_at": gettext_lazy("until"),
    "every_weeks": gettext_lazy("every how many weeks"),
    "gesture": gettext_lazy("gesture"),
    "gestures": gettext_lazy("gestures of your own"),
    "given_at": gettext_lazy("given"),
    "hard_day_rule": gettext_lazy("on a really hard day"),
    "helps_me": gettext_lazy("what helps you"),
    "in_mail": gettext_lazy("in the mail itself"),
    "joined_at": gettext_lazy("here since"),
    "kept_at": gettext_lazy("kept"),
    "kind": pgettext_lazy("what somebody is", "is"),
    "kinds": gettext_lazy("meant as"),
    "label": gettext_lazy("in your words"),
    "language": gettext_lazy("language"),
    "level": gettext_lazy("hears"),
    "local_date": gettext_lazy("day"),
    "local_time": gettext_lazy("at"),
    "made_at": gettext_lazy("when"),
    "name": gettext_lazy("name"),
    "note": gettext_lazy("note"),
    "paused_at": gettext_lazy("break since"),
    "paused_until": gettext_lazy("break until"),
    "skipped_at": gettext_lazy("left out"),
    "state": gettext_lazy("how it stands"),
    "state_at": gettext_lazy("since"),
    "taken_back_at": gettext_lazy("taken back"),
    "text_version": gettext_lazy("which text"),
    "weekdays": gettext_lazy("days"),
    "went_well": gettext_lazy("went well"),
    "withdrawn_at": gettext_lazy("taken back"),
    "word": gettext_lazy("word"),
    "words": gettext_lazy("words"),
    "would_help": gettext_lazy("would help"),
    "zone": gettext_lazy("time"),
}

_CHOICES = {
    "word": dict(Answer.Word.choices),
    "would_help": dict(Answer.Help.choices),
    "gesture": {**dict(Reply.Gesture.choices), **dict(Reply.Choice.choices)},
    "kinds": dict(Reply.SupportKind.choices),
    "level": dict(Member.Level.choices),
    "kind": dict(Member.Kind.choices),
    "state": dict(Member.State.choices),
    "hard_day_rule": dict(Circle.HardDayRule.choices),
}

_TOLD: dict[str, Callable[[Any], str]] = {
    "weekdays": days_words,
    "zone": zones.zone_name,
    "country": names.country_name,
    "language": names.language_name,
}


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


def tables(person: Person, *, now: dt.datetime) -> list[Table]:
    """All that is kept of a person, to be read; what is empty is left out."""
    found = []
    for name, rows in my_data.export(person, now=now)["tables"].items():
        newest = [_row(row, person) for row in rows[-SHOWN:][::-1]]
        if newest:
            found.append(Table(str(_TITLES.get(name, name)), newest, len(rows)))
    return found


def _row(row: dict[str, Any], person: Person) -> list[tuple[str, str]]:
    pairs = [(name, _text(name, value, person)) for name, value in row.items()]
    return [(str(_LABELS.get(name, name)), text) for name, text in pairs if text]


def _text(name: str, value: Any, person: Person) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value in (None, "", [], {}):
        return ""
    if isinstance(value, dt.datetime):
        return date_format(person.local(value), "DATETIME_FORMAT")
    if isinstance(value, dt.date):
        return date_format(value, "DATE_FORMAT")
    if isinstance(value, dt.time):
        return time_format(value)
    if isinstance(value, list):
        return ", ".join(_text(name, one, person) for one in value)
    return _TOLD[name](value) if name in _TOLD else str(_CHOICES.get(name, {}).get(value, value))
