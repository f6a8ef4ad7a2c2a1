"""One's own rhythm in one's own calendar: the true moments, neutral words, and a secret address."""

import datetime as dt
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone
from icalendar import Calendar

from accounts.models import Consent
from checkins.models import Feed, Schedule
from outbox import links
from supportnet import my_data
from tests import factories

pytestmark = pytest.mark.django_db

PAGE, MAKE, END = "/rhythm/calendar/", "/rhythm/calendar/make/", "/rhythm/calendar/end/"
WEEK = dt.timedelta(weeks=1)


@pytest.fixture
def ada(now):
    return factories.person(name="Ada Quitte", address="ada.quitte@example.org", now=now)


@pytest.fixture(autouse=True)
def _thursday(now):
    with time_machine.travel(now, tick=False):
        yield


def path_of(person) -> str:
    return urlsplit(Feed.objects.make(person, now=timezone.now()).address()).path


def moments(client, path: str) -> list[dt.datetime]:
    """When the calendar program shows something, as the file itself says it."""
    return [event.start for event in read(client, path).events]


def read(client, path: str) -> Calendar:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    return Calendar.from_ical(answer.content)


def offset_said(calendar: Calendar, at: dt.datetime) -> dt.timedelta:
    """How far from UTC the file's own table of the zone says that a local time is."""
    (zone,) = calendar.timezones
    utcoffset = at.replace(tzinfo=zone.to_tz()).utcoffset()
    assert utcoffset is not None
    return utcoffset


def test_the_person_makes_an_address_looks_at_it_again_and_ends_it(client, ada):
    factories.schedule(person=ada, now=timezone.now())
    client.force_login(ada)
    assert "moments/" not in client.get(PAGE).content.decode()

    client.post(MAKE)
    address = Feed.objects.get().address()
    assert address in client.get(PAGE).content.decode()
    assert moments(client, urlsplit(address).path)

    client.post(END)
    assert address not in client.get(PAGE).content.decode()
    assert client.get(urlsplit(address).path).status_code == 410


def test_a_new_address_ends_the_old_one(client, ada):
    old = path_of(ada)
    new = path_of(ada)

    assert client.get(old).status_code == 410
    assert client.get(new).status_code == 200


def test_the_calendar_shows_what_the_rhythm_page_says(client, ada, now):
    schedule = factories.schedule(person=ada, now=now, weekdays=0b10101)
    shown = moments(client, path_of(ada))

    assert shown[:5] == [slot.at for slot in schedule.moments(5, now)]
    assert all(now < at <= now + 13 * WEEK for at in shown)
    assert len(shown) == 39


@pytest.mark.parametrize(
    ("zone", "now"),
    [
        ("Europe/Berlin", dt.datetime(2027, 3, 20, 12, tzinfo=dt.UTC)),
        ("Europe/Berlin", dt.datetime(2026, 10, 20, 12, tzinfo=dt.UTC)),
        ("Australia/Lord_Howe", dt.datetime(2027, 3, 20, 12, tzinfo=dt.UTC)),
        ("America/New_York", dt.datetime(2026, 10, 20, 12, tzinfo=dt.UTC)),
    ],
)
@pytest.mark.parametrize("at", ["09:00", "02:30", "01:30"])
def test_both_changes_of_the_clocks_leave_it_right(client, ada, zone, now, at):
    with time_machine.travel(now, tick=False):
        ada.zone = zone
        ada.save()
        schedule = factories.schedule(person=ada, now=now, at=at)
        calendar = read(client, path_of(ada))

    true = [slot.at for slot in schedule.moments(len(calendar.events), now)]
    by_table = []
    for event in calendar.events:
        assert event["DTSTART"].params["TZID"] == zone
        local = event["DTSTART"].dt.replace(tzinfo=None)
        by_table.append((local - offset_said(calendar, local)).replace(tzinfo=dt.UTC))
    assert [event.start.astimezone(dt.UTC) for event in calendar.events] == true
    assert by_table == true
    nine = [event.start.time() for event in calendar.events]
    assert at != "09:00" or set(nine) == {dt.time(9)}


def test_a_break_is_left_out_and_an_open_one_leaves_nothing(client, ada, now):
    schedule = factories.schedule(person=ada, now=now)
    path = path_of(ada)

    schedule.pause(until=now + WEEK, now=now)
    assert moments(client, path)[0] == dt.datetime(2026, 12, 4, 9, tzinfo=ZoneInfo("Europe/Berlin"))

    Schedule.objects.of(ada).pause(now=now)
    assert moments(client, path) == []

    Schedule.objects.of(ada).resume(now=now)
    assert len(moments(client, path)) == 91


