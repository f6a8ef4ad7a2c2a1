"""Helplines and emergency numbers: what the shipped file and the operator's own rows say.

Numbers are shown exactly as they stand in the file. Nothing here composes, translates or
reformats one.
"""

import json
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy

from library import hours
from library.models import OwnLine
from library.names import country_codes, country_name, language_name

FILE = Path(__file__).parent / "data" / "helplines.json"

EVERYONE = "everyone"
SERVICE_NAMES = {
    "any": gettext_lazy("any emergency"),
    "any_mobile": gettext_lazy("any emergency, from a mobile phone"),
    "ambulance": gettext_lazy("ambulance"),
    "police": gettext_lazy("police"),
    "fire": gettext_lazy("fire service"),
}


@dataclass(frozen=True)
class Number:
    """One emergency number and who answers it."""

    shown: str
    services: tuple[str, ...]

    @property
    def services_words(self) -> str:
        """Who answers, for a reader: "ambulance, police"."""
        return ", ".join(str(SERVICE_NAMES[service]) for service in self.services)


@dataclass(frozen=True)
class Emergency:
    """A country's emergency numbers; ``main`` is the one to name when there is room for one."""

    main: Number
    others: tuple[Number, ...]
    checked_on: date


@dataclass(frozen=True)
class Phone:
    """A number as people read it, and what to dial: None until somebody checked that."""

    shown: str
    tel: str | None


@dataclass(frozen=True)
class Text:
    """A number to send a text message to, and the word to send where one is asked for."""

    shown: str
    body: str | None


@dataclass(frozen=True)
class Line:
    """One helpline."""

    id: str
    name: str
    checked_on: date
    phones: tuple[Phone, ...]
    local_name: str | None = None
    text: Text | None = None
    whatsapp: str | None = None
    chat_url: str | None = None
    url: str | None = None
    audience: str = EVERYONE
    coverage: str | None = None
    opens: hours.Opens = None
    zone: str | None = None
    own_hours: str = ""
    cost: str | None = None
    languages: tuple[str, ...] = ()
    more_languages: bool = False
    note: str | None = None

    @property
    def for_young(self) -> bool:
        """Whether the line is there for children and young people rather than for everyone."""
        return self.audience != EVERYONE

    @property
    def hours_words(self) -> str:
        """The hours for a reader; empty when unknown."""
        return self.own_hours or hours.words(self.opens, self.zone)

    @property
    def languages_words(self) -> str:
        """The languages somebody verified, for a reader; empty when nobody did."""
        return ", ".join(language_name(code) for code in self.languages)


@dataclass(frozen=True)
class Listed:
    """A line as it stands on a page at one moment; ``is_open`` is None when nobody knows."""

    line: Line
    is_open: bool | None


@dataclass(frozen=True)
class Country:
    """A country, its emergency numbers where known, and its shipped helplines."""

    iso: str
    emergency: Emergency | None = None
    lines: tuple[Line, ...] = ()

    @property
    def name(self) -> str:
        """The country's name in the reader's language."""
        return country_name(self.iso)

    @property
    def letter(self) -> str:
        """The letter it stands under in a list."""
        return _sort_key(self.name)[0].upper()


def country(code: str) -> Country | None:
    """The country of a two-letter code; None for a code that is no country's."""
    found = _shipped().get(code)
    if found is None and code in country_codes():
        found = Country(iso=code)
    return found


def countries() -> list[Country]:
    """Every country there is, by name in the reader's language."""
    every = (country(code) or Country(iso=code) for code in country_codes())
    return sorted(every, key=lambda one: _sort_key(one.name))


def lines_for(country_code: str, now: datetime) -> list[Listed]:
    """The country's lines that may be shown now, those that are open first."""
    return arrange(country_code, OwnLine.objects.about(country_code), now)


def arrange(country_code: str, own: Iterable[OwnLine], now: datetime) -> list[Listed]:
    """The shipped lines and the operator's ``own`` rows, less the hidden and the outdated ones."""
    own = list(own)
    hidden = {row.hidden_id for row in own if row.hidden_id}
    found = country(country_code)
    lines = [_own_line(row) for row in own if not row.hidden_id]
    lines += [line for line in (found.lines if found else ()) if line.id not in hidden]
    listed = [
        Listed(line, is_open(line, now))
        for line in lines
        if is_current(line.checked_on, now.date())
    ]
    # True, None, False: open, unknown, closed. The sort is stable, so the file's order stays.
    return sorted(listed, key=lambda one: {True: 0, None: 1, False: 2}[one.is_open])


def is_open(line: Line, now: datetime) -> bool | None:
    """Open, closed, or None when nobody has verified the hours."""
    return hours.is_open(line.opens, line.zone, now)


def is_current(checked_on: date, today: date) -> bool:
    """Whether something checked on that day may still be shown: twelve months, no longer."""
    month_and_day = (today.month, today.day)
    years = today.year - checked_on.year
    return years < 1 or (years == 1 and month_and_day <= (checked_on.month, checked_on.day))


def countries_with_young_lines() -> list[Country]:
    """Countries whose shipped file has a line for children and young people."""
    return [one for one in countries() if any(line.for_young for line in one.lines)]


def _sort_key(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name)
    return "".join(sign for sign in plain if not unicodedata.combining(sign)).casefold()


@cache
def _shipped() -> dict[str, Country]:
    data = json.loads(FILE.read_text(encoding="utf-8"))
    return {row["iso"]: _country(row) for row in data["countries"]}


def _country(row: dict[str, Any]) -> Country:
    return Country(
        iso=row["iso"],
        emergency=_emergency(row["emergency"]),
        lines=tuple(_line(line) for line in row["helplines"]),
    )


def _emergency(row: dict[str, Any]) -> Emergency:
    numbers = [Number(one["shown"], tuple(one["services"])) for one in row["numbers"]]
    main = next(one for one in numbers if one.shown == row["main"])
    return Emergency(
        main=main,
        others=tuple(one for one in numbers if one is not main),
        checked_on=date.fromisoformat(row["checked_on"]),
    )


def _line(row: dict[str, Any]) -> Line:
    text = row["sms"]
    same = ("id", "name", "local_name", "whatsapp", "chat_url", "url", "audience", "coverage")
    return Line(
        **{key: row[key] for key in same},
        phones=tuple(Phone(one["shown"], one["tel"]) for one in row["phones"]),
        text=Text(text["shown"], text["body"]) if text else None,
        opens=_opens(row["opens"]),
        zone=row["zone"],
        cost=row["cost"],
        # Assumed languages are not printed: a promise nobody has checked.
        languages=tuple(row["languages"]) if row["languages_documented"] else (),
        more_languages=row["languages_documented"] and row["more_languages"],
        note=row["note"],
        checked_on=date.fromisoformat(row["checked_on"]),
    )


def _opens(value: Any) -> hours.Opens:
    if value is None or value == hours.ALWAYS:
        return value
    return tuple(hours.Opening(tuple(one["days"]), one["from"], one["to"]) for one in value)


def _own_line(row: OwnLine) -> Line:
    return Line(
        id=f"own-{row.pk}",
        name=row.name,
        phones=(Phone(row.phone, row.tel),),
        own_hours=row.hours,
        checked_on=row.checked_on,
    )
