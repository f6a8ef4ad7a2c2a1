"""What countries, languages and cities are called: a file for each language, else English."""

import json
from functools import cache
from pathlib import Path

from django.utils.translation import get_language

_FOLDER = Path(__file__).parent / "data" / "names"
_FALLBACK = "en"


def country_name(code: str) -> str:
    """The country's name in the reader's language; the code itself when nobody knows it."""
    return _named("countries", code) or code


def language_name(code: str) -> str:
    """The language's name in the reader's language."""
    return _named("languages", code) or code


def city_name(zone: str) -> str:
    """The city people know a zone by: "Kyiv" for Europe/Kyiv."""
    return _named("zones", zone) or zone.rsplit("/", 1)[-1].replace("_", " ")


def country_codes() -> frozenset[str]:
    """Every country and territory there is a name for."""
    return frozenset(_names(_FALLBACK)["countries"])


def countries() -> list[tuple[str, str]]:
    """Every country for a select, by name."""
    return list(_countries(get_language()))


@cache
def _countries(_language: str | None) -> list[tuple[str, str]]:
    named = ((code, country_name(code)) for code in country_codes())
    return sorted(named, key=lambda pair: pair[1])


def _named(kind: str, key: str) -> str:
    for language in (get_language() or _FALLBACK, _FALLBACK):
        found = _names(language).get(kind, {}).get(key)
        if found:
            return found
    return ""


@cache
def _names(language: str) -> dict[str, dict[str, str]]:
    # "pt-br" has its own file or speaks as "pt" does. Only names of our own files reach the disk.
    files = {path.stem: path for path in _FOLDER.glob("*.json")}
    path = files.get(language) or files.get(language.split("-")[0])
    return json.loads(path.read_text(encoding="utf-8")) if path else {}
