"""What leaves, to whom, and when."""

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from checkins.models import Answer, CheckIn, Share
from circles.models import Member
from outbox.models import Message
from outbox.work import work
from tests import factories
from tests.checkins.postman import deliver
from tests.mail_server import MailServer

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


def answer(person, now: dt.datetime, word: str = "okay", **said) -> CheckIn:
    check_in = factories.check_in(person=person, now=now, asked=False, days=7)
    check_in.answer(word, now=now, **said)
    return check_in


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


def test_answer_of_a_scanner_is_replaced_before_anybody_hears_it(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="words", in_mail=True)
    check_in = factories.check_in(person=person, now=now)
    check_in.answer("good", "pressed by a program", by_link=True, known_browser=False, now=now)

    check_in.answer("heavy", "from a human", now=now + 5 * MINUTE)
    letters = deliver(now + HOUR)

    assert len(letters) == 1
    assert "from a human" in letters[0].text
    assert "program" not in letters[0].all


def test_change_of_a_waiting_mail_changes_the_mail(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="words", in_mail=True)
    check_in = answer(person, now, note="canary that was a slip")

    check_in.answer("heavy", "as it is", now=now + dt.timedelta(seconds=30))

    letters = deliver(now + 2 * MINUTE)
    assert len(letters) == 1
    assert "as it is" in letters[0].text
    assert "canary" not in letters[0].all


def test_change_after_the_mail_left_is_on_the_page_and_sends_no_second(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="words")
    check_in = answer(person, now, note="first")
    deliver(now)

    check_in.answer("heavy", "second", now=now + HOUR)

    assert Share.objects.get().given.words.note == "second"
    assert deliver(now + DAY) == []


def test_raising_a_member_from_nothing_sends_a_mail(now: dt.datetime) -> None:
    person = factories.person()
    member = factories.member(person=person, level="ask")
    check_in = answer(person, now)

    check_in.answer("okay", choices={member.pk: "word"}, now=now + HOUR)

    assert len(deliver(now + HOUR)) == 1


def test_raising_from_a_hello_that_left_sends_the_link_too(now: dt.datetime) -> None:
    person = factories.person()
    member = factories.member(person=person, level="hello", wants_each=True)
    check_in = answer(person, now)
    assert "said hello today" in deliver(now + MINUTE)[0].text

    check_in.answer("okay", choices={member.pk: "word"}, now=now + HOUR)

    assert "There is a note from Ada" in deliver(now + HOUR)[0].text


def test_lowering_shows_less_on_the_page(now: dt.datetime) -> None:
    person = factories.person()
    member = factories.member(person=person, level="words")
    check_in = answer(person, now, note="canary")
    deliver(now)

    check_in.answer("okay", "canary", choices={member.pk: "word"}, now=now + HOUR)

    given = Share.objects.get().given
    assert (given.words.word, given.words.note) == ("okay", "")


def test_lowering_to_nothing_closes_the_page_and_sends_nothing(now: dt.datetime) -> None:
    person = factories.person()
    member = factories.member(person=person, level="words", in_mail=True)
    check_in = answer(person, now, note="canary")

    check_in.answer("okay", "canary", choices={member.pk: None}, now=now)

    assert Share.objects.get().given is None
    assert deliver(now + HOUR) == []


def test_standing_level_lowered_later_closes_what_was_open(now: dt.datetime) -> None:
    person = factories.person()
    member = factories.member(person=person, level="words")
    answer(person, now, note="canary")

    member.change(level="ask", now=now)

    assert Share.objects.get().given is None
    assert deliver(now + HOUR) == []


def test_standing_level_raised_later_opens_no_older_words(now: dt.datetime) -> None:
    person = factories.person()
    member = factories.member(person=person, level="word")
    answer(person, now, note="canary")

    member.change(level="words", now=now)

    assert Share.objects.get().given.words.note == ""


def test_taken_back_nothing_leaves_and_the_page_shows_nothing(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, name="Slow", level="words", in_mail=True)
    factories.member(person=person, name="Quick", level="words")
    check_in = answer(person, now, note="canary")
    deliver(now)

    check_in.take_back(now)

    assert [share.given for share in Share.objects.all()] == [None, None]
    assert deliver(now + HOUR) == []


def test_taken_back_stays_taken_back_when_the_words_change(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="words")
    check_in = answer(person, now)
    check_in.take_back(now)

    check_in.answer("good", "canary", now=now + MINUTE)

    assert Share.objects.get().given is None
    assert deliver(now + HOUR) == []


def test_one_share_taken_back_leaves_the_others(now: dt.datetime) -> None:
    person = factories.person()
    ben, eve = (factories.member(person=person, name=name) for name in ("Ben", "Eve"))
    answer(person, now)

    Share.objects.get(member=ben).take_back(now)

    assert [letter.text[:7] for letter in deliver(now)] == ["Hi Eve."]


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


