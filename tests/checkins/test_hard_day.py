"""A really hard day: this word replaces every standing level. Nobody is told unless chosen."""

import datetime as dt

import pytest

from checkins.models import CheckIn, Share
from circles.models import Circle
from library.helplines import lines_for
from outbox.models import Message
from tests import factories
from tests.checkins.postman import deliver

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
CANARY = "canary under the stairs"


def hard_day(person, now: dt.datetime, **said) -> CheckIn:
    check_in = factories.check_in(person=person, now=now)
    check_in.answer("really_hard", CANARY, now=now, **said)
    return check_in


def rule(person, name: str) -> None:
    circle = Circle.objects.of(person)
    circle.set_hard_days(rule=name, forms={}, now=factories.JOINED)


@pytest.mark.parametrize("standing", ["hello", "word", "words"])
@pytest.mark.parametrize("chosen", ["nobody", "ask"])
def test_no_member_hears_of_it_by_a_standing_level(
    now: dt.datetime, standing: str, chosen: str
) -> None:
    person = factories.person()
    rule(person, chosen)
    factories.member(person=person, level=standing, in_mail=True, named_for_hard_days=True)

    hard_day(person, now)

    assert not Message.objects.exists()
    assert not Share.objects.exists()


def test_a_chip_for_this_answer_does_not_count_either(now: dt.datetime) -> None:
    person = factories.person()
    member = factories.member(person=person, level="word")

    hard_day(person, now, choices={member.pk: "words"}).tell_now(now)

    assert not Message.objects.exists()


def test_a_heavy_day_is_an_ordinary_word(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="word", in_mail=True)
    check_in = factories.check_in(person=person, now=now)

    check_in.answer("heavy", now=now)

    assert "A heavy day" in deliver(now + MINUTE)[0].text


def test_exactly_the_ticked_members_are_told(now: dt.datetime) -> None:
    person = factories.person()
    rule(person, "tell")
    factories.member(person=person, name="Ticked", level="ask", named_for_hard_days=True)
    factories.member(person=person, name="Close", level="words")
    factories.member(person=person, name="Paused", named_for_hard_days=True, paused_at=now)
    factories.member(person=person, name="Asked", named_for_hard_days=True, state="invited")

    hard_day(person, now)

    assert [letter.text[:10] for letter in deliver(now + HOUR)] == ["Hi Ticked."]
    assert [share.member.name for share in Share.objects.all()] == ["Ticked"]


def test_ticked_member_who_is_kept_out_this_time_is_not_told(now: dt.datetime) -> None:
    person = factories.person()
    rule(person, "tell")
    member = factories.member(person=person, level="words", named_for_hard_days=True)

    hard_day(person, now, choices={member.pk: None})

    assert not Message.objects.exists()


@pytest.mark.parametrize("level", ["ask", "word"])
@pytest.mark.parametrize("by_tap", [True, False])
def test_told_member_who_is_set_to_nothing_in_a_change_is_told_no_more(
    now: dt.datetime, level: str, by_tap: bool
) -> None:
    person = factories.person()
    rule(person, "ask" if by_tap else "tell")
    ben = factories.member(person=person, name="Ben", level=level, named_for_hard_days=True)
    eve = factories.member(person=person, name="Eve", named_for_hard_days=True)
    night = now.replace(hour=1)
    check_in = hard_day(person, night)
    if by_tap:
        check_in.tell([ben.pk, eve.pk], night)

    check_in.answer("really_hard", CANARY, choices={ben.pk: None}, now=night + MINUTE)

    assert [letter.text[:7] for letter in deliver(now)] == ["Hi Eve."]
    assert Share.objects.get(member=ben).given is None
    said = {one.member.name: one.says for one in check_in.deliveries(now)}
    assert said["Ben"] == "taken back"


def test_level_picked_for_one_answer_is_not_taken_back_by_a_harder_word(now: dt.datetime) -> None:
    person = factories.person()
    member = factories.member(person=person, level="hello", in_mail=True)
    check_in = factories.check_in(person=person, now=now)
    check_in.answer("okay", choices={member.pk: "word"}, now=now)

    check_in.answer("really_hard", CANARY, now=now)

    assert check_in.deliveries(now) == []
    assert deliver(now + DAY) == []


def test_ten_minutes_hold_for_the_ticked_members(now: dt.datetime) -> None:
    person = factories.person()
    rule(person, "tell")
    factories.member(person=person, named_for_hard_days=True)

    check_in = hard_day(person, now, by_link=True, known_browser=False)

    assert any(one.waits_shortly for one in check_in.deliveries(now))
    assert deliver(now + 9 * MINUTE) == []
    assert len(deliver(now + 10 * MINUTE)) == 1


