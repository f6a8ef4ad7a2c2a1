"""The first evening, from home to a really hard time, with everything that belongs to it."""

import sqlite3
import time
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.evening import walk
from tests.evening.house import House
from tests.evening.post import Letter, Post, button, link_in, link_to
from tests.evening.reader import Reader
from tests.evening.walk import JONAS, MINA, NAME, PERSON

PROMISED_S = 30.0
# What the product promises, at most.
PROMISED = {
    "screens": 7,
    "decisions": 10,
    "seconds": 7 * 60,
    "answer_to_mailbox_s": PROMISED_S,
    "reply_to_today_s": PROMISED_S,
}

HELLO = "I am here. Soup tomorrow?"
GESTURE = "I've read it, I'm with you"
WORDS_BACK = "Proud of you for saying it."


@dataclass(frozen=True)
class Measured:
    """The line the evening ends with."""

    screens: int
    decisions: int
    seconds: float
    answer_to_mailbox_s: float
    reply_to_today_s: float

    def as_line(self) -> dict[str, float]:
        return asdict(self)

    def broken(self) -> list[str]:
        """The promises that this evening did not keep."""
        return [name for name, most in PROMISED.items() if self.as_line()[name] > most]


@dataclass
class Evening:
    """Everybody's browsers and mail, and what was seen in them."""

    browser: Browser
    site: str
    post: Post
    database: Path
    faults: list[str] = field(default_factory=list)
    shared: Letter | None = None

    def reader(self, *, script: bool = True, width: int = 390) -> "Reader":
        return Reader(self.browser, self.site, script=script, width=width, faults=self.faults)


def walk_it(browser: Browser, house: House) -> Measured:
    """Walk the whole evening. Raises AssertionError where it is not as promised."""
    evening = Evening(browser, house.site, Post.of_folder(house.mailbox), house.database)
    with evening.reader() as person:
        begun = time.monotonic()
        sign_up(evening, person)
        with evening.reader(width=1280) as mina:
            said_yes(evening, mina)
            walk.seconds_until(person, HELLO, begun)
            screens, decisions = person.screens, person.decisions
            seconds = time.monotonic() - begun - person.seconds_of_checking
            walk.keep_hours_that_are_loud_now(mina)
        answer_s = answered_on_today(evening, person)
        # What follows fills the minute until the mail that asks, which nothing else waits for.
        walk.asked_soon(person)
        person.follow("Today")
        reply_s = replied(evening, person)
        thanked(evening, person)
        invited_by_hand(evening, person)
        left_and_came_back(evening, person)
        asked_by_mail(evening)
        a_really_hard_time(evening, person)
    read_every_mail(evening)
    assert "\n".join(evening.faults) == ""
    return Measured(screens, decisions, round(seconds, 1), round(answer_s, 1), round(reply_s, 1))


def sign_up(evening: Evening, person: Reader) -> None:
    """Home, code, welcome, first answer, beside, rhythm, Today: steps 1 to 4."""
    walk.ask_for_a_code(person)
    walk.type_the_code(person, evening.post.next(PERSON))
    walk.be_welcomed(person)
    walk.answer_for_oneself(person, "Up and down")
    walk.ask_beside(person, MINA)
    walk.be_asked_daily(person)
    expect(person.page).to_have_url(f"{evening.site}/today/")
    person.look()


def said_yes(evening: Evening, mina: Reader) -> None:
    """One mail, a letter, Yes, and a first sign at once: step 5."""
    letter = evening.post.next(MINA.address)
    assert NAME in letter.subject
    walk.read_letter_and_say_yes(mina, letter)
    walk.say_hello(mina, GESTURE, HELLO)


def answered_on_today(evening: Evening, person: Reader) -> float:
    """The answer on Today reaches the member's mailbox, behind a link: steps 7 and 8."""
    person.open("/today/")
    person.look()
    sent_at = walk.answer_today(person, "A heavy day")
    person.look()
    letter, seconds = walk.seconds_until_mail(evening.post, MINA, sent_at)
    assert "heavy" not in f"{letter.subject} {letter.text} {letter.html}".lower()
    assert seconds <= PROMISED_S
    person.follow("Today")
    with evening.reader() as mina:
        mina.open(button(letter))
        expect(mina.page.get_by_text("A heavy day")).to_be_visible()
        mina.look()
    evening.shared = letter
    return seconds


def replied(evening: Evening, person: Reader) -> float:
    """A gesture and a line appear on the open page of the person: steps 9 and 10."""
    assert evening.shared is not None
    with evening.reader() as mina:
        sent_at = walk.reply(mina, evening.shared, "Can I call?", WORDS_BACK)
        seconds = walk.seconds_until(person, WORDS_BACK, sent_at)
        mina.look()
        mina.unfold("Undo")
        expect(mina.page.get_by_role("button", name="Take it back")).to_be_visible()
    assert seconds <= PROMISED_S
    return seconds


