"""A first guess at country, zone and language, made without looking at the address."""

from zoneinfo import ZoneInfo

import pytest
from django.test import RequestFactory

from library import zones


def guess(accept_language="", browser_zone=None, **headers):
    data = {} if browser_zone is None else {"browser_zone": browser_zone}
    headers["accept-language"] = accept_language
    return zones.guess(RequestFactory().post("/", data, headers=headers))


def test_the_browsers_zone_names_the_country():
    found = guess("en-US,en;q=0.9", "Europe/Berlin")

    assert (found.country, found.zone) == ("DE", "Europe/Berlin")
    assert (found.country_name, found.zone_name) == ("Germany", "Berlin time")


@pytest.mark.parametrize(
    ("header", "country", "zone"),
    [
        ("de-AT,de;q=0.9,en-US;q=0.8", "AT", "Europe/Vienna"),
        ("de,de-CH;q=0.9,en-US;q=0.8", "CH", "Europe/Zurich"),
        ("en-AU", "AU", "Australia/Sydney"),
        ("pt-BR", "BR", "America/Sao_Paulo"),
        ("zh-Hant-HK", "HK", "Asia/Hong_Kong"),
        ("sq-XK", "XK", "Europe/Belgrade"),
    ],
)
def test_without_scripts_the_region_of_the_language_is_asked(header, country, zone):
    found = guess(header)

    assert (found.country, found.zone) == (country, zone)


@pytest.mark.parametrize(
    "header", ["", "en", "de", "de,en-US;q=0.7,en;q=0.3", "es-419", "x" * 600, "zh-Hans", "*"]
)
def test_a_language_alone_names_no_country(header):
    found = guess(header)

    assert (found.country, found.zone) == ("", "")
    assert (found.country_name, found.zone_name) == ("", "")


def test_an_address_changes_nothing():
    with_address = guess("en", **{"x-forwarded-for": "8.8.8.8", "cf-ipcountry": "US"})

    assert with_address == guess("en")


@pytest.mark.parametrize(
    ("old", "new", "country"),
    [
        ("Asia/Calcutta", "Asia/Kolkata", "IN"),
        ("Europe/Kiev", "Europe/Kyiv", "UA"),
        ("America/Coral_Harbour", "America/Atikokan", "CA"),
        ("Africa/Asmera", "Africa/Asmara", "ER"),
        ("US/Eastern", "America/New_York", "US"),
        ("Europe/Stockholm", "Europe/Stockholm", "SE"),
    ],
)
def test_old_names_of_zones_are_understood(old, new, country):
    assert zones.canonical(old) == new
    assert zones.country_of(old) == country


@pytest.mark.parametrize(
    "nonsense", ["", "Etc/UTC", "Mars/Base", "../../etc/passwd", "\x00", "GMT"]
)
def test_a_zone_that_is_no_place_is_no_zone(nonsense):
    assert zones.canonical(nonsense) == ""
    assert guess("en-GB", nonsense).zone == "Europe/London"


def test_the_main_zone_is_where_most_people_of_a_country_live():
    assert zones.main_zone("DE") == "Europe/Berlin"
    assert zones.main_zone("BR") == "America/Sao_Paulo"
    assert zones.main_zone("ZZ") == ""


@pytest.mark.parametrize("gone", ["", "Europe", "Mars/Base", "../../etc/passwd", "\x00"])
def test_a_name_that_is_no_zone_has_no_clock(gone):
    assert zones.clock(gone) is None
    assert str(zones.clock("Europe/Berlin")) == "Europe/Berlin"


def test_every_zone_in_a_select_is_one_python_knows():
    every = zones.all_zones()

    assert len(every) > 400
    for zone, name in every:
        assert zones.canonical(zone) == zone
        assert name.endswith(" time")
        assert ZoneInfo(zone)
