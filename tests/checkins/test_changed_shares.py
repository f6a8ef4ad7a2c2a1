"""What a member has of an answer that was changed, raised, lowered or taken back."""

import datetime as dt

import pytest

from checkins.models import Share
from tests import factories
from tests.checkins.answers import answer
from tests.checkins.postman import deliver

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


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
