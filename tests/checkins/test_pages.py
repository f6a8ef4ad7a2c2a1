"""The pages of an answer: saying it on Today, and what was said, changed and taken back."""

import datetime as dt
import re

import pytest
import time_machine
from django.test import Client

from accounts.models import Person
from checkins.models import Answer, CheckIn, Share
from circles.models import Circle
from outbox.models import Message
from tests import factories
from tests.checkins.postman import deliver
from tests.checkins.today import CANARY, hears, said

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)


# Today


def test_today_asks_and_keeps_a_word_for_oneself(page: Client, ada: Person) -> None:
    assert "How are you holding up?" in said(page)

    answered = page.post("/today/", {"word": "okay", "note": CANARY}, follow=True)

    assert "Nobody else sees this. It is yours alone." in answered.content.decode()
    assert CANARY in answered.content.decode()
    assert not Message.objects.exists()


def test_today_names_who_is_beside_and_who_was_asked(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    circle = Circle.objects.of(ada)
    about = {"label": "", "kind": "friend", "level": "word", "in_mail": False, "words": "Hi"}
    circle.invite(address="mina@example.org", name="Mina", now=now, **about)
    waiting = said(page)
    factories.member(person=ada, name="Ben")
    factories.member(person=ada, name="Resting Sam", on_break_at=now)

    assert "Asked, no answer yet: <bdi>Mina</bdi>" in waiting
    assert "You have asked somebody." in waiting
    assert "Asked, no answer yet: <bdi>Mina</bdi>" in said(page)
    assert "<bdi>Ben</bdi>" in said(page)
    assert "Resting Sam" not in said(page)


@pytest.mark.parametrize("typed", [{"word": "good"}, {"note": "just this"}, {"went_well": "soup"}])
def test_any_part_alone_is_an_answer(page: Client, typed: dict[str, str]) -> None:
    page.post("/today/", typed)

    assert Answer.objects.count() == 1


def test_an_empty_form_says_nothing_to_anybody(page: Client, ada: Person) -> None:
    factories.member(person=ada, level="words", in_mail=True)

    answered = page.post("/today/", {"note": ""}, follow=True)

    assert answered.status_code == 200
    assert not Message.objects.exists()
    assert not Answer.objects.exists()


def test_what_was_typed_stays_when_it_is_too_long(page: Client) -> None:
    note = "x" * 10_001

    answered = page.post("/today/", {"word": "okay", "note": note}).content.decode()

    assert "Please shorten it" in answered
    assert note in answered
    assert not Answer.objects.exists()


def test_a_note_of_ten_thousand_letters_is_kept_whole(page: Client) -> None:
    note = "می‌خواهم 👩‍👩‍👧 <b>" * 500

    page.post("/today/", {"note": note})

    assert Answer.objects.get().note == note.strip()


def test_names_and_levels_stand_under_the_words_and_change_for_this_answer(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    mina = factories.member(person=ada, name="Mina", level="word")
    omar = factories.member(person=ada, name="Omar", level="ask")
    shown = said(page)
    assert "<bdi>Mina</bdi> hears: <span data-hears>my word</span>" in shown
    assert "<bdi>Omar</bdi> hears: <span data-hears>nothing</span>" in shown

    page.post("/today/", {"word": "okay", hears(mina): "", hears(omar): "word"})

    assert [share.member for share in Share.objects.all()] == [omar]
    mina.refresh_from_db()
    assert mina.level == "word"


def test_the_mail_in_the_frame_is_the_mail_that_leaves(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    mina = factories.member(person=ada, name="Mina", level="words", in_mail=True)
    typed = {"word": "up_and_down", "note": "soup again", hears(mina): "words"}

    framed = page.post(f"/today/mail/{mina.public_id}/", typed)
    shown = framed.content.decode()
    assert not Message.objects.exists()
    assert not Answer.objects.exists()
    page.post("/today/", typed)
    (letter,) = deliver(now + MINUTE)

    def without_links(page: str) -> str:
        return re.sub(r"http://[^\"\s<]+/[lu]/[^\"\s<]+", "LINK", page)

    assert "soup again" in shown
    assert without_links(shown) == without_links(letter.html)
    assert "sandbox" in framed.headers["Content-Security-Policy"]


def test_another_persons_member_has_no_mail_to_look_at(page: Client) -> None:
    theirs = factories.member(person=factories.person(), name="Mina", level="words")

    assert page.post(f"/today/mail/{theirs.public_id}/", {"word": "okay"}).status_code == 404


def test_enter_in_a_line_sends_the_answer_and_not_a_preview(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    factories.member(person=ada, level="word")
    check_in = factories.check_in(person=ada, now=now)
    check_in.answer("okay", now=now)

    for path in ("/today/", f"/said/{check_in.public_id}/change/"):
        shown = page.get(path).content.decode()
        before, _, after = shown.partition('name="went_well"')
        form = before[before.rindex("<form") :] + after
        first, *_ = re.findall(r"<button[^>]*>", form)
        # The browser presses the first button of a form, seen or not, for whoever presses Enter.
        assert "formaction" not in first
        assert "formaction" in form


def test_looking_at_today_makes_nothing(page: Client, ada: Person) -> None:
    said(page)

    assert not Circle.objects.exists()


# what was said


def test_who_gets_what_and_when_is_said_and_can_be_taken_back(page: Client, ada: Person) -> None:
    factories.member(person=ada, name="Mina", level="word")

    answered = page.post("/today/", {"word": "okay"}, follow=True)
    check_in = CheckIn.objects.get()
    shown = answered.content.decode()
    assert "Mina" in shown
    assert "my word" in shown
    page.post(f"/said/{check_in.public_id}/take-back/")

    assert deliver(check_in.due_at + MINUTE) == []
    assert "taken back" in page.get(f"/said/{check_in.public_id}/").content.decode()


def test_an_answer_can_be_changed_and_deleted(page: Client) -> None:
    page.post("/today/", {"word": "okay", "note": CANARY})
    check_in = CheckIn.objects.get()
    assert CANARY in page.get(f"/said/{check_in.public_id}/change/").content.decode()

    page.post(f"/said/{check_in.public_id}/change/", {"word": "good"})
    assert Answer.objects.get().word == "good"
    page.post(f"/said/{check_in.public_id}/delete/")

    assert not Answer.objects.exists()


def test_changing_begins_with_what_each_member_got(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    mina = factories.member(person=ada, name="Mina", level="word")
    check_in = factories.check_in(person=ada, now=now)
    check_in.answer("heavy", CANARY, choices={mina.pk: "words"}, now=now)

    shown = page.get(f"/said/{check_in.public_id}/change/").content.decode()

    boxes = [box for box in re.findall(r"<input[^>]+>", shown) if hears(mina) in box]
    assert [re.findall(r'value="(\w*)"', box)[0] for box in boxes if "checked" in box] == ["words"]
    assert CANARY in shown


def test_change_of_what_was_deleted_in_another_tab_gives_the_words_back(page: Client) -> None:
    page.post("/today/", {"word": "okay"})
    said = CheckIn.objects.get().public_id
    page.post(f"/said/{said}/delete/")

    answered = page.post(f"/said/{said}/change/", {"word": "okay", "note": CANARY})

    assert answered.status_code == 404
    assert CANARY in answered.content.decode()
    assert CANARY not in page.post("/nowhere/", {"note": CANARY}).content.decode()


def test_change_that_takes_every_word_away_says_what_to_do_instead(page: Client) -> None:
    page.post("/today/", {"note": CANARY})
    said = CheckIn.objects.get().public_id

    answered = page.post(f"/said/{said}/change/", {"note": ""}).content.decode()

    assert "To take it away, go back and delete it." in answered
    assert Answer.objects.get().note == CANARY


def test_an_outsider_finds_nobody_elses_answer(page: Client, now: dt.datetime) -> None:
    theirs = factories.check_in(person=factories.person(), now=now)
    theirs.answer("heavy", CANARY, now=now)

    for path in ("", "change/", "now/", "take-back/", "delete/"):
        for answered in (
            page.get(f"/said/{theirs.public_id}/{path}"),
            page.post(f"/said/{theirs.public_id}/{path}", {"word": "good"}),
        ):
            assert answered.status_code in {404, 405}
            assert CANARY not in answered.content.decode()
    assert page.get(f"/near/{theirs.public_id}/").status_code == 404
    assert Answer.objects.get().word == "heavy"


def test_past_day_is_named_and_not_spoken_of_as_today(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    page.post("/today/", {"word": "okay"})
    where = Answer.objects.get().check_in.public_id

    assert "That is enough for today." in page.get(f"/said/{where}/").content.decode()
    with time_machine.travel(now + dt.timedelta(days=40), tick=False):
        page.force_login(ada)
        shown = page.get(f"/said/{where}/").content.decode()
    assert "26 November 2026" in shown
    assert "today." not in shown
