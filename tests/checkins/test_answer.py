"""What the person says, and that it is theirs."""

import datetime as dt

import pytest

from checkins.answering import Closed
from checkins.models import Answer, CheckIn, Reply, Share
from checkins.words import words
from outbox.models import Message
from tests import factories
from tests.checkins.postman import deliver

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)


def test_words_are_kept_as_they_were_written(now: dt.datetime) -> None:
    check_in = factories.check_in(person=factories.person(), now=now)

    check_in.answer("okay", "soup on the stove", "I went out", ["listening"], now=now)

    kept = Answer.objects.get()
    assert (kept.word_label, kept.note) == ("Doing okay", "soup on the stove")
    assert (kept.went_well, kept.help_labels) == ("I went out", ["listening"])


def test_ten_thousand_letters_are_kept(now: dt.datetime) -> None:
    check_in = factories.check_in(person=factories.person(), now=now)
    note = "سلام‌ 🧑‍🤝‍🧑 " * 900

    check_in.answer(note=note, now=now)

    assert Answer.objects.get().note == note.strip()


def test_word_alone_note_alone_and_neither_are_accepted(now: dt.datetime) -> None:
    person = factories.person()
    word, note, nothing = (factories.check_in(person=person, now=now, asked=False) for _ in "123")

    word.answer("heavy", now=now)
    note.answer(note="the rain", now=now)
    nothing.answer(now=now)

    assert sorted(answer.word + answer.note for answer in Answer.objects.all()) == [
        "heavy",
        "the rain",
    ]


def test_nothing_typed_is_a_skip_and_nobody_hears_of_it(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="words", in_mail=True)
    check_in = factories.check_in(person=person, now=now)

    check_in.answer(note="   ", now=now)

    check_in.refresh_from_db()
    assert check_in.skipped_at == now
    assert (Answer.objects.count(), Share.objects.count(), Message.objects.count()) == (0, 0, 0)


def test_words_after_a_skip_are_no_skip(now: dt.datetime) -> None:
    check_in = factories.check_in(person=factories.person(), now=now)
    check_in.answer(now=now)

    check_in.answer("good", now=now + MINUTE)

    check_in.refresh_from_db()
    assert check_in.skipped_at is None


def test_empty_form_leaves_the_earlier_answer(now: dt.datetime) -> None:
    check_in = factories.check_in(person=factories.person(), now=now)
    check_in.answer("okay", "soup", now=now)

    said = check_in.answer(now=now + MINUTE)

    assert said.note == "soup"
    assert Answer.objects.get().note == "soup"


def test_latest_answer_wins_while_it_is_open(now: dt.datetime) -> None:
    check_in = factories.check_in(person=factories.person(), now=now)
    check_in.answer("okay", "soup", now=now)

    check_in.answer("heavy", now=now + MINUTE)

    kept = Answer.objects.get()
    assert (kept.word, kept.note) == ("heavy", "")
    assert (kept.answered_at, kept.changed_at) == (now, now + MINUTE)


def test_closed_check_in_takes_no_answer(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="words")
    check_in = factories.check_in(person=person, now=now, days=1)

    with pytest.raises(Closed):
        check_in.answer("okay", "too late", now=now + dt.timedelta(days=1))

    assert not Answer.objects.exists()
    assert not Message.objects.exists()


def test_two_tabs_make_one_answer_and_one_mail(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="words")
    one = factories.check_in(person=person, now=now)
    other = CheckIn.objects.get(pk=one.pk)

    one.answer("okay", "first tab", now=now)
    other.answer("okay", "second tab", now=now)

    assert Answer.objects.get().note == "second tab"
    assert len(deliver(now)) == 1


def test_today_answers_the_open_question_and_never_replaces_it(now: dt.datetime) -> None:
    person = factories.person()
    asked = factories.check_in(person=person, now=now)
    first = CheckIn.objects.for_today(person, now)
    first.answer("okay", now=now)

    second = CheckIn.objects.for_today(person, now + MINUTE)
    second.answer("heavy", now=now + MINUTE)

    assert first == asked
    assert not second.asked
    assert [answer.word for answer in Answer.objects.order_by("check_in")] == ["okay", "heavy"]
    assert CheckIn.objects.said_today(person, now + MINUTE).word == "heavy"


@pytest.mark.parametrize(
    ("said", "level", "heard"),
    [
        (words("okay", "soup", "sun", ["listening"]), "hello", words("", "", "", [])),
        (words("okay", "soup", "sun", ["listening"]), "word", words("okay", "", "", [])),
        (
            words("okay", "soup", "sun", ["listening"]),
            "words",
            words("okay", "soup", "sun", ["listening"]),
        ),
        (words("no_words", "", "", []), "hello", words("", "", "", [])),
        (words("no_words", "", "", []), "word", words("no_words", "", "", [])),
        (words("no_words", "", "", []), "words", words("no_words", "", "", [])),
        (words("", "soup", "", []), "hello", words("", "", "", [])),
        (words("", "soup", "", []), "word", words("", "", "", [])),
        (words("", "soup", "", []), "words", words("", "soup", "", [])),
    ],
)
def test_level_lets_through_what_the_page_on_answers_says(said, level, heard) -> None:
    assert said.heard_at(level) == heard


def test_deleted_answer_is_gone_with_what_waited(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="words", in_mail=True)
    check_in = factories.check_in(person=person, now=now)
    check_in.answer("okay", "soup", now=now)

    check_in.forget(now)

    assert not Answer.objects.exists()
    assert not Share.objects.exists()
    assert deliver(now + dt.timedelta(hours=1)) == []


def test_asked_check_in_stays_after_its_answer_was_deleted(now: dt.datetime) -> None:
    person = factories.person()
    asked = factories.check_in(person=person, now=now)
    unasked = factories.check_in(person=person, now=now, asked=False)
    asked.answer("okay", now=now)
    unasked.answer("okay", now=now)

    asked.forget(now)
    unasked.forget(now)

    assert list(CheckIn.objects.all()) == [asked]
    assert CheckIn.objects.get().skipped_at == now


def test_replies_outlive_the_answer_they_were_to(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person)
    check_in = factories.check_in(person=person, now=now)
    check_in.answer("okay", now=now)
    Share.objects.get().reply(words="I am here", now=now)

    check_in.forget(now)

    assert [reply.words for reply in Reply.objects.for_today(person, now)] == ["I am here"]


def test_word_for_a_hard_day_stands_in_no_clear_column(now: dt.datetime) -> None:
    person = factories.person()
    hard = factories.check_in(person=person, now=now, asked=False)
    light = factories.check_in(person=person, now=now, asked=False)
    named = factories.member(person=person, named_for_hard_days=True, level="word")
    hard.answer("really_hard", now=now)
    hard.tell([named.pk], now)
    light.answer("good", now=now)
    light.tell_now(now)

    def clear(message: Message) -> set[object]:
        return {message.kind, message.lane, message.why_code, message.state}

    told, shared = Message.objects.order_by("id")
    assert clear(told) == clear(shared)
    assert len(told.__dict__["body"]) == len(shared.__dict__["body"])
    first, second = Answer.objects.order_by("check_in").values("word", "chosen", "note")
    assert {name: len(value) for name, value in first.items()} == {
        name: len(value) for name, value in second.items()
    }
