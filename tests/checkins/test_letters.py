"""What a member reads behind a link, and the letters that come back to Today."""

import datetime as dt

import pytest
from django.test import Client

from accounts.models import Person
from checkins.models import CheckIn, Reply, Share
from circles.models import Member
from library import frames
from tests import factories
from tests.checkins.postman import Letter, deliver, link_in
from tests.checkins.today import CANARY, said

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)


# the member's page


def test_the_member_reads_what_was_given_and_nothing_more(client: Client, shared: Letter) -> None:
    shown = client.get(link_in(shared), follow=True).content.decode()

    assert "<bdi>Ada</bdi>" in shown
    assert "Up and down" in shown
    assert CANARY not in shown


def test_a_gesture_reaches_today_and_can_be_undone(
    client: Client, page: Client, ada: Person, shared: Letter
) -> None:
    member = Client()
    clean = member.get(link_in(shared), follow=True).redirect_chain[-1][0]

    member.post(clean, {"gesture": "with_you", "words": "Soup is on the stove"})

    assert "Soup is on the stove" in said(page)
    reply = Reply.objects.get()
    member.post(f"{clean}undo/{reply.public_id}/", {"sure": "on"})
    assert "Soup is on the stove" not in said(page)


def test_an_empty_reply_says_what_is_needed_and_keeps_the_rest(shared: Letter) -> None:
    member = Client()
    clean = member.get(link_in(shared), follow=True).redirect_chain[-1][0]

    answered = member.post(clean, {"kinds": ["practical"]}).content.decode()

    assert "Please choose one of these, or write a few words." in answered
    assert not Reply.objects.exists()


def test_taken_back_the_page_says_that_nothing_is_shared(
    client: Client, shared: Letter, now: dt.datetime
) -> None:
    CheckIn.objects.get().take_back(now)

    shown = client.get(link_in(shared), follow=True).content.decode()

    assert "Nothing shared just now." in shown
    assert "Up and down" not in shown


def test_a_removed_member_gets_the_same_page_as_an_invented_link(
    client: Client, shared: Letter, now: dt.datetime
) -> None:
    member = Client()
    clean = member.get(link_in(shared), follow=True).redirect_chain[-1][0]
    Member.objects.get().remove(now)

    ended = member.post(clean, {"words": "are you there"})
    invented = Client().get("/l/" + "s" + "A" * 44)

    assert ended.status_code == invented.status_code == 410
    assert "are you there" in ended.content.decode()
    assert client.get(link_in(shared)).content == invented.content
    assert not Reply.objects.exists()


def test_what_is_kept_of_the_drawing_of_a_members_page_holds_nobodys_words(
    shared: Letter, ada: Person, now: dt.datetime
) -> None:
    Person.objects.filter(pk=ada.pk).update(display_name=CANARY.replace(" ", "-"))
    frames._kept.clear()
    reply = Share.objects.get().reply("call", words=CANARY, now=now)
    reply.answer_with("tonight", words=CANARY, now=now)
    reply.thank(now)

    shown = Client().get(link_in(shared), follow=True).content.decode()

    assert shown.count(CANARY) == 2
    assert "says thank you" in shown
    assert "checkins/_said_here.html" in str([key[0] for key in frames._kept])
    for own in (CANARY, CANARY.replace(" ", "-")):
        assert own not in repr(frames._kept)


# letters on Today


def test_one_tap_answers_and_thanks(
    page: Client, ada: Person, shared: Letter, now: dt.datetime
) -> None:
    Share.objects.get().reply("call", now=now)
    reply = Reply.objects.get(by_person=False)
    assert "Tonight" in said(page)

    page.post(f"/reply/{reply.public_id}/", {"choice": "tonight"})
    page.post(f"/reply/{reply.public_id}/", {"do": "thank"})
    page.post(f"/reply/{reply.public_id}/", {"do": "helped"})

    shown = said(page)
    assert "You said thank you." in shown
    assert "You said that it helped." in shown
    brought = [one for one in deliver(now + MINUTE) if one.to == reply.member.mailbox.address]
    assert [one.text.count("Ada answered you.") for one in brought] == [1, 0]
    assert Reply.objects.get(by_person=True).gesture == "tonight"
    # What is read behind a link stands in no mail.
    assert not any("Tonight" in one.all for one in brought)


def test_what_is_kept_of_the_drawing_of_today_holds_nobodys_words(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    frames._kept.clear()
    member = factories.member(person=ada, name=f"Mina {CANARY}", level="word")
    assert CANARY in said(page)  # the chip

    CheckIn.objects.speak_up(ada, now).answer("okay", note=CANARY, now=now)
    reply = Share.objects.get().reply("call", words=CANARY, kinds=["practical"], now=now)
    reply.answer_with("tonight", words=CANARY, now=now)

    assert said(page).count(CANARY) > 3  # a name, a note, a letter and what was said back
    places = str([key[0] for key in frames._kept])
    assert all(f"checkins/_{piece}.html" in places for piece in ("chip", "letter", "my_answer"))
    for own in (CANARY, reply.public_id.hex, str(member.public_id)):
        assert own not in repr(frames._kept)


def test_folded_letters_leave_today_and_kept_ones_stay_to_look_back_on(
    page: Client, shared: Letter, now: dt.datetime
) -> None:
    Share.objects.get().reply(words="Soup is on the stove", now=now)
    reply = Reply.objects.get()

    page.post(f"/reply/{reply.public_id}/", {"do": "keep"})
    page.post(f"/reply/{reply.public_id}/", {"do": "fold"})

    assert "Soup is on the stove" not in said(page)
    assert "Soup is on the stove" in page.get("/look-back/").content.decode()
    page.post(f"/reply/{reply.public_id}/", {"do": "let_go"})
    assert "Soup is on the stove" not in page.get("/look-back/").content.decode()


def test_another_person_cannot_touch_a_letter(shared: Letter, now: dt.datetime) -> None:
    Share.objects.get().reply(words=CANARY, now=now)
    other = Client()
    other.force_login(factories.person())

    answered = other.post(f"/reply/{Reply.objects.get().public_id}/", {"do": "delete"})

    assert answered.status_code == 404
    assert Reply.objects.get().words == CANARY


def test_a_pile_of_letters_shows_the_newest_and_brings_the_next_up(
    page: Client, shared: Letter, now: dt.datetime
) -> None:
    for number in range(13):
        Share.objects.get().reply(words=f"letter {number:02}", now=now)
    newest = Reply.objects.order_by("pk").last()

    assert "letter 00" not in said(page)
    assert "letter 12" in said(page)
    assert "More letters lie under these." in said(page)
    newest.fold(now)
    assert "letter 00" in said(page)
    assert "More letters lie under these." not in said(page)
