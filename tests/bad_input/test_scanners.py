"""Programs that look at mail before people do: some fetch every link, some press every button."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from checkins.models import Answer, Reply, Schedule, Share
from circles.models import Member
from moderation.models import Report
from outbox.models import Message, Suppression
from tests import factories
from tests.bad_input.forms import Form, forms_of, paths_of, submit
from tests.bad_input.house import House, done, opened, unchanged
from tests.bad_input.letters import (
    EVERY_KIND,
    answer,
    asking,
    code,
    invitation,
    own_page,
    paths_in,
    share,
    word_back,
)
from tests.mail_server import Mail

pytestmark = pytest.mark.django_db

# A code is typed elsewhere, and an honest answer by mail leads to no page of its own.
NOTHING_TO_PRESS = {code, word_back}
# The first program asks in both ways, those after it in one.
VISITS = [("get", "head"), ("get",), ("head",), ("get",), ("head",)]
CLIENTS = ["198.51.100.7", "203.0.113.9", "2001:db8::1"]


@pytest.mark.once
@pytest.mark.parametrize("kind", EVERY_KIND, ids=lambda kind: kind.__name__)
def test_a_program_that_fetches_every_link_changes_nothing(
    house: House, kind: Callable[[House], Mail]
) -> None:
    paths = paths_in(kind(house))
    # A page for everybody, or one that every mail to a member leads to: once is enough here.
    again = [p for p in paths if p[:3] in {"/l/", "/u/"} and (p[3] != "y" or kind is own_page)]

    with unchanged():
        for number, ways in enumerate(VISITS):
            browser = Client(REMOTE_ADDR=CLIENTS[number % 3])
            for path in again if number else paths:
                for way in ways:
                    assert getattr(browser, way)(path, follow=True).status_code == 200, path

    assert house.post_comes() == []


def press_everything(mail: Mail) -> int:
    """Open every link in one browser, and send every form by every button; how many that were."""
    pressed = 0
    for path in paths_in(mail):
        browser = Client()
        page = browser.get(path, follow=True)
        there = page.redirect_chain[-1][0] if page.redirect_chain else path
        for form in forms_of(page.content.decode(), there):
            pressed += _press(browser, form)
    return pressed


def _press(browser: Client, form: Form) -> int:
    for name, value in form.buttons or [("", "")]:
        button = {name: [value]} if name else {}
        for typed in (form.emptied(), form.typed()):
            submit(browser, form, typed | button)
    return max(len(form.buttons), 1)


def everything_said() -> dict[str, int]:
    """What a press could have done, counted."""
    return {
        "answers": Answer.objects.count(),
        "shares": Share.objects.filter(taken_back_at=None).count(),
        "replies": Reply.objects.filter(undone_at=None).count(),
        "beside": Member.objects.beside().count(),
        "invited": Member.objects.filter(state="invited").count(),
        "asked": Schedule.objects.filter(paused_at=None).count(),
        "reports": Report.objects.count(),
        "mails": Message.objects.count(),
    }


@pytest.mark.once
@pytest.mark.parametrize("kind", EVERY_KIND, ids=lambda kind: kind.__name__)
def test_a_program_that_presses_every_button_tells_nobody_and_says_yes_to_nothing(
    house: House, kind: Callable[[House], Mail]
) -> None:
    mail, before = kind(house), everything_said()

    pressed = press_everything(mail)

    assert pressed or kind in NOTHING_TO_PRESS
    assert everything_said() == before
    house.wait(dt.timedelta(hours=12))
    assert house.post_comes() == []


def test_the_answer_of_a_human_stands_whatever_was_pressed_before(house: House) -> None:
    mina = house.beside()
    asked = house.ask()
    press_everything(asked)
    browser = Client()

    browser.post(opened(browser, asked, "c"), {"word": "heavy", "note": "soup"})
    house.wait(dt.timedelta(minutes=11))

    assert (Answer.objects.get().word, Answer.objects.get().note) == ("heavy", "soup")
    (mail,) = house.post_comes()
    assert "A heavy day" in mail.text
    press_everything(mail)
    done(mina.post(opened(mina, mail, "s"), {"gesture": "with_you"}))
    assert Reply.objects.get().gesture == "with_you"


def test_a_yes_of_a_human_stands_whatever_was_pressed_before(house: House) -> None:
    letter = house.invite()
    press_everything(letter)
    mina = Client()

    done(mina.post(opened(mina, letter, "i"), {"said": "yes"}))

    assert house.member().state == "accepted"


def test_the_stop_page_wants_a_tick_and_then_it_stops(house: House) -> None:
    mail = asking(house)
    path = next(path for path in paths_in(mail) if path.startswith("/u/"))
    browser = Client()
    (form,) = [one for one in forms_of(browser.get(path).content.decode(), path) if one.buttons]

    unsure = submit(browser, form)
    assert "Please tick this" in unsure.content.decode()
    assert Schedule.objects.filter(paused_at=None).count() == 1
    submit(browser, form, form.typed(sure="on"))

    assert Schedule.objects.filter(paused_at=None).count() == 0


def test_a_no_and_a_never_stand_until_a_human_ticks_that_they_are_undone(house: House) -> None:
    letter, mina = house.invite(), Client()
    page = opened(mina, letter, "i")
    done(mina.post(page, {"said": "never"}))

    press_everything(letter)

    assert (house.member().state, Suppression.objects.count()) == ("declined", 1)
    unsure = mina.post(f"{page}undo/").content.decode()
    assert "Please tick this first" in unsure
    assert "Undo my answer" in unsure
    done(mina.post(f"{page}undo/", {"sure": "on"}))
    assert (house.member().state, Suppression.objects.count()) == ("invited", 0)


@pytest.mark.parametrize("choice", ["break", "leave", "never"])
def test_a_break_and_a_goodbye_stand_until_a_human_ticks_that_they_are_back(
    house: House, choice: str
) -> None:
    mina = house.beside()
    (mail,) = house.say(word="heavy")
    page = opened(mina, mail, "y")
    done(mina.post(f"{page}leave/", {"choice": choice}))

    press_everything(mail)

    assert not Member.objects.beside().exists()
    assert "is taking a break" in house.person.get("/circle/").content.decode()
    unsure = mina.post(f"{page}return/").content.decode()
    assert "Please tick this first" in unsure
    done(mina.post(f"{page}return/", {"sure": "on"}))
    assert Member.objects.beside().exists()


def test_a_break_from_being_asked_stands_until_a_human_ticks_that_it_is_over(house: House) -> None:
    asked, ada = house.ask(), Client()
    page = opened(ada, asked, "p")
    done(ada.post(page, {"long": "open"}))

    press_everything(asked)

    assert Schedule.objects.get().paused_at
    unsure = ada.post(page, {"resume": "1"}).content.decode()
    assert unsure.count("Please tick this first") == 2  # beside the tick, and at the top
    done(ada.post(page, {"resume": "1", "sure": "on"}))
    assert Schedule.objects.get().paused_at is None


def test_what_was_said_by_a_link_is_neither_taken_back_nor_hurried_nor_told(house: House) -> None:
    factories.member(person=house.ada, name="Mina", level="word")
    asked, ada = house.ask(), Client()
    done(ada.post(opened(ada, asked, "c"), {"word": "heavy"}))

    press_everything(asked)

    assert house.post_comes() == []
    house.wait(dt.timedelta(minutes=11))
    (mail,) = house.post_comes()
    assert "Ada" in mail.text
    assert Share.objects.get().taken_back_at is None


def test_a_really_hard_day_said_by_a_link_is_told_to_nobody_by_a_program(house: House) -> None:
    factories.member(person=house.ada, name="Mina", named_for_hard_days=True)
    asked, ada = house.ask(), Client()
    done(ada.post(opened(ada, asked, "c"), {"word": "really_hard"}))

    press_everything(asked)

    house.wait(dt.timedelta(hours=12))
    assert house.post_comes() == []


@pytest.mark.parametrize("letter", ["s", "y"])
def test_a_kind_word_stands_until_a_human_ticks_that_it_is_undone(
    house: House, letter: str
) -> None:
    mina = house.beside()
    (mail,) = house.say(word="heavy")
    page = opened(mina, mail, letter)
    to = page if letter == "s" else f"{page}hello/"
    done(mina.post(to, {"gesture": "with_you", "words": "soup is on the stove"}))

    press_everything(mail)

    (reply,) = Reply.objects.standing()
    undo = f"{page}undo/{reply.public_id}/" if letter == "s" else f"{to}{reply.public_id}/undo/"
    unsure = mina.post(undo, follow=True).content.decode()
    assert "soup is on the stove" in unsure
    assert "Please tick" in unsure
    done(mina.post(undo, {"sure": "on"}))
    assert not Reply.objects.standing().exists()


@pytest.mark.parametrize("kind", [invitation, share, answer, asking])
def test_a_program_that_crawls_on_from_a_link_changes_nothing(
    house: House, kind: Callable[[House], Mail]
) -> None:
    mail = kind(house)

    with unchanged():
        browser, seen, more = Client(), set(), paths_in(mail)
        while more:
            path = more.pop()
            if path in seen or path.startswith("/help/") or path == "/leave/":
                continue
            seen.add(path)
            page = browser.get(path, follow=True)
            assert page.status_code in {200, 404}, path
            more += paths_of(page.content.decode())
    assert len(seen) > 5
