"""Every mail we send, as a neighbour, a mail program and a spam filter would look at it."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.test.signals import template_rendered

from library import frames
from tests.bad_input.house import WORDS, House, done
from tests.bad_input.letters import (
    CANARY,
    EVERY_KIND,
    asking_plainly,
    code,
    hard_day_in_mail,
    invitation,
    lost,
    notice_with_words,
    opened_once,
    paths_in,
    share_in_mail,
    share_plainly,
    sleep,
    told_more,
    word_back,
)
from tests.mail_server import Mail

pytestmark = [pytest.mark.django_db, pytest.mark.once]

ONCE = {code, invitation, sleep, lost, told_more, word_back}
# The person chose that this mail says it at once; its subject and sender still do not.
SAYS_SO = {hard_day_in_mail}
# The plainest form leaves the sentence to the page that its link opens.
PLAINEST = {asking_plainly, share_plainly}
MAY_HOLD_WORDS = {share_in_mail, notice_with_words}
SENTENCE = "No staff reads along, and this is not an emergency service"
# At a glance a mail tells nothing of moods, of health, of what this is for, or a full name.
TELLING = re.compile(
    r"hard|heavy|okay|up and down|good day|mood|health|mental|therap|crisis|suicid|depress|anxi|"
    r"patient|support|wellbeing|check-?in|Haddad",
    re.IGNORECASE,
)
ANSWER = re.compile(rf"{CANARY}|A heavy day|Having a really hard", re.IGNORECASE)


class Page(HTMLParser):
    """What a page shows first, and what it would fetch or lead to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text, self.fetched, self.links = "", [], []
        self._hidden = 0
        self.feed(text)

    fetched: list[str]
    links: list[str]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in {"style", "title"}
        for name, value in attrs:
            if name in {"src", "srcset", "background", "poster", "data"} or tag == "link":
                self.fetched.append(value or "")
            elif name in {"href", "action"}:
                self.links.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"style", "title"}

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.text += data


@pytest.fixture(params=EVERY_KIND, ids=lambda kind: kind.__name__)
def kind(request: pytest.FixtureRequest) -> Callable[[House], Mail]:
    return request.param  # type: ignore[no-any-return]


# A mail that was made once can be looked at by every test: it needs no database any more.
_made: dict[Callable[[House], Mail], Mail] = {}


@pytest.fixture
def mail(request: pytest.FixtureRequest, kind: Callable[[House], Mail]) -> Mail:
    if kind not in _made:
        _made[kind] = _make(request.getfixturevalue("house"), kind)
    return _made[kind]


def _make(house: House, kind: Callable[[House], Mail]) -> Mail:
    full = {"name": "Noor Haddad", "language": "en", "country": "DE"}
    done(house.person.post("/settings/you/", full))
    house.ada.refresh_from_db()
    return kind(house)


def glances(mail: Mail) -> list[str]:
    """What stands in a list of mails: subject, sender, and the first words of either part."""
    page = " ".join(Page(mail.html).text.split())
    return [
        mail.subject,
        str(mail.message["From"]).split("<")[0],
        " ".join(mail.text.split())[:100],
        page[:100],
    ]


def test_a_glance_tells_nothing(mail: Mail, kind: Callable[[House], Mail]) -> None:
    shown = glances(mail)[:2] if kind in SAYS_SO else glances(mail)

    # The plain name of the site may be the sender; mails to members come in the person's name.
    told = [text for text in shown if text != "SupportNet " and TELLING.search(text)]
    assert told == []


def test_words_stand_only_in_mails_that_may_hold_them(
    mail: Mail, kind: Callable[[House], Mail]
) -> None:
    shown = f"{mail.subject}\n{mail.text}\n{Page(mail.html).text}"

    if kind in MAY_HOLD_WORDS:
        assert CANARY in mail.text
        assert CANARY in mail.html
    elif not kind.__name__.startswith("asking"):  # which offers all six words
        assert not ANSWER.search(shown)