# at most two routine mails a week


def test_daily_answers_make_two_mails_a_week(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="word")
    letters = []

    for day in range(21):
        answer(person, now + day * DAY)
        letters.append(len(deliver(now + day * DAY)))

    assert sum(letters) in {6, 7}
    assert all(sum(letters[start : start + 7]) <= 2 for start in range(14))


def test_member_who_wants_each_gets_each(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="word", wants_each=True)

    letters = []
    for day in range(7):
        answer(person, now + day * DAY)
        letters += deliver(now + day * DAY)

    assert len(letters) == 7


def test_what_was_shared_meanwhile_is_gathered_into_one_mail(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="words", in_mail=True)
    for day in range(2):
        answer(person, now + day * DAY)
        deliver(now + day * DAY + MINUTE)

    for day, note in [(2, "on Saturday"), (3, "on Sunday"), (4, "on Monday")]:
        answer(person, now + day * DAY, note=note)
    letters = deliver(now + 7 * DAY + MINUTE)

    assert len(letters) == 1
    positions = [letters[0].text.index(f"on {day}") for day in ("Saturday", "Sunday", "Monday")]
    assert positions == sorted(positions)
    assert "Ada, Saturday:" in letters[0].text


def test_what_is_a_week_old_when_its_mail_leaves_has_its_date(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="words", in_mail=True)
    for hours in range(2):
        answer(person, now + hours * HOUR)
        deliver(now + hours * HOUR + MINUTE)
    answer(person, now + 2 * HOUR, note="waits for a week")

    (letter,) = deliver(now + 7 * DAY + MINUTE)

    assert "Ada, Thursday 26 November:" in letter.text


def test_gathered_mail_leads_to_the_newest_share_and_its_page_shows_all(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="word")
    for day in range(4):
        answer(person, now + day * DAY)
        deliver(now + day * DAY)

    newest = Share.objects.latest("made_at")

    assert Message.objects.get(state="waiting").subject == newest.public_id
    assert list(Share.objects.in_one_mail(newest)) == list(Share.objects.newest_first()[:2])


def test_taken_back_share_leaves_the_gathered_mail(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="words", in_mail=True)
    for day in range(2):
        answer(person, now + day * DAY)
        deliver(now + day * DAY + MINUTE)
    answer(person, now + 2 * DAY, note="stays")
    slip = answer(person, now + 3 * DAY, note="canary")

    slip.take_back(now + 3 * DAY)
    letters = deliver(now + 7 * DAY + MINUTE)

    assert len(letters) == 1
    assert "stays" in letters[0].text
    assert "canary" not in letters[0].all


def test_mail_taken_back_before_it_left_counts_for_nothing(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="words", in_mail=True)
    for _ in range(3):
        answer(person, now).take_back(now)

    answer(person, now, note="the one that counts")

    assert len(deliver(now + MINUTE)) == 1


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


def test_ordinary_mail_waits_for_the_morning_though_now_is_allowed(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="word", now_in_quiet_hours=True)
    night = now.replace(hour=1)

    answer(person, night)

    assert deliver(night) == []


