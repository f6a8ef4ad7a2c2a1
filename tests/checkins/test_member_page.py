"""The member's pages: the chosen name alone, words both ways, and a circle of one's own."""

import datetime as dt
import re

import pytest
import time_machine
from django.test import Client

from accounts.models import Person
from checkins.models import Answer, Reply, Share
from circles.models import Circle, Member
from outbox import links
from outbox.mail import from_body
from outbox.models import Message
from supportnet.consent import withdraw
from tests import factories
from tests.checkins.postman import Letter, deliver

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
CANARY = "canary under the stairs"


@pytest.fixture
def ada(clock: time_machine.Traveller) -> Person:
    return factories.person(name="Ada Lovelace")


@pytest.fixture
def mina(ada: Person) -> Member:
    return factories.member(person=ada, name="Mina", level="words", country="FR")


@pytest.fixture
def shared(ada: Person, mina: Member, now: dt.datetime) -> Letter:
    factories.check_in(person=ada, now=now).answer("up_and_down", CANARY, now=now)
    (letter,) = deliver(now)
    return letter


def paths_in(letter: Letter) -> list[str]:
    return re.findall(r"http://[^/\s]+(/l/\S+)", letter.text)


def opened(letter: Letter) -> tuple[Client, str]:
    """A fresh browser on the clean page behind the button of a mail."""
    client = Client()
    response = client.get(paths_in(letter)[0], follow=True)
    return client, response.redirect_chain[-1][0] if response.redirect_chain else ""