# the one tap


def test_tell_reaches_a_member_at_once(now: dt.datetime) -> None:
    person = factories.person()
    member = factories.member(person=person, level="ask", hard_day_in_mail=True)
    factories.member(person=person, name="Other", level="words")
    check_in = hard_day(person, now)

    check_in.tell([member.pk], now)

    assert [letter.text[:7] for letter in deliver(now)] == ["Hi Ben."]


def test_tell_twice_sends_one_mail(now: dt.datetime) -> None:
    person = factories.person()
    member = factories.member(person=person)
    check_in = hard_day(person, now)

    check_in.tell([member.pk], now)
    CheckIn.objects.get(pk=check_in.pk).tell([member.pk], now)

    assert len(deliver(now)) == 1


def test_tell_waits_for_no_weekly_limit(now: dt.datetime) -> None:
    person = factories.person()
    member = factories.member(person=person, level="word")
    for day in (2, 1):
        earlier = factories.check_in(person=person, now=now - day * DAY)
        earlier.answer("okay", now=now - day * DAY)
        deliver(now - day * DAY)

    hard_day(person, now).tell([member.pk], now)

    assert len(deliver(now)) == 1


@pytest.mark.parametrize(("allowed", "mails"), [(False, 0), (True, 1)])
def test_tell_waits_for_quiet_hours_only_where_the_member_did_not_allow_it(
    now: dt.datetime, allowed: bool, mails: int
) -> None:
    person = factories.person()
    member = factories.member(person=person, now_in_quiet_hours=allowed)
    night = now.replace(hour=1)

    hard_day(person, night).tell([member.pk], night)

    assert len(deliver(night)) == mails


def test_tell_reaches_after_the_check_in_closed(now: dt.datetime) -> None:
    person = factories.person()
    member = factories.member(person=person)
    check_in = hard_day(person, now)

    check_in.tell([member.pk], now + 2 * DAY)

    assert len(deliver(now + 2 * DAY)) == 1


def test_tell_does_not_reach_another_circle(now: dt.datetime) -> None:
    stranger = factories.member(person=factories.person())
    check_in = hard_day(factories.person(), now)

    check_in.tell([stranger.pk], now)

    assert not Message.objects.exists()


def test_tell_the_people_i_chose_tells_the_named_ones(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, name="Named", named_for_hard_days=True)
    factories.member(person=person, name="Other", level="words")

    hard_day(person, now).tell_named(now)

    assert [letter.text[:9] for letter in deliver(now)] == ["Hi Named."]


def test_button_pressed_in_an_unknown_browser_waits_ten_minutes(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, named_for_hard_days=True)

    hard_day(person, now).tell_named(now, known_browser=False)

    assert deliver(now + 9 * MINUTE) == []
    assert len(deliver(now + 10 * MINUTE)) == 1


def test_told_member_can_be_taken_back_before_the_mail_leaves(now: dt.datetime) -> None:
    person = factories.person()
    member = factories.member(person=person, hard_day_in_mail=True)
    night = now.replace(hour=1)
    check_in = hard_day(person, night)
    check_in.tell([member.pk], night)

    check_in.take_back(night)

    assert deliver(now) == []
    assert Share.objects.get().given is None


def test_told_again_after_taking_back_sends_a_mail(now: dt.datetime) -> None:
    person = factories.person()
    member = factories.member(person=person)
    check_in = hard_day(person, now)
    check_in.tell([member.pk], now)
    check_in.take_back(now)

    check_in.tell([member.pk], now)

    assert len(deliver(now)) == 1
    assert Share.objects.get().given is not None


# a word that changes


def test_harder_word_closes_what_a_standing_level_had_opened(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, name="Left", level="words")
    factories.member(person=person, name="Waits", level="words", in_mail=True)
    check_in = factories.check_in(person=person, now=now)
    check_in.answer("okay", now=now)
    deliver(now)

    check_in.answer("really_hard", CANARY, now=now)

    assert [share.given for share in Share.objects.all()] == [None, None]
    assert [share.taken_back_at for share in Share.objects.all()] == [None, None]
    assert deliver(now + DAY) == []
    assert check_in.deliveries(now) == []


def test_lighter_word_opens_it_again_and_sends_what_never_left(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, name="Left", level="word")
    factories.member(person=person, name="Waits", level="word", in_mail=True)
    check_in = factories.check_in(person=person, now=now)
    check_in.answer("okay", now=now)
    deliver(now)
    check_in.answer("really_hard", now=now)

    check_in.answer("good", now=now + HOUR)
    letters = deliver(now + HOUR + MINUTE)

    assert [letter.text[:9] for letter in letters] == ["Hi Waits."]
    assert "A good day" in letters[0].text
    assert {share.given.words.word for share in Share.objects.all()} == {"good"}


