"""Two pages open at once, in one browser or in two: the latest word counts, and nothing mixes."""

import datetime as dt

import pytest
from django.test import Client

from checkins.models import Answer, CheckIn, Reply
from tests import factories
from tests.bad_input.forms import form_to, submit
from tests.bad_input.house import MINUTE, House, done, opened, signed_in

pytestmark = pytest.mark.django_db


def test_change_in_one_tab_and_answer_by_link_in_another_make_one_answer(house: House) -> None:
    house.beside()
    asked = house.ask()
    first = done(house.person.post("/today/", {"word": "okay", "note": "one"}))
    change = house.person.get(f"{first}change/").content.decode()
    phone = Client()
    phone.post(opened(phone, asked, "c"), {"word": "heavy", "note": "two"})

    form = form_to(change, f"{first}change/")
    done(submit(house.person, form, form.typed(word="good", note="three")))
    house.wait(11 * MINUTE)

    assert (Answer.objects.get().word, Answer.objects.get().note) == ("good", "three")
    (mail,) = house.post_comes()
    assert "three" in mail.text
    assert "two" not in mail.text


def test_two_pages_of_today_make_two_answers_only_when_the_words_differ(house: House) -> None:
    house.ask()
    tabs = [form_to(house.person.get("/today/").content.decode(), "/today/") for _ in range(2)]

    for form, note in zip(tabs, ["from the first tab", "from the second tab"], strict=True):
        done(submit(house.person, form, form.typed(word="okay", note=note)))

    # The second is said of one's own accord: it never replaces what the question got.
    notes = [answer.note for answer in Answer.objects.order_by("check_in__pk")]
    assert notes == ["from the first tab", "from the second tab"]
    assert [one.asked for one in CheckIn.objects.order_by("pk")] == [True, False]


def test_shares_of_two_persons_in_one_browser_never_mix(house: House) -> None:
    noor = factories.person(name="Noor")
    factories.member(person=noor, name="Wil", level="words", address="mina@example.net")
    factories.member(person=house.ada, name="Mina", level="words", address="mina@example.net")
    done(signed_in(noor).post("/today/", {"word": "good", "note": "canary of Noor"}))
    mails = house.say(word="heavy", note="canary of Ada")
    browser = Client()
    pages = {"Noor" if "Noor" in mail.text else "Ada": opened(browser, mail, "s") for mail in mails}

    for name, other in (("Ada", "Noor"), ("Noor", "Ada")):
        shown = browser.get(pages[name]).content.decode()
        assert f"canary of {name}" in shown
        assert other not in shown
        done(browser.post(pages[name], {"words": f"to {name}"}))

    assert {
        (reply.member.circle.person.display_name, reply.words) for reply in Reply.objects.all()
    } == {("Ada", "to Ada"), ("Noor", "to Noor")}
    assert "to Noor" not in house.person.get("/today/").content.decode()
    assert "to Noor" not in browser.get(pages["Ada"]).content.decode()


def test_a_signed_in_person_who_opens_a_members_link_stays_two_people(house: House) -> None:
    noor = factories.person(name="Noor")
    factories.member(person=noor, name="Ada", level="words", address=house.ada.email)
    done(signed_in(noor).post("/today/", {"word": "good", "note": "canary of Noor"}))
    house.wait(MINUTE)
    (mail,) = house.post_comes()

    page = opened(house.person, mail, "s")
    done(house.person.post(page, {"words": "hello Noor"}))

    assert Reply.objects.get().member.circle.person == noor
    assert "canary of Noor" not in house.person.get("/today/").content.decode()
    assert "hello Noor" not in house.person.get("/today/").content.decode()


def test_a_member_paused_in_one_tab_gets_nothing_from_the_other(house: House) -> None:
    house.beside()
    form = form_to(house.person.get("/today/").content.decode(), "/today/")
    done(house.person.post(f"/circle/{house.member().public_id}/pause/"))

    done(submit(house.person, form, form.typed(word="okay")))
    house.wait(dt.timedelta(hours=1))

    assert house.post_comes() == []
