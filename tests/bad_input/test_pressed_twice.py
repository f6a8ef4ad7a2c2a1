"""A button pressed twice, a breath apart or at the very same moment, does its work once."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass, replace
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Consent
from checkins.models import Answer, CheckIn, Reply, Schedule, Share
from circles.models import Member
from moderation.models import Report
from outbox.models import Message
from tests import factories
from tests.bad_input.house import MINUTE, WORDS, House, opened

INVITE = {"name": "Mina", "kind": "friend", "level": "words", "in_mail": "mail", "words": WORDS}


@dataclass
class Press:
    """A button: in whose browser, where, with what; and what there is afterwards, counted."""

    browser: Client
    path: str
    typed: dict[str, Any]
    counted: Callable[[], dict[str, int]]
    expected: dict[str, int]


def mails(kind: str) -> int:
    return Message.objects.filter(kind=kind).count()


def answer_on_today(house: House) -> Press:
    factories.member(person=house.ada, level="words", in_mail=True, wants_each=True)
    said = {"answers": 1, "check-ins": 1, "shares": 1, "mails": 1}
    return Press(house.person, "/today/", {"word": "okay", "note": "soup"}, _said, said)


def answer_the_open_question(house: House) -> Press:
    house.ask()
    return answer_on_today(house)


def answer_by_link(house: House) -> Press:
    factories.member(person=house.ada, level="words", in_mail=True, wants_each=True)
    browser, asked = Client(), house.ask()
    said = {"answers": 1, "check-ins": 1, "shares": 1, "mails": 1}
    return Press(browser, opened(browser, asked, "c"), {"word": "okay"}, _said, said)


def first_answer(house: House) -> Press:
    press = answer_on_today(house)
    # The first answer is the person's alone.
    return replace(
        press, path="/begin/answer/", expected={**press.expected, "shares": 0, "mails": 0}
    )


def invite(house: House) -> Press:
    typed = {**INVITE, "address": "mina@example.net"}
    asked = {"members": 1, "mails": 1}
    return Press(house.person, "/circle/invite/", typed, _asked, asked)


def invite_by_hand(house: House) -> Press:
    asked = {"members": 1, "mails": 0}
    return Press(house.person, "/circle/invite/", {**INVITE, "way": "self"}, _asked, asked)


def correct_an_address(house: House) -> Press:
    house.invite()
    path = f"/circle/{house.member().public_id}/correct/"
    # The first letter went with its address; one goes to the corrected one.
    asked = {"members": 1, "mails": 1}
    return Press(house.person, path, {"address": "minna@example.net"}, _asked, asked)


def use_a_link_by_hand(house: House) -> Press:
    typed = {**INVITE, "way": "self"}
    page = house.person.post("/circle/invite/", typed, follow=True).content.decode()
    path = page[page.index("/l/j") :].split("\n")[0].split("<")[0].split('"')[0].strip()
    browser = Client()
    there = browser.get(path)["Location"]
    sure = {"address": "mina@example.net", "sure": "1"}
    return Press(browser, there, sure, _asked, {"members": 1, "mails": 1})


def accept(house: House) -> Press:
    browser = Client()
    letter = opened(browser, house.invite(), "i")

    def counted() -> dict[str, int]:
        return {"accepted": Member.objects.filter(state="accepted").count(), **_asked()}

    expected = {"accepted": 1, "members": 1, "mails": 1}
    return Press(browser, letter, {"said": "yes"}, counted, expected)


def reply(house: House) -> Press:
    mina = house.beside()
    (mail,) = house.say(word="okay")
    typed = {"gesture": "call", "words": "soup is on"}
    return Press(mina, opened(mina, mail, "s"), typed, _replied, {"replies": 1, "mails": 1})


def hello(house: House) -> Press:
    mina = house.beside()
    path = f"/y/{house.member().public_id}/hello/"
    return Press(mina, path, {"words": "good morning"}, _replied, {"replies": 1, "mails": 1})


def answer_a_member(house: House) -> Press:
    press = reply(house)
    press.browser.post(press.path, press.typed)
    path = f"/reply/{Reply.objects.get().public_id}/"
    # One notice of the member's reply, one share, one answer to the member.
    expected = {"replies": 2, "mails": 1}
    return Press(house.person, path, {"words": "yes please"}, _replied, expected)


def tell_on_a_hard_day(house: House) -> Press:
    member = factories.member(person=house.ada, level="ask")
    near = house.person.post("/today/", {"word": "really_hard"})["Location"]
    said = {"answers": 1, "check-ins": 1, "shares": 1, "mails": 1}
    return Press(house.person, near, {"member": str(member.public_id)}, _said, said)


def save_a_rhythm(house: House) -> Press:
    def counted() -> dict[str, int]:
        return {"schedules": Schedule.objects.count(), "mails": Message.objects.count()}

    typed = {"how": "every_day", "time": "09:00"}
    return Press(house.person, "/rhythm/", typed, counted, {"schedules": 1, "mails": 0})


def report(house: House) -> Press:
    mina = house.beside()
    (mail,) = house.say(word="okay")
    path = f"{opened(mina, mail, 's')}report/"
    typed = {"reason": "spam", "words": "look at this"}
    return Press(mina, path, typed, lambda: {"reports": Report.objects.count()}, {"reports": 1})


def welcome(house: House) -> Press:
    type(house.ada).objects.filter(pk=house.ada.pk).update(welcomed_at=None)
    Consent.objects.all().delete()
    place = {"country": "DE", "zone": "Europe/Berlin", "language": "en"}
    typed = {"name": "Ada", "adult": "adult", "consent": "on", **place}
    counted = Consent.objects.count
    return Press(house.person, "/welcome/", typed, lambda: {"yes": counted()}, {"yes": 1})


def _said() -> dict[str, int]:
    return {
        "answers": Answer.objects.count(),
        "check-ins": CheckIn.objects.count(),
        "shares": Share.objects.count(),
        "mails": mails("share"),
    }


def _asked() -> dict[str, int]:
    return {"members": Member.objects.count(), "mails": mails("invitation")}


def _replied() -> dict[str, int]:
    return {"replies": Reply.objects.count(), "mails": mails("reply")}


PRESSES = [
    answer_on_today,
    answer_the_open_question,
    answer_by_link,
    first_answer,
    invite,
    invite_by_hand,
    correct_an_address,
    use_a_link_by_hand,
    accept,
    reply,
    hello,
    answer_a_member,
    tell_on_a_hard_day,
    save_a_rhythm,
    report,
    welcome,
]


@pytest.mark.django_db
@pytest.mark.parametrize("made", PRESSES, ids=lambda made: made.__name__)
def test_pressed_again_a_second_later_it_is_done_once(
    house: House, made: Callable[[House], Press]
) -> None:
    press = made(house)

    for _time in range(2):
        response = press.browser.post(press.path, press.typed)
        assert response.status_code < 400 or made in {use_a_link_by_hand}
        house.wait(dt.timedelta(seconds=1))

    assert press.counted() == press.expected


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("made", PRESSES, ids=lambda made: made.__name__)
def test_pressed_twice_at_the_same_moment_it_is_done_once(
    house: House, made: Callable[[House], Press]
) -> None:
    press = made(house)
    start = Barrier(2)

    def one() -> int:
        browser = copy(press.browser)
        start.wait(10)
        try:
            return int(browser.post(press.path, press.typed).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(one) for _ in range(2)]
        statuses = sorted(answer.result(30) for answer in answers)

    assert statuses[0] < 400
    assert statuses[1] < 400 or made in {use_a_link_by_hand}
    assert press.counted() == press.expected


@pytest.mark.django_db
def test_another_answer_a_while_later_is_another_answer(house: House) -> None:
    press = answer_on_today(house)
    for _time in range(2):
        press.browser.post(press.path, press.typed)
        house.wait(30 * MINUTE)

    assert Answer.objects.count() == 2
