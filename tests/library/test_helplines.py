"""Which lines a reader sees, in which order, at which moment."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from library import hours
from library.helplines import country, is_current, is_open, lines_for
from library.hours import Opening
from library.models import OwnLine

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


def own_line(**changed):
    values = {
        "country": "DE",
        "name": "Line of this town",
        "phone": "030 55 44 33",
        "tel": "030554433",
        "source": "their own page",
        "checked_on": NOW.date(),
    }
    row = OwnLine(**values | changed)
    row.full_clean()
    row.save()
    return row


def ids(code, now=NOW):
    return [one.line.id for one in lines_for(code, now)]


def italy(hour, minute=0, day=23):
    return dt.datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo("Europe/Rome"))


@pytest.mark.parametrize(
    ("hour", "minute", "expected"),
    [(3, 0, False), (8, 59, False), (9, 0, True), (23, 59, True), (0, 0, False)],
)
def test_a_line_is_open_in_its_own_zone(hour, minute, expected):
    (line,) = country("IT").lines

    assert is_open(line, italy(hour, minute)) is expected


def test_a_line_that_goes_past_midnight_is_open_after_it():
    (line,) = country("BD").lines  # daily 15:00 to 03:00
    dhaka = ZoneInfo("Asia/Dhaka")

    assert is_open(line, dt.datetime(2026, 11, 23, 2, 59, tzinfo=dhaka)) is True
    assert is_open(line, dt.datetime(2026, 11, 23, 3, 0, tzinfo=dhaka)) is False
    assert is_open(line, dt.datetime(2026, 11, 23, 15, 0, tzinfo=dhaka)) is True


def test_a_night_belongs_to_the_day_it_began():
    friday_night = Opening(("fri",), "22:00", "02:00")

    assert friday_night.covers(dt.datetime(2026, 11, 28, 1, 0))  # noqa: DTZ001 a wall clock
    assert not friday_night.covers(dt.datetime(2026, 11, 27, 1, 0))  # noqa: DTZ001


def test_nobody_guesses_about_hours_that_are_not_known():
    (line,) = country("IS").lines

    assert is_open(line, NOW) is None
    assert line.hours_words == ""


def test_a_zone_that_the_machine_does_not_know_leaves_the_hours_unknown():
    """The help pages are the last that may break: not for a table of zones either."""
    always = (Opening(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "00:00", "24:00"),)
    assert hours.is_open(always, "Europe/Atlantis", NOW) is None
    assert hours.is_open(always, "Europe/Berlin", NOW) is True


def test_open_lines_stand_before_closed_ones_and_the_unknown_between():
    at_night = dt.datetime(2026, 11, 23, 4, tzinfo=ZoneInfo("Europe/Lisbon"))
    own_line(country="PT", name="Unknown hours")

    listed = lines_for("PT", at_night)

    assert [one.is_open for one in listed] == [True, None, False]
    assert [one.line.name for one in listed][1:] == ["Unknown hours", "SOS Voz Amiga"]


def test_a_row_is_shown_for_twelve_months_and_no_longer():
    assert ids("DE", dt.datetime(2027, 11, 22, 12, tzinfo=dt.UTC)) == ["de-telefonseelsorge"]
    assert ids("DE", dt.datetime(2027, 11, 23, 12, tzinfo=dt.UTC)) == []
    assert not is_current(dt.date(2024, 2, 29), dt.date(2025, 3, 1))
    assert is_current(dt.date(2024, 2, 29), dt.date(2025, 2, 28))


def test_an_operators_own_line_is_shown_exactly_as_written():
    row = own_line(hours="Mondays in the evening")

    listed = {one.line.id: one for one in lines_for("DE", NOW)}

    mine = listed[f"own-{row.pk}"]
    assert (mine.line.phones[0].shown, mine.line.phones[0].tel) == ("030 55 44 33", "030554433")
    assert mine.line.hours_words == "Mondays in the evening"
    assert mine.is_open is None


def test_an_operators_own_line_ages_as_the_shipped_ones_do():
    own_line(checked_on=dt.date(2025, 11, 22))

    assert ids("DE") == ["de-telefonseelsorge"]


def test_an_operator_hides_a_shipped_line_by_its_id():
    own_line(hidden_id="de-telefonseelsorge", name="", phone="", tel="")

    assert ids("DE") == []
    assert ids("AT") == ["at-telefonseelsorge", "at-rat-auf-draht"]


@pytest.mark.parametrize(
    "changed",
    [
        {"source": ""},
        {"checked_on": None},
        {"country": "ZZ"},
        {"tel": "030 55"},
        {"name": ""},
        {"tel": ""},
        {"hidden_id": "de-telefonseelsorge"},
    ],
)
def test_an_own_line_without_its_proof_is_refused(changed):
    with pytest.raises(ValidationError):
        own_line(**changed)


def test_what_somebody_only_assumed_is_not_printed():
    (line,) = country("DE").lines  # its languages are assumed, Finland's are documented
    (finnish,) = country("FI").lines

    assert line.languages_words == ""
    assert finnish.languages_words == "Finnish"
