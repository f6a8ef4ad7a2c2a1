"""Quiet hours keep the member's own clock, also on the two days it is set."""

import datetime as dt

import pytest

from circles.quiet import first_loud

BERLIN = {"zone": "Europe/Berlin", "quiet_from": dt.time(21), "quiet_to": dt.time(8)}


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-26T12:00+01:00", "2026-11-26T12:00+01:00"),
        ("2026-11-26T20:59+01:00", "2026-11-26T20:59+01:00"),
        ("2026-11-26T21:00+01:00", "2026-11-27T08:00+01:00"),
        ("2026-11-27T03:00+01:00", "2026-11-27T08:00+01:00"),
        ("2026-11-27T08:00+01:00", "2026-11-27T08:00+01:00"),
        # the nights in which clocks are set: eight o'clock stays eight o'clock
        ("2026-03-28T23:00+01:00", "2026-03-29T08:00+02:00"),
        ("2026-10-24T23:00+02:00", "2026-10-25T08:00+01:00"),
    ],
)
def test_a_mail_waits_for_the_end_of_the_quiet_hours(moment: str, expected: str) -> None:
    assert first_loud(at(moment), **BERLIN) == at(expected)


@pytest.mark.parametrize(
    ("zone", "moment", "expected"),
    [
        ("Asia/Kolkata", "2026-11-26T16:00+00:00", "2026-11-27T02:30+00:00"),
        ("Pacific/Apia", "2026-11-26T10:00+00:00", "2026-11-26T19:00+00:00"),
        ("America/St_Johns", "2026-11-26T01:00+00:00", "2026-11-26T11:30+00:00"),
    ],
)
def test_quiet_hours_are_those_of_the_members_zone(zone: str, moment: str, expected: str) -> None:
    assert first_loud(at(moment), **BERLIN | {"zone": zone}) == at(expected)


def test_an_end_in_the_hour_that_does_not_exist_is_one_hour_later_on_the_clock() -> None:
    hours = BERLIN | {"quiet_to": dt.time(2, 30)}
    assert first_loud(at("2026-03-29T00:30+01:00"), **hours) == at("2026-03-29T03:30+02:00")


def test_an_end_in_the_hour_that_comes_twice_never_lies_before_the_moment() -> None:
    hours = BERLIN | {"quiet_to": dt.time(2, 30)}
    second_two_ten = at("2026-10-25T02:10+01:00")
    assert first_loud(second_two_ten, **hours) == at("2026-10-25T02:30+01:00")


def test_equal_ends_mean_no_quiet_hours() -> None:
    hours = BERLIN | {"quiet_from": dt.time(8), "quiet_to": dt.time(8)}
    assert first_loud(at("2026-11-27T03:00+01:00"), **hours) == at("2026-11-27T03:00+01:00")


def test_quiet_hours_within_one_day() -> None:
    hours = BERLIN | {"quiet_from": dt.time(9), "quiet_to": dt.time(17)}
    assert first_loud(at("2026-11-27T12:00+01:00"), **hours) == at("2026-11-27T17:00+01:00")
    assert first_loud(at("2026-11-27T23:00+01:00"), **hours) == at("2026-11-27T23:00+01:00")


def test_a_zone_that_vanished_counts_as_utc() -> None:
    hours = BERLIN | {"zone": "Mars/Olympus"}
    assert first_loud(at("2026-11-27T03:00+00:00"), **hours) == at("2026-11-27T08:00+00:00")
