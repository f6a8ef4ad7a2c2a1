"""Today: asked every day, what was said, and the letters of the circle."""

import datetime as dt
import re

import pytest
import time_machine
from django.test import Client

from accounts.models import Person
from checkins.models import Answer, Reply
from circles.models import Circle
from outbox.models import Message
from tests import factories

pytestmark = pytest.mark.django_db

QUESTION = '<h1 class="question">How are you holding up?</h1>'
DAY = dt.timedelta(days=1)


def today(page: Client) -> str:
    return page.get("/today/").content.decode()


def test_today_asks_every_day_though_mails_come_weekly(
    page: Client, ada: Person, clock: time_machine.Traveller, now: dt.datetime
) -> None:
    factories.check_in(person=ada, now=now, days=7).answer("heavy", now=now)
    assert QUESTION not in today(page)

    clock.move_to(now + DAY)

    assert QUESTION in today(page)
    page.post("/today/", {"word": "good"})
    assert [answer.word for answer in Answer.objects.of(ada)] == ["good", "heavy"]


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("23:00", "We say hello again today at 23:00."),
        ("08:00", "We say hello again tomorrow at 08:00."),
    ],
)
def test_next_hello_is_told_as_one_would_say_it(
    page: Client, ada: Person, now: dt.datetime, at: str, said: str
) -> None:
    factories.schedule(person=ada, now=now, at=at)

    assert said in today(page)


def test_hello_in_some_days_is_told_with_its_day(
    page: Client, ada: Person, clock: time_machine.Traveller, now: dt.datetime
) -> None:
    factories.schedule(person=ada, now=now, at="23:00")
    clock.move_to(now - 3 * DAY)

    assert "We say hello again on Thursday 26 November, 23:00." in today(page)


def test_note_of_today_is_folded_until_it_is_asked_for(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    factories.check_in(person=ada, now=now).answer("heavy", "canary note", "canary soup", now=now)

    before, _, after = today(page).partition("Show what you wrote</summary>")

    assert "canary" not in before
    assert "canary note" in after
    assert "canary soup" in after


def test_words_of_this_morning_stand_there_though_the_question_came_last_night(
    page: Client, ada: Person, clock: time_machine.Traveller, now: dt.datetime
) -> None:
    last_night = factories.check_in(person=ada, now=now - dt.timedelta(hours=10))
    last_night.answer("okay", "after breakfast", now=now)

    assert "after breakfast" in today(page)
    assert QUESTION not in today(page)


def test_first_answer_stays_the_persons_own_for_whom_it_says_so(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    factories.member(person=ada, name="Mina", level="words", in_mail=True)

    shown = page.get("/begin/answer/", follow=True).content.decode()
    page.post("/begin/answer/", {"word": "okay", "note": "only mine"}, follow=True)

    assert "for you alone" in shown
    assert not Message.objects.exists()


def test_first_answer_tells_no_ticked_member_either(page: Client, ada: Person) -> None:
    circle = Circle.objects.of(ada)
    circle.set_hard_days(rule="tell", forms={}, now=factories.JOINED)
    factories.member(person=ada, level="ask", named_for_hard_days=True)

    page.post("/begin/answer/", {"word": "really_hard"})

    assert not Message.objects.exists()


def test_form_sent_empty_leaves_the_open_question_out_and_says_so(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    asked = factories.check_in(person=ada, now=now)

    shown = page.post("/today/", {"note": " "}, follow=True).content.decode()

    asked.refresh_from_db()
    assert asked.skipped_at == now
    assert "Nothing was kept, and nobody is told." in shown
    assert QUESTION in shown


def test_break_and_goodbye_look_the_same_beside_a_letter(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    for name, verb in (("Mina", "take_break"), ("Omar", "leave")):
        member = factories.member(person=ada, name=name)
        Reply.objects.hello(member, gesture="call", words="Soup is on the stove.", now=now)
        getattr(member, verb)(now)

    shown = today(page)

    assert shown.count("Soup is on the stove.") == 2
    assert "Tonight" not in shown
    assert "Write back" not in shown


def test_words_to_somebody_who_is_out_by_now_come_back(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    mina = factories.member(person=ada, name="Mina")
    letter = Reply.objects.hello(mina, words="Soup is on the stove.", now=now)
    mina.pause(now)

    answered = page.post(
        f"/reply/{letter.public_id}/", {"do": "write", "words": "I would love some"}
    )

    assert "Mina cannot be reached just now, so nothing was sent." in answered.content.decode()
    assert "I would love some" in answered.content.decode()


def test_looking_back_leaves_no_answer_out_between_two_pages(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    for number in range(36):
        day = now - (number // 4) * DAY
        said = factories.check_in(person=ada, now=day, asked=False)
        said.answer("okay" if number % 3 else "", f"note {number}", now=day)

    first = page.get("/look-back/").content.decode()
    earlier = re.findall(r'href="(\?before=[^"]+)"', first)
    second = page.get(f"/look-back/{earlier[0]}").content.decode()

    links = re.findall(r"/said/([0-9a-f-]{36})/", first + second)
    assert len(links) == len(set(links)) == 36
    assert "before=" not in second


def test_letter_says_by_whose_link_it_came(page: Client, ada: Person, now: dt.datetime) -> None:
    mina = factories.member(person=ada, name="Mina")
    Reply.objects.hello(mina, words="Soup is on the stove.", now=now)

    assert "by the link sent to <bdi>Mina</bdi>" in today(page)
