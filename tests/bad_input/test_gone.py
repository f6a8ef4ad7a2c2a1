"""When something behind the page is gone: the database for a minute, Redis for longer."""

import datetime as dt
import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client, override_settings

from checkins import dispatch
from checkins.models import Answer, CheckIn
from outbox import tasks
from outbox.bell import bell
from supportnet.local.valkey import free_port
from tests import factories
from tests.bad_input.house import House, done, opened, signed_in
from tests.bad_input.letters import share
from tests.bad_input.test_long_words import WHOLE
from tests.mail_server import MailServer

NOTES = ["two words", "help", "你好吗", "015112345678", "🌧", "<b>bold</b>", WHOLE]


@contextmanager
def no_database() -> Iterator[None]:
    """The server does not answer, or its file is not there."""
    connection.close()
    kept = dict(connection.settings_dict)
    away = {"NAME": "/nowhere/at/all"} if connection.vendor == "sqlite" else {"HOST": "127.0.0.1"}
    connection.settings_dict |= {**away, "PORT": str(free_port())}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict |= kept


def shown(page: Any, note: str) -> bool:
    return note in [text.replace("\r\n", "\n") for text in _boxes(page.content.decode())]


def _boxes(page: str) -> list[str]:
    """What stands in each box of a page."""
    return [
        html.unescape(text) for text in re.findall(r"<textarea[^>]*>(.*?)</textarea>", page, re.S)
    ]


@pytest.mark.django_db(transaction=True)
def test_every_page_says_kindly_that_we_are_away_and_leads_to_help(house: House) -> None:
    mina = Client()
    member_page = opened(mina, share(house), "s")
    asked = [(house.person, path) for path in ("/today/", "/circle/", "/rhythm/", "/settings/")]

    with no_database():
        for browser, path in [*asked, (mina, member_page), (Client(), "/l/" + "s" * 45)]:
            browser.raise_request_exception = False
            page = browser.get(path)
            assert page.status_code == 503, path
            assert page["Retry-After"] == "60"
            assert 'href="/help/"' in page.content.decode()
            assert "We are away for a moment" in page.content.decode()
            assert page["Cache-Control"] == "no-store"
            assert "Content-Security-Policy" in page


@pytest.mark.django_db(transaction=True)
def test_what_was_typed_comes_back_and_can_be_sent_a_minute_later(house: House) -> None:
    house.person.raise_request_exception = False

    for note in NOTES:
        typed = {"word": "heavy", "note": note, "password": "s e c r e t"}
        with no_database():
            page = house.person.post("/today/", typed)
        assert page.status_code == 503
        assert shown(page, note), note[:20]
        assert "s e c r e t" not in page.content.decode()
        assert "heavy" not in _boxes(page.content.decode())
        assert not Answer.objects.exists()

    done(house.person.post("/today/", {"word": "heavy", "note": NOTES[-1]}))
    assert Answer.objects.get().note == NOTES[-1]


@pytest.mark.django_db(transaction=True)
def test_a_members_words_come_back(house: House) -> None:
    mina = Client(raise_request_exception=False)
    page = opened(mina, share(house), "s")

    with no_database():
        late = mina.post(page, {"words": "on my way", "gesture": "call"})

    assert (late.status_code, shown(late, "on my way")) == (503, True)


@pytest.mark.django_db(transaction=True)
def test_help_stands_without_a_database_for_whoever_asks(house: House) -> None:
    for browser in (Client(), house.person):
        browser.raise_request_exception = False
        with no_database():
            for path in ("/help/", "/help/DE/", "/help/young/", "/help/young/DE/"):
                page = browser.get(path, follow=True)
                assert page.status_code == 200, (path, browser is house.person)
                assert "/help/" in page.content.decode()


@pytest.mark.django_db(transaction=True)
def test_background_work_waits_out_a_missing_database_and_goes_on(house: House) -> None:
    factories.schedule(person=house.ada, now=house.now)
    house.wait(dt.timedelta(days=1))

    with no_database(), pytest.raises(OperationalError):
        dispatch.tick(house.now)
    dispatch.tick(house.now)

    assert CheckIn.objects.count() == 1
    assert [mail.to for mail in house.post_comes()] == ["ada@example.org"]


# Redis


@pytest.mark.django_db(transaction=True)
def test_without_redis_pages_answer_and_mail_leaves_by_the_workers_own_look(
    smtp: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = f"redis://127.0.0.1:{free_port()}/0"
    caches = {"default": {"BACKEND": "supportnet.cache.Cache", "LOCATION": gone}}
    bell.unheard.clear()
    monkeypatch.setattr(bell, "_quiet_until", 0.0)
    ada = factories.person(name="Ada")
    any_hour = {"quiet_from": dt.time(0), "quiet_to": dt.time(0)}
    factories.member(person=ada, level="word", address="mina@example.net", **any_hour)
    page = signed_in(ada)

    with override_settings(REDIS_URL=gone, CELERY_BROKER_URL=gone, CACHES=caches):
        there = done(page.post("/today/", {"word": "okay"}))
        assert bell.unheard.total() == 1
        assert page.get(there).status_code == 200
        assert page.get("/today/").status_code == 200
        tasks.keep_going()

    assert [mail.to for mail in smtp.mails] == ["mina@example.net"]
