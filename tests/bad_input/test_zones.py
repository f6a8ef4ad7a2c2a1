"""Clocks that jump and zones that are gone: pages still come, mail still leaves, nobody twice."""

import datetime as dt

import pytest

from checkins import dispatch
from checkins.models import CheckIn, Schedule
from circles.models import Member
from tests import factories
from tests.bad_input.house import House, done

pytestmark = pytest.mark.django_db

PAGES = ("/today/", "/circle/", "/who-sees-what/", "/rhythm/", "/look-back/", "/settings/")
GONE = "Atlantis/Sunken"


def test_a_person_whose_zone_is_gone_is_heard_and_led_to_choose_another(house: House) -> None:
    factories.member(person=house.ada, level="word")
    factories.schedule(person=house.ada, now=house.now)
    Schedule.objects.update(zone=GONE)
    type(house.ada).objects.update(zone=GONE)

    for path in PAGES:
        assert house.person.get(path).status_code == 200, path
    (mail,) = house.say(word="heavy")
    house.wait(dt.timedelta(days=1))
    dispatch.tick(house.now)
    dispatch.tick(house.now)

    assert "A note from Ada" in mail.subject
    assert not CheckIn.objects.filter(asked=True).exists()
    assert Schedule.objects.parked().count() == 1
    done(house.person.post("/settings/zone/", {"zone": "Europe/Berlin"}))
    house.wait(dt.timedelta(days=1))
    dispatch.tick(house.now)
    assert CheckIn.objects.filter(asked=True).count() == 1


def test_a_member_whose_zone_is_gone_still_hears(house: House) -> None:
    member = factories.member(person=house.ada, level="word")
    Member.objects.update(zone=GONE)

    (mail,) = house.say(word="okay")

    assert mail.to == member.mailbox.address


@pytest.mark.parametrize(
    ("night", "at", "local"),
    [
        # 02:30 is missing on 29 March and comes twice on 25 October.
        (dt.datetime(2026, 3, 28, 12, tzinfo=dt.UTC), "02:30", "03:30"),
        (dt.datetime(2026, 10, 24, 12, tzinfo=dt.UTC), "02:30", "02:30"),
    ],
)
def test_a_missing_and_a_doubled_hour_ask_once(
    house: House, night: dt.datetime, at: str, local: str
) -> None:
    factories.schedule(person=house.ada, now=night, at=at)

    for quarter in range(24 * 4):
        dispatch.tick(night + quarter * dt.timedelta(minutes=15))

    (asked,) = CheckIn.objects.all()
    assert house.ada.local(asked.due_at).strftime("%H:%M") == local


def test_quiet_hours_in_the_night_of_the_change_end_in_the_morning(house: House) -> None:
    member = factories.member(person=house.ada, level="word", zone="Europe/Berlin")
    for evening in (
        dt.datetime(2026, 3, 28, 22, tzinfo=dt.UTC),
        dt.datetime(2026, 10, 24, 22, tzinfo=dt.UTC),
    ):
        until = member.quiet_until(evening)
        assert house.ada.local(until).strftime("%d %H:%M") in {"29 08:00", "25 08:00"}


@pytest.mark.parametrize(("home", "abroad"), [("Pacific/Apia", "Pacific/Honolulu")])
def test_a_flight_over_the_date_line_and_back_asks_once_a_date(
    house: House, home: str, abroad: str
) -> None:
    type(house.ada).objects.update(zone=home)
    house.ada.refresh_from_db()
    factories.schedule(person=house.ada, now=house.now, zone=home)

    for day in range(6):
        done(house.person.post("/settings/zone/", {"zone": abroad if day % 2 else home}))
        for hour in range(24):
            dispatch.tick(house.now + dt.timedelta(hours=hour))
        house.wait(dt.timedelta(days=1))

    dates = list(CheckIn.objects.values_list("local_date", flat=True))
    assert len(dates) == len(set(dates))
    assert len(dates) >= 4
