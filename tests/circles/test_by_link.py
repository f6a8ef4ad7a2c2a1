"""The pages behind the links of an invitee and a member, also for programs that open and press."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone

from circles.models import Circle, Invitation, Member
from outbox import links
from outbox.links import Link
from outbox.models import Message, Suppression
from tests.circles.people import WORDS, beside, invited
from tests.circles.walk import path_of, text, through

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def now() -> dt.datetime:
    """The pages ask the clock, so these tests live now."""
    return timezone.now()


def hand(circle: Circle, now: dt.datetime) -> Member:
    return circle.invite_by_hand(
        name="Mina", kind="friend", label="", level="word", in_mail=True, words=WORDS, now=now
    )


def everything() -> list[object]:
    """The state of all that a link could change."""
    return [
        list(Member.objects.values_list("state", "generation", "on_break_at", "mailbox")),
        list(Invitation.objects.values_list("said", "answered_at", "used_at")),
        list(Message.objects.values_list("state")),
        Suppression.objects.count(),
    ]


def all_links(circle: Circle, now: dt.datetime) -> list[Link]:
    member = beside(circle, now=now)
    return [
        invited(circle, now=now).invitation.link,
        hand(circle, now).invitation.hand_link,
        member.own_link,
        member.invitation.link,
        member.stop_link,
    ]


def test_opening_a_link_changes_nothing_however_often(circle: Circle, now: dt.datetime) -> None:
    known = all_links(circle, now)
    before = everything()

    for link in known:
        for _ in range(5):
            client, there = through(link)
            if there:
                assert client.get(there).status_code == 200
                client.head(there)
        Client().get(links.stop_url(link, 1).removeprefix("http://127.0.0.1:8000"))

    assert everything() == before


def test_a_program_that_presses_every_button_with_empty_forms_changes_nothing(
    circle: Circle, now: dt.datetime
) -> None:
    known = all_links(circle, now)
    before = everything()

    for link in known:
        client, there = through(link)
        pages = [there] + ([f"{there}leave/"] if link.purpose == "y" else [])
        for page in pages:
            names = re.findall(r'<button[^>]*name="(\w+)"', client.get(page).content.decode())
            for name in ["", *names]:
                client.post(page, {name: "x"} if name else {})

    after = everything()
    assert after == before


def test_yes_leads_to_the_first_hello(circle: Circle, now: dt.datetime) -> None:
    member = invited(circle, now=now)
    client, page = through(member.invitation.link)
    assert WORDS in text(client.get(page))

    response = client.post(page, {"said": "yes"})

    assert response.headers["Location"] == f"/y/{member.public_id}/hello/"
    member.refresh_from_db()
    assert member.state == Member.State.ACCEPTED
    assert client.get(f"/y/{member.public_id}/").status_code == 200


@pytest.mark.parametrize("said", ["no", "never"])
def test_no_and_never_are_undone_by_the_same_link(
    circle: Circle, now: dt.datetime, said: str
) -> None:
    member = invited(circle, now=now)
    client, page = through(member.invitation.link)
    client.post(page, {"said": said})
    assert Suppression.objects.exists() is (said == "never")

    again, page = through(member.invitation.link)
    assert "Undo my answer" in text(again.get(page))
    again.post(f"{page}undo/", {"sure": "on"})

    assert not Suppression.objects.exists()
    assert again.post(page, {"said": "yes"}).status_code == 302
    member.refresh_from_db()
    assert member.state == Member.State.ACCEPTED


def test_a_day_after_no_the_link_is_dead(circle: Circle, now: dt.datetime) -> None:
    member = invited(circle, now=now - 2 * DAY)
    member.decline(now - DAY)
    assert Client().get(path_of(member.invitation.link)).status_code == 410


def test_after_a_yes_the_letter_leads_to_the_own_page(circle: Circle, now: dt.datetime) -> None:
    member = beside(circle, now=now)
    client, page = through(member.invitation.link)

    assert f"/y/{member.public_id}/" in text(client.get(page))
    assert client.get(f"/y/{member.public_id}/").status_code == 200


def test_a_link_by_hand_asks_for_an_address_shows_it_and_sends_the_letter(
    circle: Circle, now: dt.datetime
) -> None:
    member = hand(circle, now)
    client, page = through(member.invitation.hand_link)

    sure = text(client.post(page, {"address": "Mina <mina@example.net>"}))
    assert "mina@example.net" in sure
    assert not Message.objects.exists()
    sent = text(client.post(page, {"address": "mina@example.net", "sure": "yes"}))
    assert "Please look in your mailbox" in sent

    assert Message.objects.get().mailbox.address == "mina@example.net"
    assert Client().get(path_of(member.invitation.hand_link)).status_code == 410


def test_a_link_by_hand_tells_nothing_about_an_address(circle: Circle, now: dt.datetime) -> None:
    beside(circle, now=now, address="here@example.net")
    Suppression.objects.add("never@example.net", now=now)
    told = set()
    for address in ("here@example.net", "never@example.net", "new@example.net", "ada@example.org"):
        client, page = through(hand(circle, now).invitation.hand_link)
        told.add(text(client.post(page, {"address": address, "sure": "yes"})).replace(address, "…"))
    assert len(told) == 1


def test_dead_links_answer_alike(circle: Circle, now: dt.datetime) -> None:
    removed, paused, gone = (beside(circle, now=now) for _ in range(3))
    old = [member.own_link for member in (removed, paused)]
    removed.remove(now)
    paused.pause(now)
    gone.leave(now - 2 * DAY)
    used = hand(circle, now)
    used.invitation.use("used@example.net", language="en", now=now)
    dead = [*old, gone.own_link, used.invitation.hand_link, removed.invitation.link]

    answers = [Client().get(path_of(link)) for link in dead]

    assert {answer.status_code for answer in answers} == {410}
    assert len({answer.content for answer in answers}) == 1
    assert not any(answer.cookies for answer in answers)


def test_a_pass_from_before_the_removal_opens_nothing(circle: Circle, now: dt.datetime) -> None:
    member = beside(circle, now=now)
    client, page = through(member.own_link)
    member.remove(now)

    assert client.get(page).status_code == 410
    assert client.post(f"{page}leave/", {"choice": "leave"}).status_code == 410
    assert client.post(f"{page}return/").status_code == 410


def test_one_members_pass_does_not_open_anothers_page(circle: Circle, now: dt.datetime) -> None:
    client, _page = through(beside(circle, now=now).own_link)
    other = beside(circle, now=now)
    assert client.get(f"/y/{other.public_id}/").status_code == 410


def test_the_own_page_shows_nothing_of_others_and_no_time_of_day(
    circle: Circle, now: dt.datetime
) -> None:
    circle.describe(helps_me="no advice please", gestures=[])
    beside(circle, now=now, name="Bartholomew", label="my uncle")
    member = beside(circle, now=now, name="Mina", label="the difficult one", level="words")
    client, page = through(member.own_link)

    shown = text(client.get(page))

    for secret in ("Bartholomew", "my uncle", "the difficult one", "my word and what I write"):
        assert secret not in shown
    assert set(re.findall(r"\d{1,2}:\d{2}", shown)) <= {"21:00", "08:00"}


def test_hours_are_kept(circle: Circle, now: dt.datetime) -> None:
    member = beside(circle, now=now)
    client, page = through(member.own_link)

    response = client.post(
        page,
        {
            "answers_when": "in the evening",
            "reads": "sessions",
            "often": "each",
            "quiet_from": "22:00",
            "quiet_to": "09:30",
            "zone": "Asia/Kolkata",
            "now_in_quiet_hours": "on",
            "plain_mail": "on",
            "language": "en",
            "country": "IN",
        },
    )

    assert response.status_code == 302
    member.refresh_from_db()
    assert (member.wants_each, member.now_in_quiet_hours, member.plain_mail) == (True,) * 3
    assert (member.zone, member.country) == ("Asia/Kolkata", "IN")
    assert (member.quiet_from, member.quiet_to) == (dt.time(22), dt.time(9, 30))
    assert (member.answers_when, member.reads_between_sessions) == ("in the evening", False)


@pytest.mark.parametrize(
    ("choice", "state", "never"),
    [("break", "accepted", False), ("leave", "left", False), ("never", "left", True)],
)
def test_leaving_is_a_choice_and_undone_by_the_same_link(
    circle: Circle, now: dt.datetime, choice: str, state: str, never: bool
) -> None:
    member = beside(circle, now=now, name="Mina")
    client, page = through(member.own_link)
    client.post(f"{page}leave/", {"choice": choice, "words": "busy"})

    member.refresh_from_db()
    assert (member.state, member.is_away) == (state, True)
    assert member.away_text == "Mina has a lot on just now"
    assert Suppression.objects.exists() is never

    again, page = through(member.own_link)
    again.post(f"{page}return/", {"sure": "on"})
    assert member in circle.members.beside()
    assert not Suppression.objects.exists()


def test_one_click_stops_and_opening_does_not(circle: Circle, now: dt.datetime) -> None:
    member = beside(circle, now=now)
    path = links.stop_url(member.stop_link, 1).removeprefix("http://127.0.0.1:8000")
    for _ in range(10):
        Client().get(path)
    assert member in circle.members.beside()

    answer = Client(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    assert member not in circle.members.beside()


def test_a_link_to_the_own_page_ends_and_a_fresh_one_can_be_asked_for(
    circle: Circle, now: dt.datetime
) -> None:
    member = beside(circle, now=now - 100 * DAY)
    Message.objects.all().delete()
    path = path_of(member.own_link)
    assert Client().get(path).status_code == 410

    Client().post(path, {"fresh": "1"})

    message = Message.objects.get()
    assert (message.kind, message.mailbox) == ("own_page", member.mailbox)


def test_on_a_break_the_way_back_stays_open(circle: Circle, now: dt.datetime) -> None:
    member = beside(circle, now=now - 300 * DAY)
    member.take_break(now - 200 * DAY)
    client, page = through(member.own_link)
    assert "I am back" in text(client.get(page))
