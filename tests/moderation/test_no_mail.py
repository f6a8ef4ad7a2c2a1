"""The operator finds out why no mail came, from one whole address, and reads nothing."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Person
from circles.models import Circle
from moderation import roles
from moderation.models import Access
from outbox.links import token
from outbox.mail import from_body
from outbox.models import Hold, Mailbox, Message, Pulse
from supportnet import my_data
from tests import factories
from tests.moderation.desk import at_desk

pytestmark = pytest.mark.django_db
ADA = "ada.lovely@example.org"
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def ada() -> Person:
    return factories.person(name="Ada Namenlos", address=ADA)


@pytest.fixture
def office() -> Client:
    return at_desk(factories.staff(roles.OPERATOR, name="Kim", address="kim@example.org"))


def asked(office: Client, address: str = ADA, **said: Any) -> str:
    there = reverse("admin:moderation_no_mail")
    return office.post(there, {"address": address, **said}).content.decode()


def waiting(person: Person, **fields: Any) -> Message:
    message = factories.message(mailbox=person.mailbox, now=timezone.now() - HOUR, kind="share")
    Message.objects.filter(pk=message.pk).update(**fields)
    return message


def test_a_whole_address_tells_how_far_its_mail_came_and_nothing_of_what_it_says(office, ada):
    factories.message(mailbox=ada.mailbox, now=timezone.now(), kind="account")
    waiting(ada, state="sent", sent_at=timezone.now())

    page = asked(office, ADA.upper())

    assert "There is an account." in page
    assert "a***@e…" in page
    assert "A code, or a mail of the site" in page
    assert "The mail server took it on" in page
    for hidden in ("Namenlos", "Some words", "A note", "share"):
        assert hidden not in page.replace("Share", "")


FATES: dict[str, tuple[dict[str, Any], str]] = {
    "put off": ({"setback": "rcpt 451", "attempts": 2}, "did not take it (rcpt 451). Tries: 2"),
    "no server": ({"setback": "connect"}, "we did not get through to the mail server (connect)."),
    "not let in": (
        {"setback": "connect 535"},
        "did not get through to the mail server (connect 535).",
    ),
    "database": ({"setback": "slow", "attempts": 3}, "the database took too long. Tries: 3"),
    "no key": ({"setback": "key"}, "its key could not be opened"),
    "no journal": ({"setback": "journal"}, "the worker could not write its journal"),
    "crash": ({"setback": "crash"}, "a worker ended in the middle of it"),
    "not written": ({"setback": "ValueError"}, "it could not be written (ValueError)"),
    "later": ({"not_before": timezone.now() + 5 * HOUR}, "It waits for its time"),
    "no worker": ({}, "It waits for a worker."),
    "ended": (
        {"state": "ended", "reason": "gave_up", "ended_at": timezone.now()},
        "the mail server did not take it in time",
    ),
    "returned": (
        {"state": "sent", "sent_at": timezone.now(), "returned_at": timezone.now()},
        "came back from their mail server",
    ),
    "held": ({"state": "held"}, "It waits for you"),
}


@pytest.mark.parametrize("name", FATES)
def test_it_says_why_a_mail_waits_or_what_became_of_it(office, ada, name):
    fields, sentence = FATES[name]
    waiting(ada, **fields)

    assert sentence in asked(office)


def test_it_says_that_sending_is_held_or_that_no_worker_runs(office, ada):
    waiting(ada)
    Hold.objects.begin("restored", now=timezone.now())
    Pulse.objects.note("deliver", now=timezone.now() - HOUR)

    page = asked(office)

    assert "because sending is held" in page
    assert "No worker was heard for five minutes." in page


def test_times_are_told_on_the_clock_of_whoever_looks(office, ada):
    """The operator's clock is Berlin's: an hour ahead in winter."""
    planned = dt.datetime(timezone.now().year + 1, 12, 1, 20, 30, tzinfo=dt.UTC)
    waiting(ada, not_before=planned)

    assert "It waits for its time, 1 December, 21:30." in asked(office)


def test_an_invitation_is_found_and_not_who_sent_it(office, ada):
    Circle.objects.of(ada).invite(
        address="ben@example.org", words="Quittenmus", name="Ben Bekannt", label="", kind="friend",
        level="word", in_mail=False, now=timezone.now(),
    )  # fmt: skip

    page = asked(office, "ben@example.org")

    assert "An invitation waits for an answer." in page
    assert "An invitation</td>" in page
    for hidden in ("Namenlos", "Bekannt", "Quittenmus"):
        assert hidden not in page


def test_a_part_of_an_address_finds_nothing(office, ada):
    for part in ("ada", "example.org", "ada.lovely@", "%@example.org", "ada.l@example.org"):
        page = asked(office, part)
        assert "There is an account." not in page


def test_each_look_is_noted_and_the_account_can_see_it(office, ada):
    asked(office)
    asked(office, "nobody@example.org")

    assert Access.objects.about_person(ada).get().what == "helped"
    unknown = Access.objects.get(what="searched")
    assert unknown.about_id is None
    assert not any("@" in str(value) for row in Access.objects.values() for value in row.values())


def test_what_was_put_off_is_tried_again_and_what_has_its_time_keeps_it(office, ada):
    later = timezone.now() + 5 * HOUR
    put_off = waiting(ada, setback="connect", not_before=later)
    planned = waiting(ada, not_before=later)

    assert "tried again now: 1" in asked(office, again="")

    put_off.refresh_from_db()
    planned.refresh_from_db()
    assert put_off.not_before <= timezone.now()
    assert planned.not_before == later


def test_a_test_mail_goes_to_accounts_alone_three_times_a_day(office, ada):
    before = Mailbox.objects.count()
    assert "only to an open account" in asked(office, "stranger@example.org", test="")
    said = [asked(office, test="") for _ in range(4)]

    assert ["on its way" in page for page in said] == [True, True, True, False]
    assert Message.objects.filter(mailbox=ada.mailbox).count() == 3
    assert Mailbox.objects.count() == before


def test_a_way_in_lets_them_ask_for_a_code_in_their_own_browser(office, ada):
    assert "A way in was sent to them." in asked(office, **{"in": ""})
    assert Access.objects.about_person(ada).get().reason == "in"
    message = Message.objects.get(kind="way_in")
    mail = from_body(message.body)
    assert message.mailbox == ada.mailbox
    assert not re.search(r"^\s*\d{6}\s*$|ada\.lovely", mail.text, re.MULTILINE)

    browser = Client()
    there = browser.get(f"/l/{token(mail.links['in'], message.ring)}")["Location"]
    assert "Send me a code" in browser.get(there).content.decode()
    assert Message.objects.count() == 1, "looking sends nothing"
    assert browser.post(there)["Location"] == "/code/"
    text = from_body(Message.objects.latest("pk").body).text
    code = re.search(r"^\s*(\d{6})\s*$", text, re.MULTILINE)[1]
    assert browser.post("/code/", {"code": code}).status_code == 302
    assert browser.get("/settings/").status_code == 200


def test_each_deed_has_a_code_of_its_own_and_stands_in_the_persons_export(office, ada, client):
    asked(office)
    for deed in ("again", "test", "in"):
        asked(office, **{deed: ""})

    rows = my_data.export(ada, now=timezone.now())["tables"]["moderation.access"]
    assert [row["reason"] for row in rows] == ["look", "again", "test", "in"]
    [table] = [one for one in my_data.export_page(ada) if "staff" in one.title]
    client.force_login(ada)
    for shown in (str(table.rows), client.get(reverse("who_looked")).content.decode()):
        assert shown.count("a way in was sent to you") == 1
        assert shown.count("a test mail was sent to you") == 1


def test_a_closed_account_is_told_as_whoever_asks_for_a_code_meets_it(office, ada, client):
    ada.disable()

    assert "A code still comes, and the page after it says so." in asked(office)

    client.post("/", {"email": ADA})
    text = from_body(Message.objects.get().body).text
    code = re.search(r"^\s*(\d{6})\s*$", text, re.MULTILINE)[1]
    after = client.post("/code/", {"code": code}, follow=True).content.decode()
    assert "This account is closed for now" in after


def test_a_way_in_ends_after_a_day_and_for_a_closed_account(office, ada):
    asked(office, **{"in": ""})
    message = Message.objects.get(kind="way_in")
    there = f"/l/{token(from_body(message.body).links['in'], message.ring)}"

    Message.objects.update(made_at=timezone.now() - dt.timedelta(days=1, minutes=1))
    assert Client().get(there).status_code == 410

    Message.objects.update(made_at=timezone.now())
    assert Client().get(there).status_code == 302
    ada.disable()
    assert Client().get(there).status_code == 410


def test_a_way_in_goes_to_accounts_alone_three_times_a_day(office, ada):
    assert "only to an open account" in asked(office, "stranger@example.org", **{"in": ""})
    said = [asked(office, **{"in": ""}) for _ in range(4)]

    assert ["A way in was sent" in page for page in said] == [True, True, True, False]
    assert Message.objects.filter(kind="way_in").count() == 3


@pytest.mark.parametrize("role", [roles.MODERATOR, roles.AUDITOR, roles.HELPLINE_EDITOR])
def test_other_roles_and_those_without_a_second_factor_cannot_look(client, ada, role):
    kim = factories.staff(role, address="kim@example.org")
    client.force_login(kim)
    there = reverse("admin:moderation_no_mail")

    assert client.post(there, {"address": ADA}).status_code == 302
    assert at_desk(kim).post(there, {"address": ADA}).status_code == 403
    assert not Access.objects.exclude(what="role").exists()
