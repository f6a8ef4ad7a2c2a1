"""Local time is the person's: 09:00 stays 09:00, in every zone and over every change."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkins import cadence
from checkins.cadence import EVERY_DAY, Rhythm, Slot

pytestmark = pytest.mark.once

ZONES = [
    "Europe/Berlin",
    "Asia/Kolkata",
    "Pacific/Apia",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "America/Nuuk",
    "Africa/Casablanca",
    "Pacific/Chatham",
    "UTC",
]


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def daily(zone: str, time: str) -> Rhythm:
    return Rhythm(zone=zone, local_time=dt.time.fromisoformat(time), weekdays=EVERY_DAY)


def asked(rhythm: Rhythm, after: str, count: int) -> list[tuple[str, str]]:
    slots = cadence.next_moments(after=utc(after), rhythm=rhythm, count=count)
    return [(slot.at.strftime("%m-%d %H:%M"), slot.on.strftime("%m-%d")) for slot in slots]


@pytest.mark.parametrize(
    ("rhythm", "after", "expected"),
    [
        pytest.param(
            daily("Europe/Berlin", "09:00"),
            "2027-03-27T00:00",
            [("03-27 08:00", "03-27"), ("03-28 07:00", "03-28"), ("03-29 07:00", "03-29")],
            id="nine stays nine when Berlin's summer begins",
        ),
        pytest.param(
            daily("Europe/Berlin", "09:00"),
            "2026-10-24T00:00",
            [("10-24 07:00", "10-24"), ("10-25 08:00", "10-25"), ("10-26 08:00", "10-26")],
            id="nine stays nine when Berlin's summer ends",
        ),
        pytest.param(
            daily("Europe/Berlin", "02:30"),
            "2027-03-27T12:00",
            [("03-28 01:30", "03-28"), ("03-29 00:30", "03-29")],
            id="half past two in the missing hour becomes half past three",
        ),
        pytest.param(
            daily("Europe/Berlin", "02:30"),
            "2026-10-24T12:00",
            [("10-25 00:30", "10-25"), ("10-26 01:30", "10-26")],
            id="in the doubled hour the first half past two counts, once",
        ),
        pytest.param(
            daily("Asia/Kolkata", "09:00"),
            "2026-03-28T12:00",
            [("03-29 03:30", "03-29"), ("03-30 03:30", "03-30")],
            id="Kolkata never changes",
        ),
        pytest.param(
            daily("Pacific/Apia", "09:00"),
            "2011-12-29T12:00",
            [("12-29 19:00", "12-29"), ("12-30 19:00", "12-31"), ("12-31 19:00", "01-01")],
            id="Apia left out the thirtieth of December 2011",
        ),
        pytest.param(
            Rhythm("Pacific/Apia", dt.time(9), weekdays=0b0010000),
            "2011-12-24T00:00",
            [("12-30 19:00", "12-31"), ("01-05 19:00", "01-06")],
            id="who is asked on Fridays in Apia is asked on that Saturday instead",
        ),
        pytest.param(
            daily("America/St_Johns", "02:15"),
            "2026-03-07T12:00",
            [("03-08 05:45", "03-08"), ("03-09 04:45", "03-09")],
            id="Newfoundland's half hour holds",
        ),
        pytest.param(
            daily("Australia/Lord_Howe", "02:15"),
            "2026-10-03T00:00",
            [("10-03 15:45", "10-04"), ("10-04 15:15", "10-05")],
            id="Lord Howe's half-hour gap moves a moment by half an hour",
        ),
        pytest.param(
            daily("America/Nuuk", "23:30"),
            "2026-03-27T12:00",
            [("03-28 01:30", "03-27"), ("03-29 01:30", "03-28"), ("03-30 00:30", "03-29")],
            id="a gap over midnight keeps the date the asking is for",
        ),
    ],
)
def test_rhythm_asks_at_these_moments(rhythm, after, expected):
    assert asked(rhythm, after, len(expected)) == expected


def test_some_days_ask_on_those_days_alone():
    rhythm = Rhythm("Europe/Berlin", dt.time(20), weekdays=0b0010101)

    slots = cadence.next_moments(after=utc("2026-11-22T12:00"), rhythm=rhythm, count=4)

    assert [slot.on.strftime("%A") for slot in slots] == ["Monday", "Wednesday", "Friday", "Monday"]


def test_every_other_week_counts_from_the_week_of_its_anchor():
    rhythm = Rhythm("Europe/Berlin", dt.time(9), 0b0001000, 2, anchor_on=dt.date(2026, 11, 25))

    slots = cadence.next_moments(after=utc("2026-11-22T12:00"), rhythm=rhythm, count=3)

    assert [slot.on.isoformat() for slot in slots] == ["2026-11-26", "2026-12-10", "2026-12-24"]


@pytest.mark.parametrize("name", ["Mars/Olympus", "Europe", "../etc/passwd", "", "Europe/\0Berlin"])
def test_vanished_zone_is_named(name):
    with pytest.raises(cadence.ZoneVanished):
        cadence.next_moment(after=utc("2026-11-22T12:00"), rhythm=daily(name, "09:00"))


def test_end_of_the_calendar_is_no_moment():
    with pytest.raises(cadence.NoMoment):
        cadence.next_moment(after=utc("9999-12-31T20:00"), rhythm=daily("Asia/Kolkata", "09:00"))


def test_after_an_outage_the_newest_slot_is_due():
    slot = cadence.newest_due(
        since=utc("2026-11-19T08:00"),
        now=utc("2026-11-22T11:00"),
        rhythm=daily("Europe/Berlin", "09:00"),
    )

    assert slot == Slot(utc("2026-11-22T08:00"), dt.date(2026, 11, 22))


def test_moment_planned_under_older_rules_still_counts_once():
    slot = cadence.newest_due(
        since=utc("2026-11-22T08:20"),
        now=utc("2026-11-22T08:30"),
        rhythm=daily("Europe/Berlin", "09:00"),
    )

    assert slot == Slot(utc("2026-11-22T08:20"), dt.date(2026, 11, 22))


@pytest.mark.parametrize(
    ("weekdays", "hours"),
    [pytest.param(EVERY_DAY, 12, id="daily: half"), pytest.param(1, 24, id="weekly: a day")],
)
def test_asking_stays_fresh_for_half_its_interval_and_a_day_at_most(weekdays, hours):
    slot, following = cadence.next_moments(
        after=utc("2026-11-22T12:00"),
        rhythm=Rhythm("Europe/Berlin", dt.time(9), weekdays),
        count=2,
    )

    assert cadence.freshness(slot=slot, following=following) == dt.timedelta(hours=hours)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-22T06:59", "2026-11-22T07:00"),
        ("2026-11-22T07:00", "2026-11-22T07:00"),
        ("2026-11-22T19:59", "2026-11-22T19:59"),
        ("2026-11-22T20:00", "2026-11-23T07:00"),
        ("2026-11-22T23:30", "2026-11-23T07:00"),
    ],
)
def test_late_mail_waits_for_the_waking_hours(at, expected):
    assert cadence.waking(at=utc(at), zone="Europe/Berlin") == utc(expected)


moments = st.integers(0, 24 * 365 * 25).map(
    lambda hours: utc("2010-01-01T00:00") + dt.timedelta(hours=hours)
)
rhythms = st.builds(
    Rhythm,
    zone=st.sampled_from(ZONES),
    local_time=st.times().map(lambda time: time.replace(second=0, microsecond=0)),
    weekdays=st.integers(1, 127),
    every_weeks=st.integers(1, 4),
    anchor_on=st.dates(dt.date(2009, 1, 1), dt.date(2030, 1, 1)),
)


@given(after=moments, rhythm=rhythms)
def test_moments_go_forward_on_dates_of_their_own(after, rhythm):
    slots = cadence.next_moments(after=after, rhythm=rhythm, count=8)

    assert all(
        one.at < two.at and one.on < two.on for one, two in zip(slots, slots[1:], strict=False)
    )
    assert slots[0].at > after


@given(after=moments, rhythm=rhythms)
def test_no_moment_lies_between_one_and_the_next(after, rhythm):
    slot = cadence.next_moment(after=after, rhythm=rhythm)

    between = after + (slot.at - after) / 2
    assert cadence.next_moment(after=between, rhythm=rhythm) == slot
    assert cadence.newest_due(since=slot.at, now=slot.at, rhythm=rhythm) == slot


@given(after=moments, rhythm=rhythms)
def test_local_clock_reads_the_chosen_time_except_in_a_missing_hour(after, rhythm):
    slot = cadence.next_moment(after=after, rhythm=rhythm)

    local = slot.at.astimezone(ZoneInfo(rhythm.zone)).replace(tzinfo=None)
    shown = dt.datetime.combine(slot.on, rhythm.local_time)
    assert local == shown or dt.timedelta(0) < local - shown <= dt.timedelta(hours=1)


@given(since=moments, rhythm=rhythms, days=st.integers(0, 40))
def test_catching_up_finds_the_last_of_all_passed_slots(since, rhythm, days):
    first = cadence.next_moment(after=since, rhythm=rhythm)
    now = first.at + dt.timedelta(days=days, hours=5)

    newest = cadence.newest_due(since=first.at, now=now, rhythm=rhythm)

    assert first.at <= newest.at <= now
    assert cadence.next_moment(after=newest.at, rhythm=rhythm).at > now