def test_member_told_after_an_earlier_mail_gets_a_mail_of_its_own(now: dt.datetime) -> None:
    person = factories.person()
    rule(person, "tell")
    factories.member(person=person, level="word", named_for_hard_days=True)
    check_in = factories.check_in(person=person, now=now)
    check_in.answer("okay", now=now)
    deliver(now)

    check_in.answer("really_hard", now=now + HOUR)

    assert "Please read it today." in deliver(now + HOUR)[0].text


def test_told_member_sees_the_lighter_word_too(now: dt.datetime) -> None:
    person = factories.person()
    member = factories.member(person=person, level="ask")
    check_in = hard_day(person, now)
    check_in.tell([member.pk], now)
    deliver(now)

    check_in.answer("okay", now=now + HOUR)

    assert Share.objects.get().given.words.word == "okay"
    assert deliver(now + DAY) == []


# what the mail says


def test_mail_behind_a_link_has_no_word_of_it(now: dt.datetime) -> None:
    person = factories.person()
    member = factories.member(person=person)
    hard_day(person, now).tell([member.pk], now, with_words=True)

    letter = deliver(now)[0]

    assert "There is a note from Ada for you. Please read it today." in letter.text
    assert CANARY not in letter.all
    assert "hard" not in letter.all
    assert letter.subject == "A note from Ada"


def test_mail_that_says_it_says_all_that_helps(now: dt.datetime) -> None:
    person = factories.person(country="DE")
    Circle.objects.of(person).describe(helps_me="Tea, and no questions.", gestures=[])
    member = factories.member(person=person, hard_day_in_mail=True, country="FI")
    hard_day(person, now).tell([member.pk], now)

    letter = deliver(now)[0]

    assert "Ada asked us to tell you when things are really hard. Today is such a day." in (
        letter.text
    )
    assert "Tea, and no questions." in letter.text
    assert "We do not know whether Ada is safe." in letter.text
    assert "If you think Ada is in danger, call 112" in letter.text
    assert "Germany" in letter.text
    assert "Finland" in letter.text
    assert CANARY not in letter.all
    assert letter.subject == "A note from Ada"


def test_note_stands_in_the_mail_only_when_it_was_ticked(now: dt.datetime) -> None:
    person = factories.person()
    member = factories.member(person=person, hard_day_in_mail=True)
    hard_day(person, now).tell([member.pk], now, with_words=True)

    assert CANARY in deliver(now)[0].text


def test_note_is_on_the_page_only_when_it_was_ticked(now: dt.datetime) -> None:
    person = factories.person()
    without = factories.member(person=person, name="Without")
    with_it = factories.member(person=person, name="With")
    check_in = hard_day(person, now)
    check_in.tell([without.pk], now)
    check_in.tell([with_it.pk], now, with_words=True)

    notes = {share.member.name: share.given.words.note for share in Share.objects.all()}
    assert notes == {"Without": "", "With": CANARY}


def test_numbers_in_the_mail_are_those_of_the_file(now: dt.datetime) -> None:
    person = factories.person(country="DE")
    member = factories.member(person=person, hard_day_in_mail=True)
    hard_day(person, now).tell([member.pk], now)

    letter = deliver(now)[0]

    known = {phone.shown for one in lines_for("DE", now) for phone in one.line.phones}
    assert sum(number in letter.text for number in known) >= 2


# thirty days


def test_thirty_days_of_hard_answers_and_an_outage_tell_nobody(now: dt.datetime) -> None:
    person = factories.person()
    for name in ("Ben", "Eve", "Sam"):
        factories.member(person=person, name=name, level="ask", named_for_hard_days=True)
    seen = factories.member(person=person, name="Seen", level="word", wants_each=True)

    # The harness sees a mail when a level is set.
    factories.check_in(person=person, now=now, asked=False).answer("okay", CANARY, now=now)
    assert [letter.text[:8] for letter in deliver(now)] == ["Hi Seen."]
    seen.change(level="ask", now=now)

    letters = []
    for day in range(1, 31):
        moment = now + day * DAY
        word = ("really_hard", "okay", "heavy")[day % 3]
        factories.check_in(person=person, now=moment).answer(word, CANARY, now=moment)
        if not 10 <= day < 14:  # the outbox stood still
            letters += deliver(moment) + deliver(moment + 12 * HOUR)

    assert letters == []
    assert Message.objects.filter(state="waiting").count() == 0
