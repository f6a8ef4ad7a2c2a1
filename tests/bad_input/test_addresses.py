"""One address typed in many ways, by one person and by two."""

import datetime as dt
import re

import pytest
from django.test import Client

from accounts.models import Person
from circles.models import Invitation, Member
from outbox.models import Suppression
from tests import factories
from tests.bad_input.house import MINUTE, WORDS, House, done, link_of, opened, signed_in
from tests.mail_server import Mail

pytestmark = pytest.mark.django_db

MINA = "mina@example.net"
VARIANTS = [
    "MINA@Example.NET",
    "mina+kind@example.net",
    " Mina <mina@example.net> ",
    "mailto:" + MINA,
]
TYPED = {"name": "Mina", "kind": "friend", "level": "words", "in_mail": "mail", "words": WORDS}


def same_but_for_tokens(page: bytes) -> str:
    """A page without what is new at every look."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page.decode())
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID", text)


@pytest.mark.parametrize("again", VARIANTS)
def test_an_address_is_asked_once_however_it_is_typed(house: House, again: str) -> None:
    house.invite(address=MINA)
    house.wait(2 * MINUTE)

    page = house.person.post("/circle/invite/", {**TYPED, "address": again}).content.decode()

    assert "You have asked this address before" in page
    assert again.strip().replace("<", "&lt;").replace(">", "&gt;") in page
    assert house.post_comes() == []
    assert Member.objects.count() == 1


@pytest.mark.parametrize("own", ["ada@example.org", "ADA@example.org", "ada+me@Example.org"])
def test_the_own_address_gets_a_sentence_and_no_mail(house: House, own: str) -> None:
    page = house.person.post("/circle/invite/", {**TYPED, "address": own}).content.decode()

    assert "This is your own address" in page
    assert WORDS in page
    assert house.post_comes() == []
    assert not Member.objects.exists()


@pytest.mark.parametrize("suppressed", ["mina@example.net", "Mina+old@example.net"])
def test_never_ask_me_again_cannot_be_told_from_no_answer_yet(
    house: House, suppressed: str, now: dt.datetime
) -> None:
    noor = signed_in(factories.person(name="Noor", address="noor@example.org"))
    Suppression.objects.add(suppressed, now=now)
    other = {**TYPED, "address": "other@example.net"}
    asked = noor.post("/circle/invite/", other)
    never = house.person.post("/circle/invite/", {**TYPED, "address": MINA})
    house.post_comes()
    assert [mail.to for mail in house.server.mails] == ["other@example.net"]

    def looks() -> list[tuple[int, str]]:
        paths = ["/circle/", "/who-sees-what/", "/today/", "/circle/invite/"]
        pages = [(one.get(path), name) for path in paths for one, name in readers]
        return [
            (page.status_code, same_but_for_tokens(page.content).replace(name, "NAME"))
            for page, name in pages
        ]

    readers = [(noor, "Noor"), (house.person, "Ada")]
    assert (asked.status_code, asked["Location"]) == (never.status_code, never["Location"])
    for days in (0, 13, 15):
        house.wait(dt.timedelta(days=days))
        Invitation.objects.lapse(house.now)
        seen = looks()
        assert seen[0::2] == seen[1::2]
    assert {member.state for member in Member.objects.all()} == {"lapsed"}


# one address beside two people


def beside_both(house: House) -> tuple[Client, Person, dict[str, Mail]]:
    """Mina said yes to Ada and to Noor; what each of them sent her, by the name of the sender."""
    noor = factories.person(name="Noor", address="noor@example.org")
    asking = signed_in(noor)
    house.beside(address=MINA)
    done(asking.post("/circle/invite/", {**TYPED, "name": "Wilhelmina", "address": MINA}))
    (letter,) = house.post_comes()
    mina = Client()
    done(mina.post(opened(mina, letter, "i"), {"said": "yes"}))
    notes = {"Ada": both_say(house, asking, "okay")}
    return asking, noor, {mail.text.split(" would")[0].split()[-1]: mail for mail in notes["Ada"]}


def both_say(house: House, noor: Client, word: str) -> list[Mail]:
    done(noor.post("/today/", {"word": word, "note": "canary of Noor"}))
    return house.say(word=word, note="canary of Ada")


def test_two_circles_of_one_address_know_nothing_of_each_other(house: House) -> None:
    asking, noor, notes = beside_both(house)

    assert set(notes) == {"Ada", "Noor"}
    assert "Noor" not in notes["Ada"].text + notes["Ada"].html
    assert "Ada" not in notes["Noor"].text + notes["Noor"].html
    assert "Wilhelmina" not in notes["Ada"].text
    mina = Client()
    own = mina.get(opened(mina, notes["Ada"], "y")).content.decode()
    assert "Noor" not in own
    assert "Ada" in own
    for page in (asking.get("/circle/"), asking.get("/who-sees-what/"), asking.get("/today/")):
        assert "Ada" not in page.content.decode()


@pytest.mark.parametrize("choice", ["break", "leave", "never"])
def test_leaving_one_circle_leaves_the_other_as_it_was(house: House, choice: str) -> None:
    asking, noor, notes = beside_both(house)
    mina = Client()
    own = opened(mina, notes["Ada"], "y")
    done(mina.post(f"{own}leave/", {"choice": choice, "words": "break"}))
    house.wait(dt.timedelta(hours=1))

    letters = both_say(house, asking, "heavy")

    assert ["Noor" in letter.text for letter in letters] == [True]
    assert letters[0].to == MINA
    assert Member.objects.get(circle__person=noor).state == "accepted"
    assert "taking a break" not in asking.get("/circle/").content.decode()


def test_one_click_stop_of_one_circle_leaves_the_other(house: House) -> None:
    asking, _noor, notes = beside_both(house)
    stopped = Client(enforce_csrf_checks=True).post(
        link_of(notes["Ada"], "u"), {"List-Unsubscribe": "One-Click"}
    )
    assert stopped.status_code == 200
    house.wait(dt.timedelta(hours=1))

    assert ["Noor" in letter.text for letter in both_say(house, asking, "heavy")] == [True]


def test_removing_in_one_circle_leaves_the_link_of_the_other(house: House) -> None:
    _asking, _noor, notes = beside_both(house)
    member = house.member()
    done(house.person.post(f"/circle/{member.public_id}/remove/"))

    assert Client().get(link_of(notes["Ada"], "s")).status_code == 410
    mina = Client()
    assert "Noor" in mina.get(opened(mina, notes["Noor"], "s")).content.decode()