@contextmanager
def leaving() -> Iterator[None]:
    """The sender takes what waits in the very moment in which it is written anew."""
    taken = []

    def claim(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('UPDATE "outbox_message"') and not taken:
            taken.append(sql)
            waiting = Message.objects.filter(state="waiting")
            waiting.update(state="claimed", claim_until=timezone.now() + HOUR)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(claim):
        yield
    claimed = Message.objects.filter(state="claimed")
    claimed.update(state="sent", claim_until=None, sent_at=timezone.now(), body=None)


def test_words_that_come_as_the_gathered_mail_leaves_travel_in_the_next(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="words", in_mail=True)
    for day in range(2):
        answer(person, now + day * DAY)
        deliver(now + day * DAY + MINUTE)
    answer(person, now + 2 * DAY, note="gathered")

    with leaving():
        answer(person, now + 7 * DAY, note="a moment too late")
    letters = deliver(now + 9 * DAY)

    assert ["a moment too late" in letter.text for letter in letters] == [True]
    assert "gathered" not in letters[0].text


def test_word_after_a_hello_that_is_leaving_gets_a_mail_of_its_own(now: dt.datetime) -> None:
    person = factories.person()
    member = factories.member(person=person, level="hello", wants_each=True)
    check_in = answer(person, now)

    with leaving():
        check_in.answer("okay", choices={member.pk: "word"}, now=now + MINUTE)

    assert "There is a note from Ada" in deliver(now + HOUR)[0].text


def test_third_mail_of_a_week_that_is_taken_back_makes_no_room_for_another(
    now: dt.datetime,
) -> None:
    person = factories.person()
    factories.member(person=person, level="word")
    for day in range(2):
        answer(person, now + day * DAY)
        deliver(now + day * DAY)
    answer(person, now + 2 * DAY).take_back(now + 2 * DAY)

    answer(person, now + 3 * DAY)

    assert deliver(now + 7 * DAY - MINUTE) == []
    assert len(deliver(now + 7 * DAY)) == 1


def test_mail_that_was_put_off_and_taken_back_counts_for_nothing(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="words", in_mail=True)
    for number in range(2):
        at = now + number * HOUR
        slip = answer(person, at)
        slip.answer("heavy", now=at + dt.timedelta(seconds=30))
        slip.take_back(at + dt.timedelta(seconds=40))

    answer(person, now + 2 * HOUR, note="the one that counts")

    assert len(deliver(now + 2 * HOUR + MINUTE)) == 1


# what the person is told about it


def test_person_reads_when_it_leaves_and_that_it_arrived(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="word")
    check_in = answer(person, now.replace(hour=22))
    night = now.replace(hour=22)

    assert check_in.deliveries(night)[0].says == "leaves Friday, 08:00"
    deliver(night + 9 * HOUR)

    assert check_in.deliveries(night + 10 * HOUR)[0].says == "delivered today, 08:00"


def test_long_after_it_arrived_the_day_is_named_and_then_only_what_they_got(
    now: dt.datetime,
) -> None:
    person = factories.person()
    factories.member(person=person, level="word")
    check_in = answer(person, now)
    deliver(now + HOUR)

    assert check_in.deliveries(now + 6 * DAY)[0].says == "delivered Thursday, 10:00"
    assert check_in.deliveries(now + 8 * DAY)[0].says == "delivered on 26 November"
    Message.objects.to_forget(now + 32 * DAY).delete()
    assert check_in.deliveries(now + 32 * DAY)[0].says == "a while ago"


def test_break_and_goodbye_look_the_same_beside_what_was_shared(now: dt.datetime) -> None:
    person = factories.person()
    rests, gone = (factories.member(person=person, name="Ben") for _ in range(2))
    sent, waits = answer(person, now), answer(person, now.replace(hour=22))
    deliver(now)
    rests.take_break(now + DAY)
    gone.leave(now + DAY)

    for day in (1, 3, 40):
        Member.objects.forget_addresses(now + day * DAY)
        Message.objects.to_forget(now + day * DAY).delete()
        for check_in in (sent, waits):
            says = [one.says for one in check_in.deliveries(now + day * DAY)]
            assert says == ["Ben is taking a break"] * 2


def test_person_reads_that_a_mail_came_back_after_it_left(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="hello")
    check_in = answer(person, now)
    deliver(now + HOUR)

    Message.objects.get(kind="share").come_back(gone=True, now=now + 2 * HOUR)

    says = [one.says for one in check_in.deliveries(now + 3 * HOUR)]
    assert says == ["the mail could not be delivered"]


def test_person_reads_that_no_server_took_a_mail_for_a_day(
    now: dt.datetime, smtp: MailServer
) -> None:
    person = factories.person()
    factories.member(person=person, level="hello")
    check_in = answer(person, now)
    message = Message.objects.get(kind="share")
    smtp.always("RCPT", "450 later")
    while message.state == "waiting":
        work(clock=lambda: message.not_before)
        message.refresh_from_db()

    assert message.reason == "gave_up"
    assert message.ended_at >= now + DAY
    says = [one.says for one in check_in.deliveries(message.ended_at)]
    assert says == ["the mail could not be delivered"]


def test_person_reads_what_was_taken_back(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="word")
    check_in = answer(person, now)

    check_in.take_back(now)

    assert [one.says for one in check_in.deliveries(now)] == ["taken back"]


def test_solo_is_a_first_class_way(now: dt.datetime) -> None:
    check_in = answer(factories.person(), now, note="only mine")

    assert check_in.deliveries(now) == []
    assert Answer.objects.get().note == "only mine"


# the exact mail


def test_preview_is_the_mail_but_for_its_links(now: dt.datetime) -> None:
    person = factories.person()
    member = factories.member(person=person, level="words", in_mail=True)
    shown = CheckIn.objects.preview(person, member, "okay", "soup", now=now)

    answer(person, now, note="soup")
    letter = deliver(now + MINUTE)[0]

    def without_links(text: str) -> str:
        return re.sub(r"/[lu]/\S+", "", text)

    assert without_links(shown.text) == without_links(letter.text)
    assert (shown.subject, shown.from_name) == (letter.subject, letter.sender)


def test_preview_saves_nothing(now: dt.datetime) -> None:
    person = factories.person()
    member = factories.member(person=person, level="ask")

    assert CheckIn.objects.preview(person, member, "okay", now=now) is None
    assert CheckIn.objects.preview(person, member, "okay", choices={member.pk: "word"}, now=now)
    rows = (CheckIn, Answer, Share, Message)
    assert [model.objects.count() for model in rows] == [0, 0, 0, 0]
    assert Member.objects.get().routine_at is None
