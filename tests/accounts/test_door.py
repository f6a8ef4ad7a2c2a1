"""The door: closed by default, words kept for those who were signed out, ways to go."""

import re

import pytest
from django.test import Client

from accounts.access import KEPT
from accounts.models import Session
from tests import factories

pytestmark = pytest.mark.django_db

WORDS = "I slept badly, and I do not want to say it out loud."


@pytest.fixture
def noor():
    return factories.person(name="Noor", address="noor@example.org")


def kept_in(client: Client) -> dict | None:
    return client.session.get(KEPT)


def test_a_private_page_is_closed_to_strangers(client):
    assert client.get("/settings/mail/")["Location"] == "/?next=%2Fsettings%2Fmail%2F"


def test_what_was_typed_while_signed_out_waits_sealed_and_comes_back(client, noor):
    answer = client.post("/settings/mail/", {"own_subject": WORDS, "reply_mail": "none"})
    assert answer["Location"] == "/"
    assert "Your words are kept for an hour" in client.get("/").content.decode()
    row = Session.objects.get()
    assert WORDS not in repr(Session.objects.values_list())
    assert WORDS in repr(row.data)
    client.force_login(noor)
    page = client.get("/kept/").content.decode()
    assert WORDS in page
    assert 'action="/settings/mail/"' in page
    assert 'name="reply_mail" value="none"' in page


def test_sending_the_kept_words_takes_them_out_of_keeping(client, noor):
    client.post("/settings/mail/", {"own_subject": "Hello you there", "reply_mail": "none"})
    client.force_login(noor)
    assert (
        client.post(
            "/settings/mail/", {"own_subject": "Hello you there", "reply_mail": "none"}
        ).status_code
        == 302
    )
    noor.refresh_from_db()
    assert noor.own_subject == "Hello you there"
    assert kept_in(client) is None


def test_kept_words_can_be_thrown_away(client, noor):
    client.post("/settings/mail/", {"own_subject": WORDS})
    client.force_login(noor)
    client.post("/kept/")
    assert client.get("/kept/").status_code == 302


def test_kept_words_are_not_shown_to_the_next_person_at_the_same_browser(client, noor):
    client.force_login(noor)
    client.get("/settings/mail/")
    del client.cookies["s"]
    client.post("/settings/mail/", {"own_subject": WORDS})
    client.force_login(factories.person(name="Somebody else"))
    assert client.get("/kept/").status_code == 302


def test_kept_words_are_shown_to_the_one_who_wrote_them(client, noor):
    client.force_login(noor)
    client.get("/settings/mail/")
    del client.cookies["s"]
    client.post("/settings/mail/", {"own_subject": WORDS})
    client.force_login(noor)
    assert WORDS in client.get("/kept/").content.decode()


def test_kept_words_last_an_hour(client, noor):
    client.post("/settings/mail/", {"own_subject": WORDS})
    client.force_login(noor)
    session = client.session
    session[KEPT] = {**session[KEPT], "at": session[KEPT]["at"] - 3601}
    session.save()
    assert client.get("/kept/").status_code == 302


def test_a_password_is_never_kept(client):
    client.post("/settings/password/new/", {"password1": "correct horse battery", "note": WORDS})
    assert "correct horse" not in repr(kept_in(client))


def test_a_lapsed_form_comes_back_with_its_words_and_a_fresh_token(noor):
    client = Client(enforce_csrf_checks=True)
    client.force_login(noor)
    page = client.post("/settings/mail/", {"own_subject": WORDS, "reply_mail": "none"})
    html = page.content.decode()
    assert page.status_code == 403
    assert WORDS in html
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', html)[1]
    again = client.post(
        "/settings/mail/",
        {"own_subject": "Short words", "reply_mail": "none", "csrfmiddlewaretoken": token},
    )
    assert again["Location"] == "/settings/"


def test_a_form_that_another_site_sent_gets_no_button_to_press(noor):
    client = Client(enforce_csrf_checks=True, headers={"sec-fetch-site": "cross-site"})
    client.force_login(noor)
    page = client.post("/settings/mail/", {"own_subject": WORDS})
    assert page.status_code == 403
    assert WORDS not in page.content.decode()


def test_leaving_quickly_forgets_the_cookie_and_changes_nothing_else(client, noor):
    client.force_login(noor)
    before = list(Session.objects.values_list())
    answer = client.get("/leave/")
    assert answer["Location"] == "https://www.wikipedia.org/"
    assert answer.cookies["s"]["max-age"] == 0
    assert list(Session.objects.values_list()) == before
    assert client.get("/settings/").status_code == 302


def test_leaving_quickly_works_for_staff_too(client, noor):
    noor.make_staff()
    client.force_login(noor)
    assert client.get("/leave/").cookies["s"]["max-age"] == 0


def test_leaving_works_for_those_who_never_signed_in(client):
    assert client.get("/leave/").status_code == 302
    assert not Session.objects.exists()


def test_signing_out_ends_the_session_and_clears_the_browser(client, noor):
    client.force_login(noor)
    key = client.cookies["s"].value
    answer = client.post("/sign-out/")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    client.cookies["s"] = key
    assert client.get("/settings/").status_code == 302


def test_signing_out_needs_a_press_not_a_visit(client, noor):
    client.force_login(noor)
    client.get("/sign-out/")
    assert Session.objects.count() == 1


def test_signing_out_everywhere_leaves_only_this_browser(client, noor):
    other = Client()
    other.force_login(noor)
    client.force_login(noor)
    client.post("/sign-out/everywhere/")
    assert other.get("/settings/you/").status_code == 302
    assert client.get("/settings/you/").status_code == 200


def test_a_closed_account_is_out_at_once(client, noor):
    client.force_login(noor)
    noor.disable()
    assert client.get("/settings/").status_code == 302


def test_a_session_of_somebody_erased_opens_nothing(client, noor):
    client.force_login(noor)
    noor.delete()
    assert not Session.objects.exists()
    assert client.get("/settings/").status_code == 302
