"""Rhythm: the person decides when they are asked, and can always rest from it."""

import datetime as dt
import re
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse

from accounts.models import Person
from checkins import cadence, dispatch, emails
from checkins.models import CheckIn, Pause, Schedule
from outbox import mail
from outbox.models import Message
from supportnet.zone import change_zone
from tests import factories

pytestmark = pytest.mark.django_db

SAVED = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
NEXT_FIVE = [
    "Friday 27 November, 09:00",
    "Saturday 28 November, 09:00",
    "Sunday 29 November, 09:00",
    "Monday 30 November, 09:00",
    "Tuesday 1 December, 09:00",
]


@pytest.fixture
def ada():
    return factories.person(name="Ada")


@pytest.fixture
def page(client, ada, now):
    """Ada's browser, at nine on a Thursday morning."""
    with time_machine.travel(now, tick=False):
        client.force_login(ada)
        yield client


def text(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_nothing_is_chosen_before_the_person_chooses(page):
    html = page.get("/rhythm/").content.decode()

    ways = re.findall(r'<input type="radio" name="how" value="(\w+)"([^>]*)>', html)
    assert [value for value, _ in ways] == ["every_day", "some_days", "weekly", "fortnightly"]
    assert not any("checked" in rest for _, rest in ways)


def test_looking_at_the_next_five_saves_nothing(page):
    response = page.post("/rhythm/", {"how": "every_day", "time": "09:00", "look": "1"})

    assert [moment for moment in NEXT_FIVE if moment in text(response)] == NEXT_FIVE
    assert not Schedule.objects.exists()


def test_saving_makes_the_schedule_and_shows_the_next_five(page, ada):
    response = page.post("/rhythm/", {"how": "every_day", "time": "09:00"}, follow=True)

    assert "Every day at 09:00" in text(response)
    assert all(moment in text(response) for moment in NEXT_FIVE)
    schedule = Schedule.objects.of(ada)
    assert schedule is not None
    assert (schedule.zone, schedule.weekdays) == ("Europe/Berlin", cadence.EVERY_DAY)


@pytest.mark.parametrize(
    ("form", "said", "first"),
    [
        (
            {"how": "some_days", "days": ["0", "2", "4"], "time": "20:00"},
            "Every Monday, Wednesday and Friday at 20:00",
            "Friday 27 November, 20:00",
        ),
        (
            {"how": "weekly", "day": "3", "time": "03:15"},
            "Every Thursday at 03:15",
            "Thursday 3 December, 03:15",
        ),
        (
            {"how": "fortnightly", "day": "3", "time": "09:30"},
            "Every other Thursday at 09:30",
            "Thursday 26 November, 09:30",
        ),
        (
            {"how": "fortnightly", "day": "3", "time": "09:30", "later": "on"},
            "Every other Thursday at 09:30",
            "Thursday 3 December, 09:30",
        ),
    ],
)
def test_every_way_of_asking_is_told_in_words(page, form, said, first):
    shown = text(page.post("/rhythm/", form, follow=True))

    assert said in shown
    assert shown.index(first) > shown.index("The next five moments")


def test_other_week_is_kept_when_only_the_time_changes(page, ada):
    page.post("/rhythm/", {"how": "fortnightly", "day": "3", "time": "09:30", "later": "on"})

    shown = text(
        page.post("/rhythm/", {"how": "fortnightly", "day": "3", "time": "11:00"}, follow=True)
    )

    assert "Thursday 3 December, 11:00" in shown
    assert "Thursday 26 November" not in shown


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"time": "09:00"}, "Choose how often we may ask."),
        ({"how": "some_days", "time": "09:00"}, "Choose at least one day."),
        ({"how": "weekly", "time": "09:00"}, "Choose the day."),
        ({"how": "every_day", "time": ""}, "Say at what time, as in 09:00."),
        ({"how": "every_day", "time": "nine"}, "Say the time with four digits, as in 09:00."),
        ({"how": "weekly", "day": "9", "time": "09:00"}, "Select a valid choice."),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_saved(page, form, sentence):
    assert sentence in text(page.post("/rhythm/", form))
    assert not Schedule.objects.exists()


def test_second_click_changes_what_the_first_one_made(page, ada):
    form = {"how": "every_day", "time": "09:00"}
    first = Schedule.objects.draft_for(ada, weekdays=1, local_time=dt.time(9), now=SAVED)
    page.post("/rhythm/", form)

    first.keep(now=SAVED)

    assert Schedule.objects.get().weekdays == 1