def test_both_parts_are_there_and_say_the_same(mail: Mail) -> None:
    parts = [part.get_content_type() for part in mail.message.walk()]

    assert parts == ["multipart/alternative", "text/plain", "text/html"]
    page = " ".join(Page(mail.html).text.split())
    for line in (line.strip() for line in mail.text.splitlines()):
        if line and not line.startswith(("http", "·", "-")) and not line.endswith(":"):
            assert " ".join(line.strip("“”").split()) in page, line


def test_nothing_is_fetched_and_nothing_leads_elsewhere(mail: Mail) -> None:
    page, here = Page(mail.html), urlsplit(settings.SITE_URL).netloc

    assert page.fetched == []
    assert not re.search(r"<img|<script|<iframe|<object|@import|url\(|@font-face", mail.html, re.I)
    for link in [*page.links, *re.findall(r"https?://\S+", mail.text)]:
        there = urlsplit(link)
        assert there.scheme in {"http", "https", "tel", "sms", "mailto"}
        assert there.netloc in {here, ""}, link
    assert not re.search(r"utm_|fbclid|[?&]ref=|open\.gif|pixel", mail.text + mail.html)


def test_the_sentence_and_help_stand_in_both_parts(
    mail: Mail, kind: Callable[[House], Mail]
) -> None:
    if kind in PLAINEST:
        return
    for part in (mail.text, Page(mail.html).text):
        assert SENTENCE in " ".join(part.split())
    assert f"{settings.SITE_URL}/help/" in mail.text
    assert any(link.startswith(f"{settings.SITE_URL}/help/") for link in Page(mail.html).links)


def test_the_page_behind_the_plainest_mail_has_the_sentence(house: House) -> None:
    link = opened_once(asking_plainly(house), "c")

    page = Client().get(link, follow=True).content.decode()

    assert SENTENCE in " ".join(page.split())


def test_links_stand_whole_on_one_line(mail: Mail) -> None:
    for path in paths_in(mail):
        assert any(path in line for line in mail.text.splitlines() + mail.html.splitlines()), path
        assert len(path) <= 76


def test_whatever_repeats_can_be_stopped_with_one_click(
    mail: Mail, kind: Callable[[House], Mail]
) -> None:
    head = mail.message

    if kind in ONCE:
        assert head["List-Unsubscribe"] is None
        return
    stop = str(head["List-Unsubscribe"])
    assert re.fullmatch(rf"<{re.escape(settings.SITE_URL)}/u/[\w-]+>", stop)
    assert head["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert stop.strip("<>") in mail.text


def test_the_head_names_nobody_else_and_hides_nothing(mail: Mail) -> None:
    head = mail.message

    assert not head.defects
    assert len(head.get_all("To")) == 1
    assert not {"Bcc", "Cc", "X-Mailer", "Reply-To"} & set(head.keys())
    assert settings.MAIL_FROM in str(head["From"])
    assert re.fullmatch(r"<[^@<>]+@[^@<>]+>", str(head["Message-ID"]).strip())
    for word in ("ada@example.org", "mina@", "heavy", CANARY):
        assert word not in f"{head['Message-ID']}{head['List-Unsubscribe']}{head.get_boundary()}"


def test_every_template_of_a_mail_is_looked_at_here(house: House) -> None:
    # A frame that another test had rendered would not be rendered here.
    frames._kept.clear()
    seen: set[str] = set()

    def note(template: Any, **_more: Any) -> None:
        seen.add(template.name or "")

    template_rendered.connect(note)
    try:
        for number, kind in enumerate(EVERY_KIND):
            kind(House(house.server, house.clock, house.now, f"ada{number}@example.org"))
    finally:
        template_rendered.disconnect(note)

    _nobodys_words_are_kept(house)
    root = Path(settings.BASE_DIR) / "templates"
    folders = ("mail", "circles/mail", "account/email")
    ours = {
        str(path.relative_to(root)) for folder in folders for path in (root / folder).glob("*.txt")
    }
    assert ours - seen == set()


def _nobodys_words_are_kept(house: House) -> None:
    kept = repr(frames._kept)
    assert "circles/mail/invitation" in kept
    sent = " ".join(mail.text for mail in house.server.mails)
    codes = re.findall(r"left open\.\s+(\S+)", sent)
    assert codes
    for own in ("Ada", "Mina", WORDS, CANARY, *codes):
        assert own in sent
        assert own not in kept
