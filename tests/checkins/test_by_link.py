"""An answer by the link of an asking mail: no names, and a while to think again."""

import datetime as dt

import pytest
from django.test import Client

from accounts.models import Person
from checkins import dispatch
from checkins.models import Answer, CheckIn
from tests import factories
from tests.checkins.postman import Letter, deliver, link_in
from tests.checkins.today import CANARY, hears

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def asked(ada: Person, now: dt.datetime) -> Letter:
    """The mail that asks Ada."""
    schedule = factories.schedule(person=ada, now=now - dt.timedelta(hours=2), at="09:00")
    assert schedule.next_at == now
    dispatch.tick(now)
    (letter,) = deliver(now)
    return letter


def test_the_link_opens_the_question_and_no_name(
    client: Client, ada: Person, asked: Letter
) -> None:
    factories.member(person=ada, name="Canary Mina", level="word")

    opened = client.get(link_in(asked), follow=True)
    shown = opened.content.decode()

    assert "How are you holding up?" in shown
    assert "One person gets this." in shown
    assert "Canary Mina" not in shown
    assert "/l/" not in opened.redirect_chain[-1][0]


def test_the_link_counts_nobody_for_whom_the_answer_was_taken_back(
    client: Client, ada: Person, asked: Letter
) -> None:
    factories.member(person=ada, level="word")
    clean = client.get(link_in(asked), follow=True).redirect_chain[-1][0]
    client.post(clean, {"word": "okay"})
    client.post(f"{clean}take-back/")

    shown = client.get(clean).content.decode()
    again = client.post(clean, {"word": "good"}, follow=True).content.decode()

    assert "Nobody else gets this." in shown
    assert "Taken back. Nobody can read it any more." in again


def test_the_link_counts_somebody_who_was_chosen_for_this_answer_alone(
    client: Client, page: Client, ada: Person, asked: Letter
) -> None:
    mina = factories.member(person=ada, level="ask")
    page.post("/today/", {"word": "okay", hears(mina): "word"})

    phone = Client().get(link_in(asked), follow=True).content.decode()

    assert "One person gets this." in phone


def test_one_who_was_kept_out_does_not_hide_that_others_hear_it(
    page: Client, ada: Person, asked: Letter
) -> None:
    mina = factories.member(person=ada, name="Mina", level="word")
    factories.member(person=ada, name="Omar", level="word")
    page.post("/today/", {"word": "okay"})
    said = CheckIn.objects.get().public_id
    page.post(f"/said/{said}/change/", {"word": "okay", hears(mina): ""})
    phone = Client()
    clean = phone.get(link_in(asked), follow=True).redirect_chain[-1][0]

    shown = phone.get(f"{clean}said/").content.decode()

    assert '<h1 class="question">Thank you</h1>' in shown
    assert "on its way to one person" in shown


def test_a_press_without_a_word_does_nothing(client: Client, ada: Person, asked: Letter) -> None:
    factories.member(person=ada, level="words", in_mail=True)
    clean = client.get(link_in(asked), follow=True).redirect_chain[-1][0]

    pressed = client.post(clean, {"note": ""})

    assert "Please choose a word" in pressed.content.decode()
    assert not Answer.objects.exists()


def test_an_answer_from_an_unknown_browser_waits_and_can_be_sent_now(
    client: Client, ada: Person, asked: Letter, now: dt.datetime
) -> None:
    factories.member(person=ada, level="word")
    clean = client.get(link_in(asked), follow=True).redirect_chain[-1][0]

    waiting = client.post(clean, {"word": "okay"}, follow=True).content.decode()
    assert "Send it now" in waiting
    assert deliver(now + 5 * MINUTE) == []
    sent = client.post(f"{clean}now/", follow=True).content.decode()

    assert "on its way to one person" in sent
    assert len(deliver(now + MINUTE)) == 1


def test_a_human_answer_stands_over_a_scanners(
    client: Client, ada: Person, asked: Letter, now: dt.datetime
) -> None:
    factories.member(person=ada, level="word", in_mail=True)
    clean = client.get(link_in(asked), follow=True).redirect_chain[-1][0]
    client.post(clean, {"word": "good"})

    client.post(clean, {"word": "heavy"})

    assert Answer.objects.get().word == "heavy"
    letters = deliver(now + 11 * MINUTE)
    assert ["A heavy day" in letter.text for letter in letters] == [True]


def test_a_really_hard_answer_by_link_shows_no_names(
    client: Client, ada: Person, asked: Letter, now: dt.datetime
) -> None:
    factories.member(person=ada, name="Canary Mina", level="words", named_for_hard_days=True)
    clean = client.get(link_in(asked), follow=True).redirect_chain[-1][0]

    opened = client.post(clean, {"word": "really_hard", "note": CANARY}, follow=True)
    shown = opened.content.decode()
    assert "Tell the people I chose" in shown
    assert "Canary Mina" not in shown
    assert CANARY not in shown
    assert deliver(now + 60 * MINUTE) == []
    client.post(opened.redirect_chain[-1][0])

    assert len(deliver(now + 60 * MINUTE)) == 1