@pytest.mark.parametrize("until", [None, SAVED + 9 * DAY])
def test_break_that_began_while_a_rhythm_was_saved_stays(ada, now, until):
    factories.schedule(person=ada, now=SAVED)
    draft = Schedule.objects.draft_for(ada, weekdays=127, local_time=dt.time(7), now=now)
    Schedule.objects.of(ada).pause(now=now, until=until)

    draft.keep(now=now)

    kept = Schedule.objects.get()
    assert (kept.local_time, kept.paused_at, kept.paused_until) == (dt.time(7), now, until)
    assert kept.next_at is None if until is None else kept.next_at > until


def test_break_that_ended_while_a_rhythm_was_saved_is_over(ada, now):
    factories.schedule(person=ada, now=SAVED).pause(now=SAVED)
    draft = Schedule.objects.draft_for(ada, weekdays=127, local_time=dt.time(7), now=now)
    Schedule.objects.of(ada).resume(now=now)

    draft.keep(now=now)

    assert Schedule.objects.get().next_at is not None


def paused(schedule: Schedule, now: dt.datetime) -> None:
    schedule.pause(now=now, until=now + 2 * DAY)


def resumed(schedule: Schedule, now: dt.datetime) -> None:
    schedule.resume(now=now)


@pytest.mark.parametrize("press", [paused, resumed])
def test_button_of_a_tab_left_open_keeps_zone_and_rhythm_of_the_other_tab(ada, now, press):
    factories.schedule(person=ada, now=SAVED).pause(now=SAVED)
    left_open = Schedule.objects.of(ada)
    Schedule.objects.save_for(ada, weekdays=127, local_time=dt.time(7), now=now)
    change_zone(Person.objects.get(), "Asia/Tokyo", now=now)

    press(left_open, now)

    kept = Schedule.objects.get()
    assert (kept.zone, kept.local_time) == ("Asia/Tokyo", dt.time(7))
    assert kept.next_at.astimezone(ZoneInfo("Asia/Tokyo")).time() == dt.time(7)


def test_move_from_a_tab_left_open_keeps_the_break_of_the_other_tab(ada, now):
    factories.schedule(person=ada, now=SAVED)
    left_open = Schedule.objects.of(ada)
    Schedule.objects.of(ada).pause(now=now)

    left_open.move("Asia/Tokyo", now=now)

    kept = Schedule.objects.get()
    assert (kept.zone, kept.paused_at, kept.next_at) == ("Asia/Tokyo", now, None)


@pytest.mark.parametrize("first", [True, False])
def test_rhythm_saved_while_its_person_moves_is_asked_in_the_new_zone(ada, now, first):
    if not first:
        factories.schedule(person=ada, now=SAVED)
    draft = Schedule.objects.draft_for(ada, weekdays=127, local_time=dt.time(7), now=now)
    change_zone(Person.objects.get(), "Asia/Tokyo", now=now)

    draft.keep(now=now)

    kept = Schedule.objects.get()
    assert kept.zone == "Asia/Tokyo"
    assert kept.next_at.astimezone(ZoneInfo("Asia/Tokyo")).time() == dt.time(7)


def test_first_step_leads_to_today(page, ada):
    response = page.get("/begin/rhythm/")
    assert "Not now: ask me nothing" in text(response)
    assert "The last one" in text(response)

    response = page.post("/begin/rhythm/", {"how": "weekly", "day": "3", "time": "09:00"})

    assert response.url == reverse("today")
    assert Schedule.objects.of(ada) is not None


def test_not_now_leaves_no_schedule_and_no_mail(page, now):
    page.get("/begin/rhythm/")

    for day in range(7):
        assert dispatch.tick(now + day * DAY) == 0
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("long", "next_at"),
    [("day", NEXT_FIVE[1]), ("week", "Friday 4 December, 09:00"), ("open", None)],
)
def test_break_is_one_step_and_takes_back_what_waits(page, ada, now, long, next_at):
    factories.schedule(person=ada, now=SAVED)
    dispatch.tick(now)

    shown = text(page.post("/rhythm/pause/", {"long": long}, follow=True))

    assert "You are on a break" in shown
    assert Message.objects.get().reason == Message.Reason.CANCELLED
    if next_at is None:
        assert "The next five moments" not in shown
        assert Schedule.objects.get().next_at is None
    else:
        assert next_at in shown


def test_break_until_i_say_lasts_until_i_say(page, ada, now):
    factories.schedule(person=ada, now=SAVED)
    page.post("/rhythm/pause/", {"long": "open"})
    assert all(dispatch.tick(now + day * DAY) == 0 for day in range(40))

    shown = text(page.post("/rhythm/resume/", follow=True))

    assert all(moment in shown for moment in NEXT_FIVE)
    assert "nothing to catch up on" in shown


