"""A form that was open for too long: its session ended, or its token. The words come back."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import Session
from checkins.models import Answer, Reply
from circles.models import Member
from outbox.models import Message
from tests.bad_input.forms import form_to, submit
from tests.bad_input.house import WORDS, House, done, opened
from tests.bad_input.test_long_words import WHOLE

pytestmark = pytest.mark.django_db

NOTE = "A line of mine.\nAnd <b>one</b> more, with 👩‍👩‍👧 and می‌خواهم."
INVITE = {"name": "Mina", "kind": "friend", "level": "word", "in_mail": "link", "words": NOTE}
FORMS: dict[str, dict[str, Any]] = {
    "/today/": {"word": "heavy", "note": NOTE, "would_help": ["listening", "practical"]},
    "/begin/answer/": {"word": "heavy", "note": NOTE},
    "/circle/invite/": {**INVITE, "address": "mina@example.net", "first_word": NOTE},
    "/circle/what-helps/": {"helps_me": NOTE, "gestures": "tea\nsoup"},
    "/settings/mail/": {"own_subject": "Tea and quiet", "reply_mail": "none"},
}


def come_in(house: House, browser: Client) -> Any:
    """Sign in as people do, by the code from the mail; the page it ends on."""
    done(browser.post("/", {"email": "ada@example.org"}))
    code = re.search(r"^\s+(\S+)\s*$", house.post_comes()[-1].text, re.MULTILINE)
    assert code
    return browser.post("/code/", {"code": code[1]}, follow=True)


def stored() -> str:
    """Every session as it stands in the database."""
    return repr(list(Session.objects.values_list()))


@pytest.mark.parametrize("path", FORMS)
def test_a_form_sent_after_its_session_ended_comes_back_after_signing_in(
    house: House, path: str
) -> None:
    typed = FORMS[path]
    Session.objects.all().delete()
    sent = house.person.post(path, typed)
    assert sent.status_code == 302
    assert not Answer.objects.exists()
    assert not Member.objects.exists()
    assert "line of mine" not in stored()
    assert "line of mine" not in sent["Location"] + str(house.person.cookies)

    page = come_in(house, house.person)

    assert page.redirect_chain[-1][0] == "/kept/"
    form = form_to(page.content.decode(), path)
    back = form.typed()
    for name, value in typed.items():
        assert [text.replace("\r\n", "\n") for text in back[name]] == (
            value if isinstance(value, list) else [value]
        )
    done(submit(house.person, form))
    assert house.person.get("/kept/")["Location"] == "/"


def test_ten_thousand_letters_come_back_after_signing_in(house: House) -> None:
    Session.objects.all().delete()
    house.person.post("/today/", {"note": WHOLE})

    page = come_in(house, house.person)
    done(submit(house.person, form_to(page.content.decode(), "/today/")))

    assert Answer.objects.get().note == WHOLE


def test_an_answer_to_a_letter_comes_back_after_signing_in(house: House) -> None:
    mina = house.beside()
    (mail,) = house.say(word="okay")
    done(mina.post(opened(mina, mail, "s"), {"gesture": "call"}))
    there = f"/reply/{Reply.objects.get().public_id}/"
    Session.objects.all().delete()
    house.person.post(there, {"words": NOTE, "do": "write"})

    page = come_in(house, house.person)
    done(submit(house.person, form_to(page.content.decode(), there)))

    assert Reply.objects.get(by_person=True).words == NOTE


def test_what_waits_at_the_door_is_gone_after_an_hour(house: House) -> None:
    Session.objects.all().delete()
    house.person.post("/today/", {"note": NOTE})
    house.wait(dt.timedelta(minutes=61))

    assert "line of mine" not in come_in(house, house.person).content.decode()


# a token that has lapsed


def with_lapsed_token(browser: Client) -> Client:
    """The same browser, asked for the token of its page as real ones are."""
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browser.cookies
    return strict


@pytest.mark.parametrize("path", FORMS)
def test_a_form_whose_token_lapsed_comes_back_with_a_fresh_one(house: House, path: str) -> None:
    typed = FORMS[path]
    browser = with_lapsed_token(house.person)
    page = browser.post(path, {**typed, "csrfmiddlewaretoken": "a" * 64})

    assert page.status_code == 403
    assert not Answer.objects.exists()
    form = form_to(page.content.decode(), path)
    back = form.typed()
    assert all(name in back for name in typed)
    done(submit(browser, form))
    assert not Message.objects.filter(kind="share").exists()
    if "note" in typed:
        assert Answer.objects.get().note == NOTE


def test_a_reply_by_link_whose_token_lapsed_comes_back(house: House) -> None:
    mina = house.beside()
    (mail,) = house.say(word="okay")
    browser = with_lapsed_token(mina)
    share = opened(mina, mail, "s")
    browser.cookies = mina.cookies

    page = browser.post(share, {"words": NOTE, "gesture": "call"})
    assert page.status_code == 403
    assert not Reply.objects.exists()
    done(submit(browser, form_to(page.content.decode(), share)))

    assert (Reply.objects.get().words, Reply.objects.get().gesture) == (NOTE, "call")


def test_an_answer_by_link_whose_token_lapsed_comes_back(house: House) -> None:
    browser = Client(enforce_csrf_checks=True)
    there = opened(browser, house.ask(), "c")

    page = browser.post(there, {"word": "heavy", "note": NOTE})
    done(submit(browser, form_to(page.content.decode(), there)))

    assert Answer.objects.get().note == NOTE


def test_a_yes_whose_token_lapsed_comes_back(house: House) -> None:
    browser = Client(enforce_csrf_checks=True)
    letter = opened(browser, house.invite(words=WORDS), "i")

    page = browser.post(letter, {"said": "yes"})
    assert house.member().state == "invited"
    done(submit(browser, form_to(page.content.decode(), letter)))

    assert house.member().state == "accepted"