def test_without_a_rhythm_it_is_an_empty_calendar(client, ada):
    assert moments(client, path_of(ada)) == []


def test_it_holds_no_name_no_word_no_link_no_alarm_and_nothing_of_what_it_is_for(client, ada, now):
    factories.schedule(person=ada, now=now)
    factories.member(person=ada, name="Ben Bekannt")
    check_in = factories.check_in(person=ada, now=now)
    check_in.answer(word="heavy", note="Quittenmus", choices={}, now=now)
    path = path_of(ada)
    text = client.get(path).content.decode()

    assert "SUMMARY:A quiet moment" in text
    token, feed = path.split("/")[-1].removesuffix(".ics"), Feed.objects.get()
    told = ("ada ", "quitte", "bekannt", "heavy", "http", "support", "check-in", "health", "rhythm")
    told += ("valarm", "description", "url", "organizer", "attendee", "@")
    told += (token.lower(), str(feed.public_id), feed.public_id.hex)
    assert [word for word in told if word in text.lower()] == []


def test_moments_keep_their_ids_from_fetch_to_fetch(client, ada, now):
    factories.schedule(person=ada, now=now)
    path = path_of(ada)
    ids = {event.start: event["UID"] for event in read(client, path).events}
    with time_machine.travel(now + dt.timedelta(days=2), tick=False):
        later = {event.start: event["UID"] for event in read(client, path).events}

    both = ids.keys() & later.keys()
    assert len(both) == 89
    assert all(ids[at] == later[at] for at in both)
    assert len(set(ids.values())) == len(ids)


def test_no_proxy_keeps_it_and_nothing_is_stored_of_the_address(client, ada):
    path = path_of(ada)
    answer = client.get(path)

    assert answer["Cache-Control"] == "no-store, private"
    assert "noindex" in answer["X-Robots-Tag"]
    assert not answer.cookies
    token = path.split("/")[-1].removesuffix(".ics")
    assert not [row for row in Feed.objects.values_list() if token in str(row)]


@pytest.mark.parametrize("end", ["disable", "suspend", "freeze", "sleep", "withdraw_consent"])
def test_an_account_that_rests_or_is_closed_shows_what_an_invented_address_shows(
    client, ada, now, end
):
    factories.schedule(person=ada, now=now)
    Consent.objects.create(person=ada, text_version="1", given_at=now)
    path = path_of(ada)
    verbs = {"disable": ada.disable, "sleep": lambda: ada.sleep(now)}
    verbs.get(end, lambda: getattr(ada, end)(now=now))()
    ended, invented = client.get(path), client.get("/moments/invented.ics")

    assert (ended.status_code, invented.status_code) == (410, 410)
    assert ended.content == invented.content


def test_a_link_of_a_mail_opens_no_calendar_and_a_calendars_opens_no_page(client, ada, now):
    check_in = factories.check_in(person=ada, now=now)
    token = links.token(links.Link("c", check_in.public_id), 1)
    own = path_of(ada).split("/")[-1].removesuffix(".ics")

    assert client.get(f"/l/{token}").status_code == 302
    assert client.get(f"/moments/{token}.ics").status_code == 410
    assert client.get(f"/l/{own}").status_code == 410


def test_a_program_that_asks_all_the_time_waits(client, ada):
    path = path_of(ada)
    statuses = [client.get(path).status_code for _ in range(31)]

    assert statuses == [200] * 30 + [429]
    other = factories.person()
    assert client.get(path_of(other)).status_code == 200


def test_it_changes_nothing_that_somebody_fetches_it(client, ada, now):
    factories.schedule(person=ada, now=now)
    path = path_of(ada)
    before = list(Feed.objects.values()), list(Schedule.objects.values())
    client.get(path)
    client.head(path)

    assert client.post(path).status_code == 405
    assert (list(Feed.objects.values()), list(Schedule.objects.values())) == before


def test_what_is_taken_along_says_that_there_is_one_and_not_which(ada, now):
    path = path_of(ada)
    text = my_data.export_json(ada, now=now)

    assert '"checkins.feed": [\n   {\n    "made_at"' in text
    assert path.split("/")[-1].removesuffix(".ics") not in text
    assert str(Feed.objects.get().public_id) not in text
