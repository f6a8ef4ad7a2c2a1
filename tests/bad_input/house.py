"""Ada's browser, Mina's browser, and the mail that goes between them; all of it the real thing."""

import datetime as dt
import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import time_machine
from django.apps import apps
from django.test import Client

from accounts.models import Consent, Person
from checkins import dispatch
from circles.models import Member
from outbox.work import work
from tests import factories
from tests.mail_server import Mail, MailServer

MINUTE = dt.timedelta(minutes=1)
WORDS = "Would you like to hear from me now and then?"
_LINK = re.compile(r"http://[^/\s]+(/[lu]/([a-z])[\w-]+)")
# Counted whoever looks: a try at a link is no change of anybody's things.
_COUNTERS = {"outbox.Limit"}


class House:
    """A person, the members of their circle, and a clock that moves when it is told to."""

    def __init__(
        self,
        server: MailServer,
        clock: time_machine.Traveller,
        now: dt.datetime,
        address: str = "ada@example.org",
    ) -> None:
        self.server, self.now, self.clock = server, now, clock
        clock.move_to(now, tick=False)
        self.ada = factories.person(name="Ada", address=address)
        Consent.objects.create(person=self.ada, text_version="1", given_at=self.ada.joined_at)
        self.person = signed_in(self.ada)

    def wait(self, span: dt.timedelta) -> None:
        """Let time pass."""
        self.now += span
        self.clock.move_to(self.now, tick=False)

    def post_comes(self) -> list[Mail]:
        """Send what may leave by now; the mails that arrived since the last time."""
        before = len(self.server.mails)
        work(clock=lambda: self.now)
        return self.server.mails[before:]

    def invite(self, **about: Any) -> Mail:
        """Ask somebody by the page; their letter."""
        typed: dict[str, Any] = {
            "name": "Mina",
            "label": "",
            "kind": "friend",
            "level": "words",
            "in_mail": "mail",
            "words": WORDS,
            "address": "mina@example.net",
        }
        done(self.person.post("/circle/invite/", typed | about))
        (letter,) = self.post_comes()
        return letter

    def beside(self, **about: Any) -> Client:
        """Somebody who was asked and said yes: their browser, with the letter's link open."""
        browser = Client()
        letter = opened(browser, self.invite(**about), "i")
        done(browser.post(letter, {"said": "yes"}))
        return browser

    def say(self, **typed: Any) -> list[Mail]:
        """Answer on Today; what reached the circle a minute later."""
        done(self.person.post("/today/", typed))
        self.wait(MINUTE)
        return self.post_comes()

    def ask(self) -> Mail:
        """The mail that asks Ada, at her next moment."""
        schedule = factories.schedule(person=self.ada, now=self.now)
        assert schedule.next_at is not None
        self.wait(schedule.next_at - self.now)
        dispatch.tick(self.now)
        return next(mail for mail in self.post_comes() if mail.to == self.ada.email)

    def member(self) -> Member:
        """The one member."""
        return Member.objects.get(circle__person=self.ada)


def signed_in(person: Person) -> Client:
    """A browser in which this person is signed in."""
    return factories.just_came_in(Client(), person)


def links_of(mail: Mail) -> list[str]:
    """Every link of a mail, also the one behind List-Unsubscribe, as a path."""
    head = str(mail.message["List-Unsubscribe"] or "")
    return list(dict.fromkeys(found[1] for found in _LINK.finditer(f"{mail.text}\n{head}")))


def link_of(mail: Mail, letter: str) -> str:
    """The one link of this purpose."""
    return next(path for path in links_of(mail) if path[3] == letter)


def opened(browser: Client, mail: Mail, letter: str) -> str:
    """Open the mail's link of this purpose; the clean address it leads to."""
    page = browser.get(link_of(mail, letter), follow=True)
    assert page.status_code == 200, (letter, page.status_code)
    return str(page.redirect_chain[-1][0])


def done(response: Any) -> str:
    """Assert that a posted form was taken; where it led."""
    summary = re.search(r'id="summary".*?</ul>', response.content.decode(), re.S)
    assert response.status_code == 302, (response.status_code, summary and summary[0])
    return str(response["Location"])


def tables() -> dict[str, str]:
    """Every table but the counters, as a hash of all its rows."""
    return {
        model._meta.label: hashlib.sha256(repr(_rows(model)).encode()).hexdigest()
        for model in apps.get_models()
        if model._meta.label not in _COUNTERS
    }


def _rows(model: Any) -> list[Any]:
    # Sealed columns as they are: opened texts would hide that a row was written again.
    rows = model._default_manager.order_by("pk").values_list()
    return [[bytes(one) if isinstance(one, memoryview) else one for one in row] for row in rows]


@contextmanager
def unchanged() -> Iterator[None]:
    """What happens inside leaves every table as it was."""
    before = tables()
    yield
    after = tables()
    assert [name for name in after if after[name] != before[name]] == []
