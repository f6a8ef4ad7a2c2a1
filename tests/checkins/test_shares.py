"""What leaves, to whom, and when."""

import datetime as dt

import pytest

from checkins.models import Answer, Share
from circles.models import Member
from outbox.models import Message
from tests import factories
from tests.checkins.answers import answer
from tests.checkins.postman import deliver

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


# to whom, and what


def test_each_member_gets_what_the_person_chose(now: dt.datetime) -> None:
    person = factories.person()
    for level in ("hello", "word", "words", "ask"):
        factories.member(person=person, name=level, level=level, in_mail=True)

    answer(person, now, note="canary in the note")
    letters = {letter.text.split("\n")[0]: letter.all for letter in deliver(now + MINUTE)}

    assert set(letters) == {"Hi hello.", "Hi word.", "Hi words."}
    assert "Doing okay" not in letters["Hi hello."]
    assert "Doing okay" in letters["Hi word."]
    assert "canary" not in letters["Hi word."] + letters["Hi hello."]
    assert "canary in the note" in letters["Hi words."]


def test_somebody_at_i_decide_each_time_gets_nothing(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="ask")

    answer(person, now, note="canary")

    assert not Message.objects.exists()


def test_choice_for_one_answer_raises_and_lowers_for_it_alone(now: dt.datetime) -> None:
    person = factories.person()
    quiet = factories.member(person=person, name="Quiet", level="ask", wants_each=True)
    close = factories.member(person=person, name="Close", level="words", wants_each=True)

    answer(person, now, choices={quiet.pk: "words", close.pk: None})
    first = deliver(now + MINUTE)
    answer(person, now + DAY)
    second = deliver(now + DAY + MINUTE)

    assert [letter.text[:9] for letter in first] == ["Hi Quiet."]
    assert [letter.text[:9] for letter in second] == ["Hi Close."]


def test_members_who_cannot_be_reached_get_nothing(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, paused_at=now)
    factories.member(person=person, on_break_at=now)
    factories.member(person=person, state="left")
    factories.member(person=person, state="removed")
    factories.member(person=person, state="invited")

    answer(person, now)

    assert not Message.objects.exists()


def test_no_other_circle_hears_of_it(now: dt.datetime) -> None:
    person, other = factories.person(), factories.person()
    factories.member(person=other, level="words")

    answer(person, now)

    assert not Share.objects.exists()


def test_solo_is_a_first_class_way(now: dt.datetime) -> None:
    check_in = answer(factories.person(), now, note="only mine")

    assert check_in.deliveries(now) == []
    assert Answer.objects.get().note == "only mine"


# when


def test_mail_behind_a_link_leaves_at_once(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="word")

    answer(person, now)

    assert len(deliver(now)) == 1


@pytest.mark.parametrize("level", ["word", "words", "hello"])
def test_mail_that_says_it_all_waits_a_minute(now: dt.datetime, level: str) -> None:
    person = factories.person()
    factories.member(person=person, level=level, in_mail=True)

    answer(person, now)

    assert deliver(now) == []
    assert len(deliver(now + MINUTE)) == 1


def test_first_answer_from_an_unknown_browser_waits_ten_minutes(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="word")

    check_in = answer(person, now, by_link=True, known_browser=False)

    assert any(one.waits_shortly for one in check_in.deliveries(now))
    assert deliver(now + 9 * MINUTE) == []
    assert len(deliver(now + 10 * MINUTE)) == 1


def test_answer_from_a_known_browser_does_not_wait(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="word")

    check_in = answer(person, now, by_link=True)

    assert not any(one.waits_shortly for one in check_in.deliveries(now))
    assert len(deliver(now)) == 1


def test_send_it_now_ends_the_ten_minutes(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="word")
    check_in = answer(person, now, by_link=True, known_browser=False)

    check_in.send_now(now + MINUTE)

    assert not any(one.waits_shortly for one in check_in.deliveries(now + MINUTE))
    assert len(deliver(now + MINUTE)) == 1


def test_mail_waits_for_the_end_of_quiet_hours(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="word")
    evening = now.replace(hour=21)  # ten in the evening in Berlin

    answer(person, evening)

    assert deliver(evening) == []
    assert deliver(evening + 8 * HOUR) == []
    assert len(deliver(evening + 10 * HOUR)) == 1


def test_member_removed_while_a_mail_waits_gets_none(now: dt.datetime) -> None:
    person = factories.person()
    member = factories.member(person=person, level="words", in_mail=True)
    answer(person, now, note="canary")

    member.remove(now)

    assert deliver(now + DAY) == []


def test_ordinary_mail_waits_for_the_morning_though_now_is_allowed(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="word", now_in_quiet_hours=True)
    night = now.replace(hour=1)

    answer(person, night)

    assert deliver(night) == []


# tell them now


def test_tell_them_now_waits_for_no_weekly_limit(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="word")
    for day in range(2):
        answer(person, now + day * DAY)
        deliver(now + day * DAY)
    third = answer(person, now + 2 * DAY)
    assert deliver(now + 2 * DAY) == []

    third.tell_now(now + 2 * DAY)

    assert len(deliver(now + 2 * DAY)) == 1


def test_tell_them_now_sends_nothing_again_and_nothing_to_who_is_out(now: dt.datetime) -> None:
    person = factories.person()
    heard, gone, waits = (
        factories.member(person=person, name=name, level="word") for name in ("Ben", "Eve", "Sam")
    )
    Member.objects.filter(pk=waits.pk).update(quiet_from=dt.time(8), quiet_to=dt.time(20))
    check_in = answer(person, now)
    gone.remove(now)
    assert [letter.text[:7] for letter in deliver(now)] == ["Hi Ben."]
    gone.forget_address()
    Member.objects.filter(pk=waits.pk).update(now_in_quiet_hours=True)
    Message.objects.filter(mailbox=heard.mailbox).delete()  # the log of mails ends after a month

    check_in.tell_now(now + MINUTE)

    assert [letter.text[:7] for letter in deliver(now + MINUTE)] == ["Hi Sam."]


@pytest.mark.parametrize(("allowed", "mails"), [(False, 0), (True, 1)])
def test_tell_them_now_in_quiet_hours_only_where_the_member_allowed_it(
    now: dt.datetime, allowed: bool, mails: int
) -> None:
    person = factories.person()
    factories.member(person=person, level="word", now_in_quiet_hours=allowed)
    night = now.replace(hour=1)

    answer(person, night).tell_now(night)

    assert len(deliver(night)) == mails
    assert len(deliver(night + 8 * HOUR)) == 1 - mails
