"""Names of any script, and markup in every box: kept, shown and mailed as they were written."""

import html
import re
import unicodedata
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Person
from checkins.models import Answer, Reply
from circles.models import Circle, Invitation, Member
from tests.bad_input.house import MINUTE, House, done, opened
from tests.mail_server import Mail
from tests.routes import ROUTES

pytestmark = pytest.mark.django_db

FAMILY = "👨‍👩‍👧‍👦"
NAMES = [
    "Zoë Ñandú",
    "می‌خواهم رضا",
    "محمد בן־דוד",
    "अनुष्का क्ष",
    "李小龙",
    f"{FAMILY} Mia",
    FAMILY * 11,
    "x" * 80,
    "漢" * 80,
    'O\'Neil & "Söhne" <b>x</b>',
    "{{ 7|add:7 }} {% now 'Y' %} %(name)s %s",
]
# What is typed, and what is left of it: nobody is told off for what they cannot see.
TRIMMED = {
    "Mia\u202eevil": "Miaevil",
    "Mia\x0b\x07\x00Ada": "Mia Ada",
    "\ufeffMia\u200b ": "Mia",
    "  Mia\t\tAda  ": "Mia Ada",
    "Zoe\u0308": "Zoë",
}
MARKUP = '<img src=x onerror="a(1)"><!-- \'&amp; -->'