def test_breaks_are_remembered_with_their_beginning_and_end(ada, now):
    schedule = factories.schedule(person=ada, now=SAVED)
    schedule.pause(now=now, until=now + 7 * DAY)
    schedule.pause(now=now + DAY)
    schedule.resume(now=now + 3 * DAY)

    assert list(Pause.objects.order_by("began_at").values_list("began_at", "ended_at")) == [
        (now, now + DAY),
        (now + DAY, now + 3 * DAY),
    ]
    assert Pause.objects.during(now + 2 * DAY, now + 5 * DAY).count() == 1
    assert Pause.objects.during(now + 4 * DAY, now + 5 * DAY).count() == 0


def test_breaks_outlive_a_rhythm_that_is_stopped(ada, now):
    schedule = factories.schedule(person=ada, now=SAVED)
    schedule.pause(now=now)

    schedule.stop(now=now + DAY)

    assert Pause.objects.get().ended_at == now + DAY


def test_ask_me_nothing_ends_the_rhythm_and_what_waits(page, ada, now):
    factories.schedule(person=ada, now=SAVED)
    dispatch.tick(now)

    page.post("/rhythm/stop/")

    assert not Schedule.objects.exists()
    assert Message.objects.get().reason == Message.Reason.CANCELLED
    assert CheckIn.objects.open_for(ada, now) is not None


@pytest.mark.parametrize("path", ["/rhythm/pause/", "/rhythm/resume/", "/rhythm/stop/"])
def test_opening_an_address_changes_nothing(page, ada, path):
    factories.schedule(person=ada, now=SAVED)
    before = Schedule.objects.values().get()

    assert page.get(path).status_code == 405
    assert Schedule.objects.values().get() == before


@pytest.mark.parametrize("path", ["/rhythm/pause/", "/rhythm/resume/", "/rhythm/stop/"])
def test_buttons_of_a_page_left_open_do_no_harm(page, path):
    assert page.post(path, {"long": "week"}).status_code == 302
    assert page.post("/rhythm/pause/", {"long": "forever"}).status_code == 302


@pytest.mark.parametrize("path", ["/rhythm/", "/begin/rhythm/", "/rhythm/pause/"])
def test_stranger_sees_no_rhythm(client, path):
    assert client.get(path).status_code == 302


def test_one_person_never_touches_the_rhythm_of_another(page, ada):
    factories.schedule(person=factories.person(name="Ben"), now=SAVED, at="07:35")

    assert "07:35" not in text(page.get("/rhythm/"))
    page.post("/rhythm/stop/")
    assert Schedule.objects.count() == 1


def test_vanished_zone_is_said_kindly_and_the_way_out_is_shown(page, ada, now):
    factories.schedule(person=ada, now=SAVED)
    Schedule.objects.update(zone="Mars/Olympus")
    type(ada).objects.update(zone="Mars/Olympus")
    dispatch.tick(now)

    response = page.get("/rhythm/")
    assert "We do not know your time zone any more" in text(response)
    assert f'href="{reverse("zone")}"' in response.content.decode()

    response = page.post("/rhythm/", {"how": "every_day", "time": "09:00"})
    assert "Choose one in Settings." in text(response)


def test_ten_askings_without_an_answer_leave_no_trace_on_page_or_mail(page, ada, now):
    factories.schedule(person=ada, now=now - 11 * DAY)
    for day in range(10, -1, -1):
        dispatch.tick(now - day * DAY)
    message = Message.objects.latest("id")
    texts = mail.with_links(emails.render([message])[message.pk], message.ring)

    for shown in (text(page.get("/rhythm/")), texts.subject + texts.text):
        assert not re.search(
            r"missed|\blate\b|overdue|streak|remind|in a row|days since", shown, re.I
        )
        assert not re.search(r"\b1[01]\b(?! November| December|\.|2)", shown)


# what is open, and until when


def test_check_in_of_ones_own_accord_closes_at_the_next_asking(ada, now):
    factories.schedule(person=ada, now=SAVED)
    dispatch.tick(now)

    check_in = CheckIn.objects.speak_up(ada, now + dt.timedelta(hours=3))

    assert not check_in.asked
    assert check_in.local_date == dt.date(2026, 11, 26)
    assert check_in.closes_at == now + DAY
    assert CheckIn.objects.open_for(ada, now + dt.timedelta(hours=3)) != check_in


def test_check_in_of_somebody_without_a_rhythm_closes_after_seven_days(ada, now):
    assert CheckIn.objects.speak_up(ada, now).closes_at == now + 7 * DAY
    assert CheckIn.objects.open_for(ada, now) is None


