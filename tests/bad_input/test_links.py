"""Links as they arrive: wrapped, shortened, with junk at their end, opened too late."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from checkins.models import Answer, Reply
from circles.models import Member
from moderation.models import Report
from tests.bad_input.house import House, done, link_of, opened, unchanged
from tests.bad_input.letters import (
    asking,
    invitation,
    opened_once,
    paths_in,
    share,
)
from tests.mail_server import Mail

pytestmark = pytest.mark.django_db

WORDS = "Are you there? 你好 ok"
DAMAGES = [
    "{}.",
    "{})",
    "{}>",
    "{}?utm_source=mail&fbclid=x",
    "{}/",
    "{}&nbsp;",
    "{}%3D",
    "{}%20",
    "<{}",
]


def links_in(mail: Mail) -> list[str]:
    return [path for path in paths_in(mail) if path.startswith("/l/")]


@pytest.mark.parametrize("kind", [asking, invitation, share], ids=lambda kind: kind.__name__)
def test_junk_around_a_link_does_not_close_it(house: House, kind: Callable[[House], Mail]) -> None:
    for path in links_in(kind(house)):
        for damage in DAMAGES:
            damaged = damage.format(path).replace("</l/", "/l/%3C")
            assert Client().get(damaged, follow=True).status_code == 200, damaged


@pytest.mark.parametrize("kind", [asking, invitation, share], ids=lambda kind: kind.__name__)
def test_a_shortened_link_is_dead_like_an_invented_one(
    house: House, kind: Callable[[House], Mail]
) -> None:
    invented = Client().get("/l/" + "s" * 45)
    for path in links_in(kind(house)):
        for cut in (1, 10, 40):
            dead = Client().get(path[:-cut])
            assert (dead.status_code, dead.content) == (410, invented.content)
            assert not dead.cookies


# too late


def removed(house: House) -> None:
    done(house.person.post(f"/circle/{house.member().public_id}/remove/"))


def paused(house: House) -> None:
    done(house.person.post(f"/circle/{house.member().public_id}/pause/"))


def lowered(house: House) -> None:
    member = house.member()
    about = {"name": member.name, "kind": member.kind, "level": "ask", "in_mail": "link"}
    done(house.person.post(f"/circle/{member.public_id}/", about))


def erased(house: House) -> None:
    house.person.post("/settings/data/erase/", {"sure": "on"})


def fifteen_days(house: House) -> None:
    house.wait(dt.timedelta(days=15))


@pytest.mark.parametrize("ended", [removed, paused, lowered, fifteen_days, erased])
def test_a_reply_sent_too_late_comes_back_and_is_kept_nowhere(
    house: House, ended: Callable[[House], None]
) -> None:
    mail = share(house)
    mina = Client()
    page = opened(mina, mail, "s")
    ended(house)

    with unchanged():
        late = mina.post(page, {"gesture": "call", "words": WORDS})
        reported = mina.post(f"{page}report/", {"reason": "spam", "words": WORDS})

    assert (late.status_code, reported.status_code) == (410, 410)
    assert WORDS in late.content.decode()
    assert WORDS in reported.content.decode()
    assert not Reply.objects.exists()
    assert not Report.objects.exists()
    # What ended, and what was never there, look the same.
    gone, invented = Client().get(link_of(mail, "s")), Client().get("/l/" + "s" * 45)
    assert (gone.status_code, gone.content) == (invented.status_code, invented.content)


def test_words_of_any_kind_come_back(house: House) -> None:
    mail = share(house)
    mina = Client()
    page = opened(mina, mail, "s")
    removed(house)

    for word in ("Hello", "你好吗", "015112345678", "👩‍👩‍👧", "on my way"):
        assert f">{word}</textarea>" in mina.post(page, {"words": word}).content.decode()


def test_a_hello_sent_after_the_removal_comes_back(house: House) -> None:
    mina = house.beside()
    page = f"/y/{house.member().public_id}/hello/"
    removed(house)

    late = mina.post(page, {"words": WORDS})

    assert (late.status_code, WORDS in late.content.decode()) == (410, True)
    assert not Reply.objects.exists()


def test_own_words_at_leaving_come_back_when_the_link_has_ended(house: House) -> None:
    mina = house.beside()
    page = f"/y/{house.member().public_id}/"
    removed(house)

    late = mina.post(f"{page}leave/", {"choice": "break", "own_words": WORDS})

    assert (late.status_code, WORDS in late.content.decode()) == (410, True)


def test_an_answer_sent_after_the_check_in_closed_comes_back(house: House) -> None:
    asked = asking(house)
    browser = Client()
    page = opened(browser, asked, "c")
    house.wait(dt.timedelta(days=1, minutes=1))

    late = browser.post(page, {"word": "heavy", "note": WORDS})

    assert (late.status_code, WORDS in late.content.decode()) == (410, True)
    assert not Answer.objects.exists()


def test_a_change_sent_after_the_check_in_closed_stays_on_the_page(house: House) -> None:
    house.ask()
    there = done(house.person.post("/today/", {"word": "okay"}))
    house.wait(dt.timedelta(days=1, minutes=1))

    page = house.person.post(f"{there}change/", {"word": "heavy", "note": WORDS}, follow=True)

    assert WORDS in page.content.decode()
    assert Answer.objects.get().word == "okay"


@pytest.mark.parametrize("days", [1, 15])
def test_a_yes_said_too_late_changes_nothing(house: House, days: int) -> None:
    mina, letter = Client(), house.invite()
    page = opened(mina, letter, "i")
    if days == 1:
        removed(house)
    house.wait(dt.timedelta(days=days))

    assert mina.post(page, {"said": "yes"}).status_code == 410
    assert not Member.objects.filter(state="accepted").exists()


def test_an_old_mail_can_still_be_stopped_with_one_click(house: House) -> None:
    mail = share(house)
    house.wait(dt.timedelta(days=15))
    stopped = Client(enforce_csrf_checks=True).post(
        link_of(mail, "u"), {"List-Unsubscribe": "One-Click"}
    )

    assert stopped.status_code == 200
    assert not Member.objects.beside().exists()
    assert opened_once(mail)
