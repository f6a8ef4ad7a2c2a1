"""Seven daily days on a moved clock: asked each morning, answered each day, replied to on some."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from playwright.sync_api import Browser, expect

from checkins import dispatch
from outbox.work import work
from tests.evening import walk
from tests.evening.post import Letter, Post, button
from tests.evening.reader import Reader
from tests.evening.walk import HERE, JONAS, MINA, PERSON, Asked
from tests.mail_server import MailServer

EVENING = dt.datetime(2026, 11, 25, 19, 30, tzinfo=HERE)
NINE = dt.datetime(2026, 11, 26, 9, 0, 20, tzinfo=HERE)
DAY = dt.timedelta(days=1)
WORDS = (
    *("A heavy day", "Up and down", "Doing okay", "No words today"),
    *("Up and down", "Doing okay", "A good day"),
)
REPLIES = {
    0: (MINA, "Thinking of you", "The kettle is on."),
    1: (JONAS, "Proud of you", "You got through Thursday."),
    3: (MINA, "I've read it, I'm with you", "No words needed here either."),
    5: (JONAS, "Thinking of you", "See you at choir."),
}


class Week:
    """A site whose clock is moved, and everybody's mail."""

    def __init__(self, clock: Any, browser: Browser, site: str, smtp: MailServer) -> None:
        self.clock = clock
        self.browser = browser
        self.site = site
        self.smtp = smtp
        self.post = Post(self._delivered)
        self.faults: list[str] = []
        self.shared: dict[str, Letter] = {}
        self.answers = 0
        self.replies = 0

    def reader(self) -> Reader:
        return Reader(self.browser, self.site, faults=self.faults, checks=False)

    def read_on(self, who: Asked) -> None:
        """A member looks into their mailbox; the newest letter about an answer is the one."""
        for letter in self.post.unread(who.address):
            self.post.next(who.address)
            if is_about_an_answer(letter):
                self.shared[who.address] = letter

    def _delivered(self) -> list[Any]:
        # What beat and worker would do by now.
        while dispatch.tick(timezone.now()):
            pass
        work(clock=timezone.now)
        return self.smtp.mails


def is_about_an_answer(letter: Letter) -> bool:
    return "/l/s" in button(letter)


@pytest.fixture
def week(browser: Browser, live_server: Any, smtp: MailServer, settings: Any) -> Iterator[Week]:
    settings.SITE_URL = live_server.url
    with time_machine.travel(EVENING, tick=True) as clock:
        yield Week(clock, browser, live_server.url, smtp)


@pytest.mark.postgresql  # the first evening is walked on SQLite
@pytest.mark.long(seconds=15)
@pytest.mark.timeout(400)
def test_seven_days_end_with_seven_answers_and_three_replies(week: Week) -> None:
    with week.reader() as person:
        begin(week, person)
        for number, word in enumerate(WORDS):
            week.clock.move_to(NINE + number * DAY)
            one_day(week, person, number, word)
        person.open("/look-back/")
        said = person.page.locator("main").inner_text()
    assert week.answers >= 7
    assert week.replies >= 3
    assert all(word in said for word in WORDS)
    for who in (MINA, JONAS):
        week.read_on(who)
        routine = [one for one in week.post.all_to(who.address) if is_about_an_answer(one)]
        assert 1 <= len(routine) <= 2
    assert week.faults == []


def begin(week: Week, person: Reader) -> None:
    """The first evening, with two people beside."""
    walk.ask_for_a_code(person)
    walk.type_the_code(person, week.post.next(PERSON))
    walk.be_welcomed(person)
    walk.answer_for_oneself(person, "Up and down")
    walk.ask_beside(person, MINA)
    walk.be_asked_daily(person)
    person.follow("Circle")
    person.follow("Invite someone")
    walk.ask_beside(person, JONAS, level="my word and what I write")
    for who, gesture in ((MINA, "Thinking of you"), (JONAS, "I've read it, I'm with you")):
        with week.reader() as member:
            walk.read_letter_and_say_yes(member, week.post.next(who.address))
            walk.say_hello(member, gesture, f"{who.name} is here.")


def one_day(week: Week, person: Reader, number: int, word: str) -> None:
    """The mail at nine, an answer by its link or on Today, and perhaps a letter back."""
    asking = the_asking(week)
    if number % 2:
        walk.answer_by_link(person, asking, word)
    else:
        person.open("/today/")
        walk.answer_today(person, word)
    week.answers += 1
    week.read_on(MINA)
    week.read_on(JONAS)
    if number in REPLIES:
        who, gesture, words = REPLIES[number]
        with week.reader() as member:
            walk.reply(member, week.shared[who.address], gesture, words)
        week.replies += 1
        person.open("/today/")
        expect(person.page.get_by_text(words)).to_be_visible()


def the_asking(week: Week) -> Letter:
    """The one mail that asks this morning; notices of letters may lie beside it."""
    asking = [one for one in week.post.unread(PERSON) if "/l/c" in button(one)]
    while week.post.unread(PERSON):
        week.post.next(PERSON)
    assert len(asking) == 1
    return asking[0]
