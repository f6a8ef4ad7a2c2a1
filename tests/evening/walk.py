"""The walk, step by step, as people take it: by pages and by links out of their mail."""

import datetime as dt
import time
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from tests.evening.post import Letter, Post, button, code
from tests.evening.reader import Reader

PERSON = "noor@home.example"
NAME = "Noor"
HERE = ZoneInfo("Europe/Berlin")
QUICK = 30_000  # milliseconds: what the product promises
KIND = "A friend"
LEVEL = "my word"
WAY = "behind a link (more private)"


@dataclass(frozen=True)
class Asked:
    """Somebody the person asks."""

    name: str
    address: str


MINA = Asked("Mina", "mina@home.example")
JONAS = Asked("Jonas", "jonas@work.example")


# the person's first evening


def ask_for_a_code(person: Reader) -> None:
    """Home is the question itself, with a box for an address."""
    person.open("/")
    expect(person.page.get_by_role("heading", name="How are you holding up?")).to_be_visible()
    person.look()
    person.write("Your mail address", PERSON)
    person.press("Send me a code")


def type_the_code(person: Reader, letter: Letter) -> None:
    """The code out of the mail, in the same tab."""
    person.look()
    person.write("The code from the mail", code(letter))
    person.press("Go on")


def be_welcomed(person: Reader) -> None:
    """One screen: a name, an age, a consent; the place was guessed and is only confirmed."""
    expect(person.page.locator("summary", has_text="Berlin")).to_be_visible()
    person.look()
    person.write("What shall we call you?", NAME)
    person.choose("I am 18 or older")
    consent = person.page.get_by_role("checkbox")
    expect(consent).not_to_be_checked()
    person.choose(consent)
    person.press("Begin")


def answer_for_oneself(person: Reader, word: str) -> None:
    """The first answer is the person's alone."""
    expect(person.page.get_by_role("heading", name="How are you holding up?")).to_be_visible()
    expect(person.page.get_by_role("radio", checked=True)).to_have_count(0)
    person.look()
    person.choose(word)
    person.press("Keep this for me")


def ask_beside(person: Reader, who: Asked, *, way: str = WAY, level: str = LEVEL) -> None:
    """Who would you like beside you? The real mail can be seen before it leaves."""
    fill_invitation(person, who.name, way=way, level=level)
    person.write("Their mail address", who.address)
    person.press("Send the invitation")


def fill_invitation(person: Reader, name: str, *, way: str = WAY, level: str = LEVEL) -> None:
    """Everything about somebody apart from where the invitation goes."""
    expect(person.page.get_by_role("radio", checked=True)).to_have_count(0)
    person.look()
    person.write("What do you call them?", name)
    for choice in (KIND, level, way):
        person.choose(choice)


def be_asked_daily(person: Reader, at: dt.time = dt.time(9)) -> None:
    """Every day, at a time of one's own. Nothing is chosen beforehand."""
    expect(person.page.get_by_role("radio", checked=True)).to_have_count(0)
    person.look()
    person.choose("Every day")
    person.write("At what time?", f"{at:%H:%M}")
    person.press("Save")


def asked_soon(person: Reader) -> dt.datetime:
    """Move the rhythm to the next whole minute, as somebody does who wants to see it work."""
    person.follow("Rhythm")
    person.look()
    person.unfold("Change")
    soon = (dt.datetime.now(HERE) + dt.timedelta(seconds=70)).replace(second=0, microsecond=0)
    person.write("At what time?", f"{soon:%H:%M}")
    person.press("Save")
    return soon


# the member


def read_letter_and_say_yes(member: Reader, letter: Letter) -> None:
    """The letter, and a required choice: yes, no, never."""
    member.open(button(letter))
    expect(member.page.get_by_role("radio", checked=True)).to_have_count(0)
    member.look()
    member.choose("Yes")
    member.press("Send my answer")


def say_hello(member: Reader, gesture: str, words: str) -> float:
    """Right after the Yes: three gestures and a line. Returns the moment of sending."""
    expect(member.page.get_by_role("radio")).to_have_count(3)
    member.look()
    member.choose(gesture)
    member.write("Or in your words", words)
    return sent(member, "Send")


def keep_hours_that_are_loud_now(member: Reader) -> None:
    """The member's own page. They work at night: their quiet hours lie half a day away."""
    member.look()
    far = dt.datetime.now(HERE) + dt.timedelta(hours=11)
    member.write("No mail from", f"{far:%H}:00")
    member.write("until", f"{far + dt.timedelta(hours=1):%H}:00")
    member.press("Keep this")


def reply(member: Reader, letter: Letter, gesture: str, words: str = "") -> float:
    """Open what was shared and answer it. Returns the moment of sending."""
    member.open(button(letter))
    expect(member.page.get_by_role("radio", checked=True)).to_have_count(0)
    member.look()
    member.choose(gesture)
    if words:
        member.write("Or in your words", words)
    return sent(member, f"Send to {NAME}")


# the person, later


def answer_today(person: Reader, word: str) -> float:
    """Answer on Today, with the names and what they get under the words."""
    again = person.page.locator("summary", has_text="Say how I am now")
    if (
        again.count()
        and not person.page.get_by_role("button", name="Send", exact=True).is_visible()
    ):
        again.click()
    person.choose(word)
    return sent(person, "Send")


def answer_by_link(reader: Reader, letter: Letter, word: str) -> None:
    """Two taps: a word, Send. Nobody's name stands on the page."""
    reader.open(button(letter))
    expect(reader.page.get_by_role("radio", checked=True)).to_have_count(0)
    reader.look()
    reader.choose(word)
    reader.press("Send")


def sent(reader: Reader, name: str) -> float:
    """Press Send; the moment it was pressed."""
    moment = time.monotonic()
    reader.press(name)
    return moment


def seconds_until(person: Reader, words: str, since: float) -> float:
    """Wait until somebody's words stand on the open page, without a reload."""
    expect(person.page.get_by_text(words)).to_be_visible(timeout=QUICK)
    return time.monotonic() - since


def seconds_until_mail(post: Post, who: Asked, since: float) -> tuple[Letter, float]:
    """Wait for the next letter to a member."""
    letter = post.next(who.address)
    return letter, time.monotonic() - since
