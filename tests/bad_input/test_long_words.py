"""Ten thousand letters go through whole; one more comes back with a sentence, nothing lost."""

import html
import re

import pytest
from django.test import Client

from checkins.models import Answer, Reply
from circles.models import Invitation
from tests.bad_input.house import MINUTE, House, done, opened

pytestmark = pytest.mark.django_db

# Every kind of letter, with a beginning and an end that tell whether all of it arrived.
_PIECE = "می‌خواهم 👩‍👩‍👧 漢字 <b>&amp; line\n"
WHOLE = ("begin " + _PIECE * 400)[: 10_000 - len(" the end")] + " the end"
TOO_LONG = WHOLE + "!"


def shown(page: str) -> bool:
    return html.escape(WHOLE) in page


def boxes(page: str) -> str:
    """What stands in the boxes of a page, as a reader sees it."""
    found = re.findall(r"<textarea[^>]*>\r?\n?(.*?)</textarea>", page, re.S)
    return html.unescape("\n".join(found))


def test_a_note_of_ten_thousand_letters_reaches_the_member_whole(house: House) -> None:
    mina = house.beside()

    (mail,) = house.say(note=WHOLE)

    assert Answer.objects.get().note == WHOLE
    assert WHOLE in mail.text.replace("\r\n", "\n")
    # A page in a mail may write a letter by its number; what is read is the same.
    assert WHOLE in html.unescape(mail.html.replace("\r\n", "\n"))
    assert shown(mina.get(opened(mina, mail, "s")).content.decode())
    assert shown(house.person.get("/today/").content.decode())


def test_line_ends_of_a_browser_do_not_make_a_note_too_long(house: House) -> None:
    house.say(note=WHOLE.replace("\n", "\r\n"))

    assert Answer.objects.get().note == WHOLE


def test_a_reply_of_ten_thousand_letters_reaches_the_person_whole(house: House) -> None:
    mina = house.beside()
    (mail,) = house.say(word="okay")

    done(mina.post(opened(mina, mail, "s"), {"words": WHOLE}))

    assert Reply.objects.get().words == WHOLE
    assert shown(house.person.get("/today/").content.decode())


def test_an_answer_to_a_member_of_ten_thousand_letters_arrives_whole(house: House) -> None:
    mina = house.beside()
    (mail,) = house.say(word="okay")
    share = opened(mina, mail, "s")
    done(mina.post(share, {"gesture": "call"}))
    done(house.person.post(f"/reply/{Reply.objects.get().public_id}/", {"words": WHOLE}))

    assert shown(mina.get(share).content.decode())


def test_words_of_an_invitation_arrive_whole_however_the_browser_ends_its_lines(
    house: House,
) -> None:
    words = WHOLE[:1500].rstrip()
    letter = house.invite(words=words.replace("\n", "\r\n"))

    assert Invitation.objects.get().words == words
    assert words in letter.text.replace("\r\n", "\n")
    mina = Client()
    assert html.escape(words) in mina.get(opened(mina, letter, "i")).content.decode()


@pytest.mark.parametrize("word", ["okay", ""])
def test_one_letter_too_many_comes_back_with_all_the_others(house: House, word: str) -> None:
    page = house.person.post("/today/", {"word": word, "note": TOO_LONG}).content.decode()

    assert "longer than 10000 letters" in page
    assert TOO_LONG in boxes(page)
    assert not Answer.objects.exists()


def test_a_reply_that_is_too_long_comes_back_whole(house: House) -> None:
    mina = house.beside()
    (mail,) = house.say(word="okay")

    page = mina.post(opened(mina, mail, "s"), {"words": TOO_LONG}).content.decode()

    assert "longer than 10000 letters" in page
    assert TOO_LONG in boxes(page)


def test_an_answer_to_a_member_that_is_too_long_comes_back_whole(house: House) -> None:
    mina = house.beside()
    (mail,) = house.say(word="okay")
    done(mina.post(opened(mina, mail, "s"), {"gesture": "call"}))
    there = f"/reply/{Reply.objects.get().public_id}/"

    page = house.person.post(there, {"words": TOO_LONG, "do": "write"}, follow=True)

    assert "longer than 10000 letters" in page.content.decode()
    assert TOO_LONG in boxes(page.content.decode())
    assert Reply.objects.count() == 1
    done(house.person.post(there, {"words": WHOLE, "do": "write"}))
    assert Reply.objects.get(by_person=True).words == WHOLE


@pytest.mark.parametrize("box", ["words", "first_word"])
def test_an_invitation_that_is_too_long_comes_back_whole(house: House, box: str) -> None:
    about = {"name": "Mina", "kind": "friend", "level": "word", "in_mail": "link"}
    typed = {"address": "mina@example.net", "words": "Hello", **about, box: TOO_LONG}

    page = house.person.post("/circle/invite/", typed).content.decode()

    assert "It is all still here" in page
    assert TOO_LONG in boxes(page)
    assert house.post_comes() == []


def test_a_form_larger_than_any_of_ours_gets_a_kind_page(house: House) -> None:
    page = house.person.post("/today/", {"note": "漢" * 300_000})

    assert page.status_code == 400
    assert 'href="/help/"' in page.content.decode()
    house.wait(MINUTE)
    assert not Answer.objects.exists()