def test_local_date_is_that_of_the_persons_own_evening(now):
    kiri = factories.person(zone="Pacific/Kiritimati")

    late = CheckIn.objects.speak_up(kiri, dt.datetime(2026, 11, 26, 11, tzinfo=dt.UTC))

    assert late.local_date == dt.date(2026, 11, 27)


def test_more_frequent_rhythm_closes_the_open_question_sooner(ada, now):
    factories.schedule(person=ada, now=SAVED, weekdays=0b0001000)
    dispatch.tick(now)

    factories.schedule(person=ada, now=now)

    assert CheckIn.objects.get().closes_at == now + DAY


# the link in each asking mail


@pytest.fixture
def stop_links(ada, now):
    """The way to a break, and the one-click stop, as they stand in a delivered mail."""
    factories.schedule(person=ada, now=SAVED)
    dispatch.tick(now)
    message = Message.objects.get()
    made = emails.render([message])[message.pk]
    texts = mail.with_links(made, message.ring)
    return tuple(
        urlsplit(texts.text.split(f"{label}:\n")[1].split()[0]).path
        for label in ("Take a break from these mails", "Stop these mails")
    )


def test_break_by_the_link_of_a_mail_needs_no_sign_in(client, ada, now, stop_links):
    with time_machine.travel(now, tick=False):
        response = client.get(stop_links[0], follow=True)
        assert "Every day at 09:00" in text(response)
        assert "Ada" not in text(response)

        response = client.post(response.request["PATH_INFO"], {"long": "week"}, follow=True)

        assert "No mail comes until Thursday 3 December, 09:00." in text(response)
        assert Schedule.objects.get().is_paused(now)
        client.post(response.request["PATH_INFO"], {"resume": "1", "sure": "on"})
    assert not Schedule.objects.get().is_paused(now)


def test_opening_the_links_of_a_mail_stops_nothing(client, now, stop_links):
    with time_machine.travel(now, tick=False):
        for link in stop_links:
            for _ in range(5):
                client.get(link, follow=True)

    assert not Schedule.objects.get().is_paused(now)


def test_one_click_stops_these_mails_until_the_person_says(client, now, stop_links):
    with time_machine.travel(now, tick=False):
        for _ in range(2):
            response = client.post(stop_links[1], {"List-Unsubscribe": "One-Click"})
            assert response.status_code == 200

    schedule = Schedule.objects.get()
    assert schedule.is_paused(now)
    assert schedule.paused_until is None
    assert Message.objects.get().state == Message.State.ENDED


def test_link_of_an_old_mail_is_dead_and_its_one_click_still_stops(client, now, stop_links):
    with time_machine.travel(now + 31 * DAY, tick=False):
        assert client.get(stop_links[0]).status_code == 410
        assert client.post(stop_links[1]).status_code == 200

    assert Schedule.objects.get().is_paused(now + 31 * DAY)


# a flight


def asked_on(person) -> list[str]:
    check_ins = CheckIn.objects.filter(person=person, asked=True).order_by("due_at")
    return [check_in.local_date.strftime("%a %d") for check_in in check_ins]


def live(person, hours: int, start: dt.datetime) -> None:
    for hour in range(hours * 4):
        dispatch.tick(start + hour * dt.timedelta(minutes=15))


@pytest.mark.parametrize(
    ("home", "abroad", "days"),
    [
        ("Europe/Berlin", "America/New_York", "Wed 25,Thu 26,Fri 27,Sat 28"),
        ("America/New_York", "Europe/Berlin", "Wed 25,Thu 26,Fri 27,Sat 28"),
        ("Pacific/Auckland", "Pacific/Honolulu", "Wed 25,Thu 26,Fri 27,Sat 28"),
        # Over this line a date is left out, not an asking.
        ("Pacific/Honolulu", "Pacific/Auckland", "Wed 25,Fri 27,Sat 28"),
    ],
)
def test_flight_over_zones_and_the_date_line_asks_once_a_local_date(home, abroad, days):
    ada = factories.person(zone=home)
    start = dt.datetime(2026, 11, 25, 6, tzinfo=dt.UTC)
    schedule = factories.schedule(person=ada, now=start - DAY)
    live(ada, 30, start)

    schedule.move(abroad, now=start + dt.timedelta(hours=30))
    live(ada, 96, start + dt.timedelta(hours=30))

    seen = asked_on(ada)
    assert len(seen) == len(set(seen))
    assert days in ",".join(seen)
    gaps = list(CheckIn.objects.order_by("due_at").values_list("due_at", flat=True))
    assert max(two - one for one, two in zip(gaps, gaps[1:], strict=False)) < 2 * DAY
