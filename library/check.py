"""What must hold of the helpline file before it may be shipped."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from jsonschema import Draft202012Validator, FormatChecker

from library.helplines import FILE, is_current
from library.names import country_codes

SCHEMA = Path(__file__).parent / "data" / "helplines.schema.json"


def read(path: Path = FILE) -> dict[str, Any]:
    """The file as it stands on the disk."""
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data


def problems(data: dict[str, Any], today: date) -> list[str]:
    """Everything wrong with ``data``, one sentence each; empty when it may be shipped."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    checker = Draft202012Validator(schema, format_checker=FormatChecker())
    broken = [f"{error.json_path}: {error.message}" for error in checker.iter_errors(data)]
    # What follows reads the parts the schema promises.
    return broken or [*_repeated(data), *_countries(data, today), *_lines(data, today)]


def _repeated(data: dict[str, Any]) -> Iterator[str]:
    codes = Counter(row["iso"] for row in data["countries"])
    ids = Counter(line["id"] for row in data["countries"] for line in row["helplines"])
    for name, times in (codes + ids).items():
        if times > 1:
            yield f"{name} stands {times} times in the file."


def _countries(data: dict[str, Any], today: date) -> Iterator[str]:
    for row in data["countries"]:
        emergency = row["emergency"]
        if row["iso"] not in country_codes():
            yield f"{row['iso']} has no name in names/en.json."
        if emergency["main"] not in [one["shown"] for one in emergency["numbers"]]:
            yield f"{row['iso']}: the main emergency number is none of its numbers."
        yield from _date(f"{row['iso']}: emergency numbers", emergency["checked_on"], today)


def _lines(data: dict[str, Any], today: date) -> Iterator[str]:
    zones = available_timezones()  # each call reads the folder of zones anew
    for row in data["countries"]:
        for line in row["helplines"]:
            if not line["id"].startswith(row["iso"].lower() + "-"):
                yield f"{line['id']} stands under {row['iso']}."
            if line["zone"] is not None and line["zone"] not in zones:
                yield f"{line['id']}: {line['zone']} is no time zone."
            if isinstance(line["opens"], list) and line["zone"] is None:
                yield f"{line['id']}: hours without a zone say nothing."
            yield from _date(line["id"], line["checked_on"], today)


def _date(what: str, checked_on: str, today: date) -> Iterator[str]:
    checked = date.fromisoformat(checked_on)
    if checked > today:
        yield f"{what}: checked in the future, on {checked_on}."
    elif not is_current(checked, today):
        yield f"{what}: last checked on {checked_on}, more than twelve months ago."