def is_clean(mail: Mail) -> bool:
    """One line for each header, nothing unseen in it, and a mail that every reader can parse."""
    head = mail.message
    lines = [str(head[name]) for name in ("Subject", "From", "To")]
    unseen = [
        letter for line in lines for letter in line if unicodedata.category(letter) in {"Cc", "Zl"}
    ]
    return not head.defects and not unseen and len(head.get_all("To")) == 1 and not head["Bcc"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_shown_and_mailed_on_both_sides_as_it_was_written(
    house: House, name: str
) -> None:
    done(house.person.post("/settings/you/", {"name": name, "language": "en", "country": "DE"}))
    mina = Client()
    letter = house.invite(name=name)
    page = opened(mina, letter, "i")
    first_word = html.escape(name.split()[0])
    assert first_word in mina.get(page).content.decode()
    done(mina.post(page, {"said": "yes"}))
    (share,) = house.say(word="okay", note="soup")
    replied = opened(mina, share, "s")
    done(mina.post(replied, {"words": "hello back"}))
    (notice,) = house.post_comes()

    assert (Person.objects.get().display_name, Member.objects.get().name) == (name, name)
    assert first_word in mina.get(replied).content.decode()
    for path in ("/today/", "/circle/", "/who-sees-what/"):
        assert html.escape(name) in house.person.get(path).content.decode()
    for mail in (letter, share, notice):
        assert is_clean(mail)
        assert name.split()[0] in mail.text


@pytest.mark.parametrize(("typed", "kept"), TRIMMED.items())
def test_what_nobody_sees_comes_off_a_name(house: House, typed: str, kept: str) -> None:
    done(house.person.post("/settings/you/", {"name": typed, "language": "en"}))
    letter = house.invite(name=typed, label=typed)

    assert (Person.objects.get().display_name, Member.objects.get().name) == (kept, kept)
    assert is_clean(letter)


@pytest.mark.parametrize(
    "name", ["x" * 81, "\u200b", "Eve\r\nBcc: eve@example.org", "www.example.org"]
)
def test_a_name_that_cannot_be_used_gets_a_sentence_and_stays_in_its_box(
    house: House, name: str
) -> None:
    page = house.person.post("/settings/you/", {"name": name, "language": "en"}).content.decode()

    assert 'id="summary"' in page
    assert html.escape(name).replace("\r\n", "") in page.replace("\r\n", "").replace("\n", "")
    assert Person.objects.get().display_name == "Ada"


# markup in every box


def fill_every_box(house: House) -> list[Mail]:
    """Type the markup wherever somebody can type; the mails that came of it."""
    place = {"language": "en", "country": "DE"}
    done(house.person.post("/settings/you/", {"name": MARKUP, **place}))
    subject = {"own_subject": MARKUP, "reply_mail": "words"}
    done(house.person.post("/settings/mail/", subject))
    done(house.person.post("/circle/what-helps/", {"helps_me": MARKUP, "gestures": MARKUP}))
    mails = [house.invite(name=MARKUP, label=MARKUP, words=MARKUP, first_word=MARKUP)]
    mina = Client()
    letter = opened(mina, mails[0], "i")
    hello = done(mina.post(letter, {"said": "yes"}))
    assert html.escape(MARKUP) in mina.get(hello).content.decode()
    mails += house.say(word="okay", note=MARKUP, went_well=MARKUP)
    share = opened(mina, mails[-1], "s")
    done(mina.post(share, {"gesture": MARKUP, "words": MARKUP}))
    assert mina.post(f"{share}report/", {"reason": "spam", "words": MARKUP}).status_code == 200
    house.wait(MINUTE)
    mails += house.post_comes()
    reply = Reply.objects.get()
    done(house.person.post(f"/reply/{reply.public_id}/", {"words": MARKUP}))
    house.wait(MINUTE)
    mails += house.post_comes()
    own = opened(mina, mails[1], "y")
    hours = {"quiet_from": "21:00", "quiet_to": "08:00", "zone": "Europe/Berlin", **place}
    done(mina.post(own, {"answers_when": MARKUP, **hours}))
    done(mina.post(f"{own}leave/", {"choice": "break", "own_words": MARKUP}))
    for path in (share, own, f"{own}leave/", f"{own}hello/", hello):
        assert "<img src=x" not in mina.get(path).content.decode(), path
    mails.append(house.ask())
    return mails


def is_page(response: Any) -> bool:
    # For programs it stays as it is: JSON, which no browser takes for a page.
    return response.status_code == 200 and response["Content-Type"].startswith("text/html")


def test_markup_is_only_text_on_every_page_and_in_every_mail(house: House) -> None:
    mails = fill_every_box(house)
    answer, member, circle = Answer.objects.get(), Member.objects.get(), Circle.objects.get()
    own = {"check_in": answer.check_in.public_id, "member": member.public_id}

    pages = {}
    for name, route in ROUTES.items():
        if route.method == "get" and set(route.args) <= set(own) and name != "leave_now":
            page = house.person.get(reverse(name, args=[own[arg] for arg in route.args]))
            pages[name] = page.content.decode() if is_page(page) else ""
    assert [name for name, page in pages.items() if "<img src=x" in page] == []
    for name in ("today", "said", "change_answer", "circle", "member", "what_helps"):
        assert html.escape(MARKUP) in pages[name], name

    assert len(mails) == 5
    for mail in mails:
        assert is_clean(mail), mail.subject
        assert "<img" not in mail.html, mail.subject
    assert all(MARKUP in mail.text for mail in mails[:4])
    assert (answer.note, answer.went_well, circle.helps_me, circle.gestures) == (
        MARKUP,
        MARKUP,
        MARKUP,
        [MARKUP],
    )
    assert (member.label, member.first_word, member.answers_when) == (MARKUP, MARKUP, MARKUP)
    assert Invitation.objects.get().words == MARKUP


@pytest.mark.parametrize("path", ["/begin/beside/", "/circle/invite/mail/"])
def test_markup_in_a_form_that_is_not_finished_stays_text(house: House, path: str) -> None:
    page = house.person.post(path, {"name": MARKUP, "words": MARKUP, "label": MARKUP})

    assert "<img src=x" not in page.content.decode()


def test_the_mail_beside_todays_form_shows_markup_as_text(house: House) -> None:
    house.beside()

    framed = house.person.post(
        f"/today/mail/{house.member().public_id}/", {"word": "okay", "note": MARKUP}
    ).content.decode()

    assert html.escape("<img src=x") in framed
    assert not re.search(r"<img|<script", framed)


def test_titles_and_addresses_of_pages_hold_no_name(house: House) -> None:
    house.beside(name="Zebulon")
    house.wait(MINUTE)
    for path in ("/today/", "/circle/", f"/circle/{house.member().public_id}/"):
        title = re.search(r"<title>(.*?)</title>", house.person.get(path).content.decode(), re.S)
        assert title
        assert "Zebulon" not in title[1]
