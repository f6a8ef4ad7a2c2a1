"""From template to bytes: marks become links last, and the bytes are the same each time."""

import datetime as dt
import email
import html
import re
import uuid
from email import policy
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from outbox import letter, links, mail
from outbox.links import Link
from outbox.mail import Mail
from outbox.models import Message
from tests import factories

SUBJECT = uuid.UUID(int=7)
TO = "anna@example.org"
ANSWER, STOP = Link("c", SUBJECT, 1), Link("p", SUBJECT, 1)


def composed(**fields: Any) -> Mail:
    return mail.compose(
        "mail/base",
        fields.pop("context", {"name": "Ada"}),
        subject=fields.pop("subject", "A note from Ada"),
        language=fields.pop("language", "en"),
        links={"answer": ANSWER},
        unsubscribe=STOP,
        **fields,
    )


def parsed(message: Message, written: Mail) -> EmailMessage:
    read = email.message_from_bytes(letter.to_bytes(message, written, TO), policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


@pytest.fixture
def message(db: None, now: dt.datetime) -> Message:
    box = factories.mailbox(address="anna@example.org")
    return factories.message(mailbox=box, now=now, body=None)


def test_a_mail_reads_the_same_as_text_and_as_page() -> None:
    texts = mail.with_links(composed(country="DE"), 1)
    for part in (texts.text, texts.html):
        assert "Hi" in part
        assert "Ada" in part
        assert "112" in part
        assert links.url(ANSWER, 1) in part
        assert links.stop_url(STOP, 1) in part


def test_until_it_is_sent_a_mail_holds_no_link() -> None:
    body = mail.to_body(composed())
    assert links.url(ANSWER, 1) not in str(body)
    assert "/l/" not in str(body)


def test_a_mail_survives_being_sealed() -> None:
    written = composed(from_name="Ada")
    assert mail.from_body(mail.to_body(written)) == written


def test_a_preview_differs_in_its_links_alone() -> None:
    written = composed()
    real, shown = mail.with_links(written, 1), mail.preview(written)

    def unlinked(page: str) -> str:
        return re.sub(r"http://\S+?/[lu]/[A-Za-z0-9_-]+", "LINK", page)

    assert unlinked(real.html) == unlinked(shown.html)
    assert unlinked(real.text) == unlinked(shown.text)
    assert links.url(ANSWER, 1) not in shown.html + shown.text


def test_words_that_look_like_a_mark_stay_words() -> None:
    written = composed(context={"name": "answer-0123456789abcdef"})
    assert "answer-0123456789abcdef" in mail.with_links(written, 1).text


def test_a_mail_sealed_before_the_hash_key_was_rotated_gets_its_links(settings: Any) -> None:
    body = mail.to_body(composed())
    settings.VAULT_HASH_KEYS += ",2:" + "B" * 43 + "="
    assert links.url(ANSWER, 1) in mail.with_links(mail.from_body(body), 1).html


def test_html_in_a_name_stays_text() -> None:
    page = mail.with_links(composed(context={"name": "<img src=x>"}), 1).html
    assert "<img" not in page
    assert "&lt;img src=x&gt;" in page


def test_a_mail_fetches_nothing() -> None:
    page = mail.with_links(composed(), 1).html
    assert not re.search(r"<img|<script|<link|url\(|@import|utm_", page)
    assert set(re.findall(r"https?://[^/\s\"<]+", page)) == {"http://127.0.0.1:8000"}


def test_the_dark_colours_survive_making_styles_inline() -> None:
    page = composed().html
    assert "@media (prefers-color-scheme: dark)" in page
    assert 'style="' in page


def test_a_right_to_left_mail_says_so() -> None:
    assert 'dir="rtl"' in composed(language="ar-xb").html


def test_the_bytes_of_a_mail_are_the_same_each_time(message: Message) -> None:
    written = composed()
    assert letter.to_bytes(message, written, TO) == letter.to_bytes(
        Message.objects.get(), mail.from_body(mail.to_body(written)), TO
    )


def test_two_mails_have_two_identities(message: Message, now: dt.datetime) -> None:
    other = factories.message(mailbox=message.mailbox, now=now, body=None)
    one, two = parsed(message, composed()), parsed(other, composed())
    assert one["Message-ID"] != two["Message-ID"]
    assert one.get_boundary() != two.get_boundary()


def test_a_provider_may_know_a_mail_by_a_header(message: Message, settings: Any) -> None:
    assert "Idempotency" not in "".join(parsed(message, composed()).keys())

    settings.IDEMPOTENCY_HEADER = "Resend-Idempotency-Key"
    first = parsed(message, composed())["Resend-Idempotency-Key"]
    Message.objects.update(attempts=3, doubts=1, claim_owner="another.1.sender")
    again = parsed(Message.objects.get(), composed())["Resend-Idempotency-Key"]

    assert re.fullmatch(r"[0-9a-f]{32}", first)
    assert again == first


def test_the_head_of_a_mail(message: Message, now: dt.datetime) -> None:
    head = parsed(message, composed(from_name="Ada"))
    assert str(head["From"]) == "Ada <hello@supportnet.localhost>"
    assert str(head["To"]) == "anna@example.org"
    assert head["Date"].datetime == now
    assert re.fullmatch(r"<[0-9a-f]{32}@supportnet\.localhost>", head["Message-ID"])
    assert head["Auto-Submitted"] == "auto-generated"
    assert head["X-Auto-Response-Suppress"] == "All"
    assert head["List-Unsubscribe"] == f"<{links.stop_url(STOP, message.ring)}>"
    assert head["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_single_mail_offers_no_stop(message: Message) -> None:
    assert parsed(message, Mail(subject="Code", text="123"))["List-Unsubscribe"] is None


@pytest.mark.parametrize("name", ["bank@example.org", "www.bank.example", ""])
def test_nobody_writes_in_the_name_of_an_address(name: str, message: Message) -> None:
    head = parsed(message, Mail(subject="Hi", text="", from_name=name))
    assert str(head["From"]) == "SupportNet <hello@supportnet.localhost>"


def test_words_of_any_script_arrive_as_they_were_written(message: Message) -> None:
    words = "Zoë سلام می\u200cخواهم 👩\u200d👩\u200d👧\n.\n..\nFrom here on\n" + "lang " * 60 + "."
    read = parsed(message, Mail(subject="Grüße سلام 👋", text=words, html=words))

    assert read["Subject"] == "Grüße سلام 👋"
    for kind, shown in (("plain", str), ("html", html.unescape)):
        part = read.get_body((kind,))
        assert isinstance(part, EmailMessage)
        assert shown(part.get_content()).replace("\r\n", "\n").strip() == words
        assert part["Content-Transfer-Encoding"] == (
            "quoted-printable" if kind == "plain" else "7bit"
        )


def test_a_page_of_plain_letters_goes_as_it_is_and_hidden_signs_do_not(message: Message) -> None:
    plain = letter.to_bytes(message, Mail(subject="a", text="a = b", html="<p>a = b</p>"), TO)
    assert plain.count(b"Content-Transfer-Encoding: 7bit") == 2
    assert b"<p>a = b</p>" in plain
    hidden = letter.to_bytes(message, Mail(subject="a", text="a\0b", html="<p>a\x7fb</p>"), TO)
    assert hidden.count(b"Content-Transfer-Encoding: quoted-printable") == 2
    assert not {0x00, 0x7F} & set(hidden)


def test_lines_are_short_enough_for_every_server(message: Message) -> None:
    data = letter.to_bytes(
        message, Mail(subject="x" * 400, text="y" * 10_000, html="z" * 10_000), TO
    )
    assert max(len(line) for line in data.split(b"\r\n")) <= 998
    assert b"\n" not in data.replace(b"\r\n", b"")


@hypothesis_settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=60,
)
@given(st.text(max_size=90), st.text(max_size=90), st.text(min_size=1, max_size=200))
def test_no_text_breaks_a_mail(message: Message, subject: str, name: str, words: str) -> None:
    plain = parsed(message, Mail(subject="a", text="a", html="a", from_name="a"))
    read = parsed(message, Mail(subject=subject, text=words, html=words, from_name=name))

    assert read.keys() == plain.keys()
    assert [part.get_content_type() for part in read.walk()] == [
        "multipart/alternative", "text/plain", "text/html",
    ]  # fmt: skip
    assert read["From"].addresses[0].addr_spec == "hello@supportnet.localhost"
    assert len(read["From"].addresses) == 1
