"""Who would you like beside you: asked as the person, refused kindly, nothing typed is lost."""

import datetime as dt
import html

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from circles.forms import READY
from circles.models import Circle, Invitation, Member
from outbox.mail import from_body, preview
from outbox.models import Mailbox, Message, Suppression
from tests.circles.people import invited
from tests.circles.walk import path_of, signed_in, text

pytestmark = pytest.mark.django_db
INVITE = "/circle/invite/"
TYPED = {
    "name": "Mina",
    "address": "mina@example.net",
    "label": "my sister",
    "kind": "family",
    "words": "May I tell you how I am now and then?",
    "level": "word",
    "in_mail": "link",
    "first_word": "Thank you for being there.",
    "way": "mail",
}


@pytest.fixture
def browser_of_ada(ada: Person) -> Client:
    return signed_in(ada)


def test_strangers_are_sent_to_the_door(client: Client) -> None:
    for path in (INVITE, "/circle/", "/who-sees-what/", "/circle/days/", "/begin/beside/"):
        assert client.get(path).status_code == 302


def test_nothing_is_chosen_beforehand(browser_of_ada: Client) -> None:
    page = text(browser_of_ada.get(INVITE))

    assert "checked" not in page
    for sentence in READY:
        assert html.escape(str(sentence)) in page


def test_looking_changes_nothing(browser_of_ada: Client) -> None:
    for path in (INVITE, "/circle/", "/who-sees-what/", "/circle/days/", "/circle/what-helps/"):
        assert browser_of_ada.get(path).status_code == 200
    assert not Circle.objects.exists()


def test_an_invitation_is_asked_for_and_leaves(browser_of_ada: Client) -> None:
    response = browser_of_ada.post(INVITE, TYPED)

    member = Member.objects.get()
    assert response.headers["Location"] == "/circle/"
    assert (member.name, member.label, member.level) == ("Mina", "my sister", "word")
    assert member.first_word == "Thank you for being there."
    assert TYPED["words"] in from_body(Message.objects.get().body).text


@pytest.mark.parametrize("name", ["kind", "level", "in_mail", "name", "words", "address"])
def test_each_choice_is_the_persons_own(browser_of_ada: Client, name: str) -> None:
    response = browser_of_ada.post(INVITE, TYPED | {name: ""})

    assert response.status_code == 200
    assert "May I tell you" in text(response) or name == "words"
    assert not Member.objects.exists()


@pytest.mark.parametrize(
    "name",
    ["O", "محمد", "مى‌خواهم", "👩‍👩‍👧", "<b>Bo</b>", "x" * 80, "Bo\x0b\x00\nBo"],
)
def test_names_of_every_script_and_kind(browser_of_ada: Client, name: str) -> None:
    browser_of_ada.post(INVITE, TYPED | {"name": name})

    member = Member.objects.get()
    page = browser_of_ada.get("/circle/").content.decode()
    assert html.escape(member.name) in page
    assert "\x0b" not in member.name
    assert "<b>" not in page


def test_a_very_long_text_comes_back_whole(browser_of_ada: Client) -> None:
    long = "so tired " * 1200
    response = browser_of_ada.post(INVITE, TYPED | {"words": long})

    assert long.strip() in response.content.decode()
    assert not Member.objects.exists()


def test_the_mail_beside_the_form_is_the_mail_that_leaves(browser_of_ada: Client) -> None:
    shown = browser_of_ada.post(INVITE + "mail/", TYPED)
    assert not Member.objects.exists()

    browser_of_ada.post(INVITE, TYPED)

    sent = preview(from_body(Message.objects.get().body))
    assert shown.content.decode() == sent.html


def test_the_mail_beside_the_form_can_do_nothing(browser_of_ada: Client) -> None:
    response = browser_of_ada.post(INVITE + "mail/", {"words": "<script>alert(1)</script>"})

    policy = response.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "<script>" not in response.content.decode()
    assert not Message.objects.exists()


def test_a_ready_sentence_fills_the_box_and_keeps_the_rest(browser_of_ada: Client) -> None:
    page = text(browser_of_ada.post(INVITE, TYPED | {"ready": "1"}))

    assert html.escape(str(READY[1])) in page
    assert 'value="mina@example.net"' in page
    assert not Member.objects.exists()


def test_first_steps_go_on_to_the_rhythm(browser_of_ada: Client) -> None:
    response = browser_of_ada.post("/begin/beside/", TYPED)
    assert response.headers["Location"] == "/begin/rhythm/"


def test_an_invitation_by_hand_shows_a_link_that_works_once(browser_of_ada: Client) -> None:
    response = browser_of_ada.post(INVITE, TYPED | {"way": "self", "address": ""})
    invitation = Invitation.objects.get()
    page = text(browser_of_ada.get(response.headers["Location"]))

    assert path_of(invitation.hand_link) in page
    assert not Message.objects.exists()


def test_the_same_address_again_is_refused_with_everything_still_there(
    browser_of_ada: Client,
) -> None:
    browser_of_ada.post(INVITE, TYPED)
    page = text(browser_of_ada.post(INVITE, TYPED | {"address": "MINA+2@example.net"}))

    assert "You have asked this address before" in page
    assert "May I tell you" in page
    assert Member.objects.count() == 1


def test_the_inviter_cannot_tell_a_suppressed_address_from_another(ada: Person) -> None:
    """The same pages, byte for byte, over the whole life of the invitation."""
    told = {}
    for suppressed in (True, False):
        Member.objects.all().delete()
        Circle.objects.all().delete()
        Mailbox.objects.exclude(pk=ada.mailbox_id).delete()
        Suppression.objects.all().delete()
        if suppressed:
            Suppression.objects.add("mina@example.net", now=timezone.now())
        told[suppressed] = _life_of_an_invitation(signed_in(ada))

    assert told[True] == told[False]


def _life_of_an_invitation(client: Client) -> list[str]:
    seen = [text(client.post(INVITE, TYPED, follow=True))]
    member = Member.objects.get()
    one = f"/circle/{member.public_id}/"
    seen += [text(client.get(path)) for path in ("/circle/", "/who-sees-what/", one)]
    Invitation.objects.lapse(timezone.now() + dt.timedelta(days=15))
    seen += [text(client.get(path)) for path in ("/circle/", "/who-sees-what/", one)]
    seen.append(text(client.post(INVITE, TYPED)))
    return [_plain(page, member) for page in seen]


def _plain(page: str, member: Member) -> str:
    page = page.replace(str(member.public_id), "id")
    before, *rest = page.split('name="csrfmiddlewaretoken" value="')
    return before + "".join(part.partition('"')[2] for part in rest)


def test_limits_are_told_kindly(browser_of_ada: Client, ada: Person) -> None:
    for _ in range(5):
        invited(Circle.objects.of(ada), now=timezone.now())
    page = text(browser_of_ada.post(INVITE, TYPED))

    assert "You can ask more people tomorrow." in page
    assert "May I tell you" in page