def text(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def test_every_page_behind_a_members_link_shows_the_first_name_alone(
    shared: Letter, mina: Member
) -> None:
    client, clean = opened(shared)
    own, page = own_page(mina)
    pages = [
        text(client, clean),
        *(text(own, f"{page}{name}") for name in ("", "hello/", "leave/")),
    ]

    for shown in pages:
        assert "Ada" in shown
        assert "Lovelace" not in shown


def own_page(member: Member) -> tuple[Client, str]:
    client = Client()
    path = links.url(member.own_link, 1).partition("/l/")[2]
    return client, client.get(f"/l/{path}", follow=True).redirect_chain[-1][0]


def test_hello_can_be_taken_back_on_the_own_page_until_it_is_thanked(
    mina: Member, now: dt.datetime
) -> None:
    client, page = own_page(mina)
    client.post(f"{page}hello/", {"words": CANARY})
    hello = Reply.objects.get()
    undo = f"{page}hello/{hello.public_id}/undo/"
    assert undo in text(client, page)

    hello.thank(now)
    client.post(undo, {"sure": "on"})
    assert undo not in text(client, page)
    assert Reply.objects.standing().exists()

    client.post(f"{page}hello/", {"words": "A second one."})
    second = Reply.objects.exclude(pk=hello.pk).get()
    client.post(f"{page}hello/{second.public_id}/undo/", {"sure": "on"})
    assert "A second one." not in text(client, page)
    assert list(Reply.objects.standing()) == [hello]


def test_after_a_hello_it_is_said_once_that_it_arrived(mina: Member) -> None:
    client, page = own_page(mina)
    sent = client.post(f"{page}hello/", {"words": CANARY}, follow=True).content.decode()
    assert sent.count("can read") == 1


def test_after_a_reply_the_page_rests_and_more_can_be_said(
    shared: Letter, mina: Member, now: dt.datetime
) -> None:
    client, clean = opened(shared)
    assert "Send something more" not in text(client, clean)

    client.post(clean, {"words": CANARY})

    _, _, more = text(client, clean).partition("<summary>Send something more</summary>")
    assert 'name="words"' in more.partition("</details></details>")[0]
    Reply.objects.get().thank(now)
    assert "Send something more" not in text(client, clean)


def test_answer_to_a_hello_stands_on_the_members_own_page(
    ada: Person, mina: Member, now: dt.datetime
) -> None:
    hello = Reply.objects.hello(mina, words="Thinking of you.", now=now)
    hello.answer_with(words="That warms me.", now=now)
    (letter,) = [one for one in deliver(now) if one.to == mina.mailbox.address]

    client, clean = opened(letter)

    shown = text(client, clean)
    assert "That warms me." in shown
    assert "Thinking of you." in shown


def test_own_page_shows_letters_of_the_last_weeks_and_of_no_other_member(
    ada: Person, mina: Member, clock: time_machine.Traveller, now: dt.datetime
) -> None:
    ben = factories.member(person=ada, name="Ben")
    Reply.objects.hello(ben, words=CANARY, now=now).answer_with(words=CANARY, now=now)
    Reply.objects.hello(mina, words="Long ago.", now=now)

    clock.move_to(now + 31 * DAY)

    shown = text(*own_page(mina))
    assert CANARY not in shown
    assert "Long ago." not in shown


def test_answer_after_the_reply_link_ended_can_still_be_read(
    ada: Person,
    mina: Member,
    shared: Letter,
    clock: time_machine.Traveller,
    now: dt.datetime,
) -> None:
    reply = Share.objects.get().reply(words="Soup is on the stove.", now=now)
    deliver(now)
    clock.move_to(now + 20 * DAY)
    reply.answer_with(words="I kept this. Thank you.", now=now + 20 * DAY)
    (letter,) = deliver(now + 20 * DAY)

    client, clean = opened(letter)

    assert "I kept this. Thank you." in text(client, clean)


def test_page_of_a_hard_day_names_both_numbers_and_both_places(
    ada: Person, mina: Member, now: dt.datetime
) -> None:
    Circle.objects.of(ada).set_hard_days(rule="tell", forms={mina.pk: (True, False)}, now=now)
    factories.check_in(person=ada, now=now).answer("really_hard", now=now)
    (letter,) = deliver(now)

    shown = text(*opened(letter))

    assert 'href="/help/DE/"' in shown
    assert 'href="/help/FR/"' in shown


def test_reader_of_a_hello_page_is_the_member_whoever_is_signed_in(mina: Member) -> None:
    someone = factories.person(country="US")
    client, _ = own_page(mina)
    client.force_login(someone)

    shown = text(client, f"/y/{mina.public_id}/hello/")

    assert "tel:911" not in shown
    assert "tel:112" in shown


def test_circle_of_ones_own_is_offered_after_a_reply_and_begins_with_asking_back(
    shared: Letter, ada: Person
) -> None:
    client, clean = opened(shared)
    assert "Have a circle of your own" not in text(client, clean)
    client.post(clean, {"gesture": "with_you"})
    assert "Have a circle of your own" in text(client, clean)

    assert client.post(f"{clean}begin/")["Location"] == "/"
    sign_up(client, "mina@example.net")
    beside = text(client, "/begin/beside/")

    assert 'name="name" value="Ada"' in beside
    assert Member.objects.of(ada).count() == 1, "nobody is asked before the person asks"
    told = [message for message in Message.objects.all() if message.mailbox == ada.mailbox]
    assert [message.kind for message in told] == ["reply"], "Ada hears of the gesture alone"


def sign_up(client: Client, address: str) -> None:
    client.post("/", {"email": address})
    mail = from_body(Message.objects.filter(kind="account").latest("pk").body)
    code = re.search(r"^\s*(\d{6})\s*$", mail.text, re.MULTILINE)
    assert code
    client.post("/code/", {"code": code[1]})
    about = {"name": "Mina", "adult": "adult", "consent": "on", "country": "FR"}
    client.post("/welcome/", about | {"zone": "Europe/Paris", "language": "en"})


def test_after_a_yes_taken_back_nothing_is_said_passed_on_or_kept(
    ada: Person, mina: Member, shared: Letter, now: dt.datetime
) -> None:
    client, clean = opened(shared)
    own, _ = own_page(mina)

    withdraw(ada, now=now)

    answered = client.post(clean, {"words": "are you well"})
    assert answered.status_code == 410
    assert CANARY not in answered.content.decode()
    assert Client().get(paths_in(shared)[0]).status_code == 410
    assert own.post(f"/y/{mina.public_id}/hello/", {"gesture": "with_you"}).status_code == 410
    assert own.get(f"/y/{mina.public_id}/").status_code == 200, "a member can always leave"
    assert not Reply.objects.exists()


def test_link_of_a_question_is_dead_after_a_yes_taken_back(
    ada: Person, mina: Member, now: dt.datetime
) -> None:
    check_in = factories.check_in(person=ada, now=now)
    path = links.url(links.Link("c", check_in.public_id), 1).partition("/l/")[2]
    client = Client()
    clean = client.get(f"/l/{path}", follow=True).redirect_chain[-1][0]

    withdraw(ada, now=now)

    assert client.post(clean, {"word": "heavy"}).status_code == 410
    assert not Answer.objects.exists()
    assert deliver(now + DAY) == []