def thanked(evening: Evening, person: Reader) -> None:
    """One tap answers a gesture that asks; "this helped" reaches the member, without any words."""
    person.look()
    letter = person.page.locator("article", has_text=WORDS_BACK)
    for tap in ("Tonight", "This helped"):
        with person.page.expect_navigation():
            letter.get_by_role("button", name=tap, exact=True).click()
        news = evening.post.next(MINA.address)
        assert WORDS_BACK not in news.text
    person.look()


def asked_by_mail(evening: Evening) -> None:
    """The asking mail at its time; answered by its link in a strange browser: steps 6 and 7."""
    letter = next_about(evening, PERSON, "/l/c")
    with evening.reader(script=False) as stranger:
        walk.answer_by_link(stranger, letter, "Doing okay")
        expect(stranger.page.get_by_text("ten minutes")).to_be_visible()
        assert MINA.name not in stranger.words
        stranger.look()
        sent_at = walk.sent(stranger, "Send it now")
        stranger.look()
        shared, seconds = walk.seconds_until_mail(evening.post, MINA, sent_at)
        assert seconds <= PROMISED_S
        stranger.press("Take it back")
        stranger.look()
    with evening.reader() as mina:
        mina.open(button(shared))
        expect(mina.page.get_by_text("nothing shared just now")).to_be_visible()
        mina.look()


def next_about(evening: Evening, address: str, piece: str) -> Letter:
    """The next letter to an address whose text holds this, past others."""
    while piece not in (letter := evening.post.next(address, patience=120)).text:
        pass
    return letter


def invited_by_hand(evening: Evening, person: Reader) -> None:
    """A link for any messenger: the invitee types their own address and looks at it once more."""
    person.follow("Circle")
    person.look()
    person.follow("Invite someone")
    walk.fill_invitation(person, JONAS.name, level="that I said hello")
    person.press("I will send it myself")
    person.look()
    link = link_in(person.page.get_by_label("Ready to send").input_value())
    with evening.reader(script=False) as jonas:
        jonas.open(link)
        jonas.look()
        jonas.write("Your mail address", JONAS.address)
        jonas.press("Next")
        jonas.look()
        jonas.press("Yes, send the letter")
        jonas.look()
        letter = evening.post.next(JONAS.address)
        assert "gave us your address" not in letter.text
        walk.read_letter_and_say_yes(jonas, letter)
        jonas.follow("Not now. Go on to your hours")
        jonas.look()
    with evening.reader() as too_late:
        too_late.open(link)
        expect(too_late.page.get_by_role("radio")).to_have_count(0)
        too_late.look()


def left_and_came_back(evening: Evening, person: Reader) -> None:
    """Leaving is a required choice; the same link undoes it for a day."""
    helped = evening.post.all_to(MINA.address)[-1]
    with evening.reader() as mina:
        mina.open(link_to(helped, "/l/y"))
        mina.look()
        mina.unfold("A break, or leaving")
        mina.follow("Take a break or leave")
        expect(mina.page.get_by_label("to leave", exact=True)).not_to_be_checked()
        mina.look()
        mina.choose("to leave")
        mina.press("Do this")
        mina.look()
        person.follow("Circle")
        expect(person.page.get_by_text("Mina is taking a break")).to_be_visible()
        mina.choose("Yes, mails may come to me again")
        mina.press("Undo, I stay")
        mina.look()
    person.page.reload()
    expect(person.page.get_by_text("Mina is taking a break")).to_have_count(0)


def a_really_hard_time(evening: Evening, person: Reader) -> None:
    """The support page in its order; the member who hears "my word" hears nothing: step 11."""
    before = Outbox(evening.database).messages()
    letters = len(evening.post.all_to(MINA.address))
    person.follow("Today")
    walk.answer_today(person, "Having a really hard time")
    person.look()
    headings = person.page.get_by_role("heading", level=2).all_inner_texts()
    assert headings == [
        "If you may be in danger now",
        "People",
        "People you can talk to",
        "What helps me",
    ]
    expect(person.page.get_by_role("link", name="112").first).to_be_visible()
    assert Outbox(evening.database).messages() == before
    assert len(evening.post.all_to(MINA.address)) == letters


def read_every_mail(evening: Evening) -> None:
    """Each mail of the evening as its receiver sees it, on a phone, by day and by night."""
    with evening.reader() as receiver:
        for letter in evening.post.everything():
            receiver.read(letter)


class Outbox:
    """The outbox as it stands in the file: the one thing that no page and no mail can show."""

    def __init__(self, database: Path) -> None:
        self.address = f"file:{database}?mode=ro"

    def messages(self) -> int:
        """How many messages there ever were."""
        with closing(sqlite3.connect(self.address, uri=True)) as connection:
            (count,) = connection.execute("SELECT count(*) FROM outbox_message").fetchone()
        return int(count)
