"""A really hard time said on Today: help first, and nobody is told but by a press."""

import datetime as dt
import re

import pytest
import time_machine
from django.test import Client

from accounts.models import Person
from checkins.models import CheckIn, Share
from circles.models import Circle
from outbox.models import Message
from tests import factories
from tests.checkins.postman import deliver
from tests.checkins.today import CANARY, hears, said

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)


def test_help_on_a_hard_day_is_one_tap_away_from_today_and_from_what_was_said(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    check_in = factories.check_in(person=ada, now=now)
    check_in.answer("really_hard", now=now)
    there = f'href="/near/{check_in.public_id}/"'

    assert there in said(page)
    assert there in page.get(f"/said/{check_in.public_id}/").content.decode()

    check_in.answer("okay", now=now)

    assert there not in said(page)
    assert there not in page.get(f"/said/{check_in.public_id}/").content.decode()


def test_what_waits_can_be_told_now_where_people_stand(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    member = factories.member(person=ada, name="Mina", level="words")
    for day in (2, 1):
        earlier = now - dt.timedelta(days=day)
        factories.check_in(person=ada, now=earlier).answer("okay", now=earlier)
        deliver(earlier)
    check_in = factories.check_in(person=ada, now=now)
    check_in.answer("heavy", CANARY, now=now)
    near = page.get(f"/near/{check_in.public_id}/").content.decode()

    # Mina hears of it anyway: there is nobody left to tell, only a mail that waits for its turn.
    assert str(member.public_id) not in near
    assert 'name="with_words"' not in near
    assert "They hear your word" not in near
    assert f'action="/said/{check_in.public_id}/now/"' in near

    page.post(f"/said/{check_in.public_id}/now/")

    assert len(deliver(now)) == 1
    assert "Tell them now" not in page.get(f"/near/{check_in.public_id}/").content.decode()


def test_a_really_hard_time_opens_help_people_lines_and_what_helps_in_this_order(
    page: Client, ada: Person
) -> None:
    factories.member(person=ada, name="Mina", level="words", in_mail=True)
    circle = Circle.objects.of(ada)
    circle.helps_me = "tea and quiet"
    circle.save()

    answered = page.post("/today/", {"word": "really_hard", "note": CANARY}, follow=True)
    shown = answered.content.decode()

    places = [
        shown.index(text)
        for text in (
            "Hard days count too",
            "tel:112",
            "Tell <bdi>Mina</bdi> now",
            "0800",
            "tea and quiet",
        )
    ]
    assert places == sorted(places)
    assert not Message.objects.exists()


def test_telling_by_one_tap_reaches_that_member_alone(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    mina = factories.member(person=ada, name="Mina", level="ask")
    factories.member(person=ada, name="Omar", level="words")
    answered = page.post("/today/", {"word": "really_hard", "note": CANARY}, follow=True)
    where = answered.redirect_chain[-1][0]

    told = page.post(where, {"member": str(mina.public_id)}, follow=True)

    (letter,) = deliver(now + MINUTE)
    assert letter.to == mina.mailbox.address
    assert CANARY not in letter.all
    assert "really hard" not in letter.all
    assert "Tell <bdi>Mina</bdi> now" not in told.content.decode()
    assert "Tell <bdi>Omar</bdi> now" in told.content.decode()


def test_enter_at_the_box_on_a_hard_day_tells_nobody(page: Client, ada: Person) -> None:
    factories.member(person=ada, name="Mina", level="ask")
    answered = page.post("/today/", {"word": "really_hard", "note": CANARY}, follow=True)

    shown = answered.content.decode().partition('name="with_words"')[0]
    first, *_ = re.findall(r"<button[^>]*>", shown[shown.rindex("<form") :])

    # The browser presses the first button of a form for whoever presses Enter, unless it rests.
    assert "disabled" in first


def test_words_go_along_with_a_hard_day_only_when_ticked(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    mina = factories.member(person=ada, name="Mina", level="ask", hard_day_in_mail=True)
    answered = page.post("/today/", {"word": "really_hard", "note": CANARY}, follow=True)
    where = answered.redirect_chain[-1][0]
    assert "They may read what I wrote, too" in answered.content.decode()

    page.post(where, {"member": str(mina.public_id), "with_words": "on"})

    assert CANARY in deliver(now + MINUTE)[0].text


@pytest.mark.parametrize("ticked", [True, False])
def test_the_answer_itself_tells_the_ticked_with_the_words_only_when_ticked(
    page: Client, ada: Person, now: dt.datetime, ticked: bool
) -> None:
    Circle.objects.of(ada).set_hard_days(rule="tell", forms={}, now=now)
    factories.member(
        person=ada, level="ask", named_for_hard_days=True, hard_day_in_mail=True, name="Mina"
    )
    assert "may read these words too" in said(page)
    typed = {"word": "really_hard", "note": CANARY} | ({"with_words": "on"} if ticked else {})

    page.post("/today/", typed)

    (letter,) = deliver(now + 2 * MINUTE)
    assert (CANARY in letter.text) is ticked


def test_the_mail_in_the_frame_of_a_hard_day_holds_the_words_that_were_ticked(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    mina = factories.member(
        person=ada, name="Mina", level="ask", named_for_hard_days=True, hard_day_in_mail=True
    )
    Circle.objects.of(ada).set_hard_days(rule="tell", forms={}, now=now)
    typed = {"word": "really_hard", "note": CANARY}

    shown = [
        page.post(f"/today/mail/{mina.public_id}/", typed | ticked).content.decode()
        for ticked in ({}, {"with_words": "on"})
    ]

    assert [CANARY in mail for mail in shown] == [False, True]


def test_line_that_shows_nothing_keeps_no_ticked_member_out_until_it_is_set_so(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    Circle.objects.of(ada).set_hard_days(rule="tell", forms={}, now=now)
    mina = factories.member(person=ada, name="Mina", level="ask", named_for_hard_days=True)
    night = now.replace(hour=1)
    with time_machine.travel(night, tick=False):
        for _pressed_twice in range(2):
            page.post("/today/", {"word": "really_hard", hears(mina): ""})
        assert [share.member for share in Share.objects.all() if share.given] == [mina]

        said = CheckIn.objects.get().public_id
        change = page.get(f"/said/{said}/change/").content.decode()
        assert "<bdi>Mina</bdi> hears: <span data-hears>my word</span>" in change
        page.post(f"/said/{said}/change/", {"word": "really_hard", hears(mina): ""})

    assert [share.given for share in Share.objects.all()] == [None]
    assert deliver(now) == []


def test_line_that_shows_nothing_after_a_hard_day_gives_nothing_of_a_lighter_word(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    mina = factories.member(person=ada, name="Mina", level="word")
    page.post("/today/", {"word": "really_hard", hears(mina): "word"})
    said = CheckIn.objects.get().public_id
    change = page.get(f"/said/{said}/change/").content.decode()
    assert "<bdi>Mina</bdi> hears: <span data-hears>nothing</span>" in change

    page.post(f"/said/{said}/change/", {"word": "okay", hears(mina): ""})

    assert deliver(now + MINUTE) == []
