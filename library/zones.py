"""Time zones and countries: which belong together, what people call them, and a first guess.

The guess reads the browser's zone and its preferred language, never the network address. It is
only ever a proposal that the person confirms, and no help page uses it.
"""

import json
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils.translation import get_language, get_language_from_request
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header

from library.names import city_name, country_codes, country_name

ZONE_FIELD = "browser_zone"  # the hidden field static/js/zone.js fills
_ALIASES = Path(__file__).parent / "data" / "zone_aliases.json"
# The zone table is ordered by geography. Where its first zone is not where most people live:
_MAIN = {
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "FM": "Pacific/Pohnpei",
    "RU": "Europe/Moscow",
    # Kosovo has no zone of its own in the table; clocks there agree with Belgrade.
    "XK": "Europe/Belgrade",
}


@dataclass(frozen=True)
class Guess:
    """A proposal to confirm; an empty part means nothing spoke for one."""

    country: str
    zone: str
    language: str

    @property
    def country_name(self) -> str:
        """The country for a reader, or empty."""
        return country_name(self.country) if self.country else ""

    @property
    def zone_name(self) -> str:
        """The zone for a reader, as in "Berlin time", or empty."""
        return zone_name(self.zone) if self.zone else ""


def guess(request: HttpRequest) -> Guess:
    """Country, zone and language, from what the browser says about itself."""
    language = get_language_from_request(request)
    zone = canonical(request.POST.get(ZONE_FIELD, ""))
    if zone:
        return Guess(country_of(zone), zone, language)
    country = _country_of_languages(request.headers.get("Accept-Language", ""))
    return Guess(country, main_zone(country), language)


@lru_cache(maxsize=1024)
def clock(zone: str) -> ZoneInfo | None:
    """The clock that arithmetic on local time wants; None for a name that is no zone any more."""
    try:
        return ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        # OSError: "Europe" is a folder of the zone database, not a zone.
        return None


def canonical(zone: str) -> str:
    """The zone under its present name (browsers send old ones), or empty if there is none."""
    zone = _aliases().get(zone, zone)
    return zone if zone in _country_by_zone() else ""


def country_of(zone: str) -> str:
    """The country a zone belongs to, or empty."""
    return _country_by_zone().get(canonical(zone), "")


def main_zone(country: str) -> str:
    """The zone most people of a country live in, or empty."""
    if country in _MAIN:
        return _MAIN[country]
    return next(iter(_zones_by_country().get(country, ())), "")


def zone_name(zone: str) -> str:
    """What people call a zone: "Berlin time"."""
    return _("%(city)s time") % {"city": city_name(canonical(zone) or zone)}


def all_zones() -> list[tuple[str, str]]:
    """Every zone for a select, by name."""
    return list(_all_zones(get_language()))


@cache
def _all_zones(_language: str | None) -> list[tuple[str, str]]:
    named = ((zone, zone_name(zone)) for zone in _country_by_zone())
    return sorted(named, key=lambda pair: pair[1])


def _country_of_languages(header: str) -> str:
    """The region of the language the reader likes best; "en" alone names no country."""
    tags = [tag.split("-") for tag, _quality in parse_accept_lang_header(header.lower())]
    # Only tags of the first language count: "de, en-US" is no American.
    for parts in tags:
        region = parts[-1].upper()
        if parts[0] == tags[0][0] and len(parts) > 1 and region in country_codes():
            return region
    return ""


@cache
def _zones_by_country() -> dict[str, tuple[str, ...]]:
    table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    found: dict[str, tuple[str, ...]] = {}
    for row in table.splitlines():
        if row and not row.startswith("#"):
            code, _place, zone = row.split("\t")[:3]
            found[code] = (*found.get(code, ()), zone)
    return found


@cache
def _country_by_zone() -> dict[str, str]:
    return {zone: code for code, zones in _zones_by_country().items() for zone in zones}


@cache
def _aliases() -> dict[str, str]:
    names: dict[str, str] = json.loads(_ALIASES.read_text(encoding="utf-8"))
    return names
