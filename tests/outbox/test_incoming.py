"""Whatever comes in is read as far as it goes, and nothing of it breaks anything."""

import datetime as dt
from email.message import EmailMessage

import pytest

from outbox import inbound, incoming
from outbox.models import Message

TO = "answers@answers.example.org"


def read(raw: bytes) -> incoming.Incoming:
    mail = incoming.read(raw, sender="ben@example.org", recipients=[TO])
    assert mail is not None
    return mail


def part(head: str, body: bytes) -> bytes:
    return f"From: ben@example.org\r\n{head}\r\n\r\n".encode() + body


@pytest.mark.parametrize(
    ("charset", "words"),
    [
        ("utf-8", "Ich bin bei dir, Zoë. 🌷"),
        ("iso-8859-1", "Je suis là, tout près."),
        ("windows-1252", "“Here” — with you…"),
        ("iso-8859-6", "أنا معك"),
        ("windows-1256", "أنا معك"),
        ("koi8-r", "Я с тобой"),
        ("iso-2022-jp", "そばにいるよ"),
        ("gb18030", "我在你身边"),
        ("utf-16", "Here"),
        ("utf-7", "Ich höre dir zu"),
    ],
)
def test_charsets(charset: str, words: str) -> None:
    raw = part(f"Content-Type: text/plain; charset={charset}", words.encode(charset))
    assert read(raw).text.strip() == words


@pytest.mark.parametrize("charset", ["x-unknown", "", "idna", "unicode_escape", "zlib", "utf-8\0x"])
def test_charsets_that_are_none(charset: str) -> None:
    raw = part(f'Content-Type: text/plain; charset="{charset}"', "Grüße \\u0041".encode())
    assert read(raw).text == "Grüße \\u0041"


def test_bytes_that_are_not_what_they_say() -> None:
    raw = part("Content-Type: text/plain; charset=utf-8", "là-bas".encode("cp1252"))
    assert read(raw).text == "là-bas"


def test_a_letter_cut_in_two_where_reading_ends_spoils_nothing() -> None:
    for shift in range(4):
        body = b"x" * shift + "là-bas 🌷 ".encode() * 12_000
        text = read(part("Content-Type: text/plain; charset=utf-8", body)).text
        assert "là-bas 🌷" in text
        assert "Ã" not in text


def test_folded_lines_are_one_as_they_were_typed() -> None:
    body = b"I am with you and I will \r\ncome by on Sunday.\r\n\r\nBen\r\n"
    flowed = part("Content-Type: text/plain; charset=utf-8; format=flowed", body)
    plain = part("Content-Type: text/plain; charset=utf-8", body)
    assert read(flowed).text.strip() == "I am with you and I will come by on Sunday.\n\nBen"
    assert "will \r\ncome" in read(plain).text


def test_a_page_is_read_where_there_is_no_text() -> None:
    raw = part("Content-Type: text/html; charset=utf-8", b"<p>With <b>you</b></p><p>Ben</p>")
    assert read(raw).text.split() == ["With", "you", "Ben"]


def test_an_empty_text_beside_a_page_does_not_hide_it() -> None:
    mail = EmailMessage()
    mail["From"] = "ben@example.org"
    mail.set_content(" \n")
    mail.add_alternative("<p>With you</p>", subtype="html")
    assert read(mail.as_bytes()).text.strip() == "With you"


def test_a_mail_in_a_mail_is_an_attachment_and_not_words() -> None:
    inner, mail = EmailMessage(), EmailMessage()
    inner.set_content("canary of somebody else")
    mail["From"] = "ben@example.org"
    mail.set_content("With you")
    mail.add_attachment(inner)
    found = read(mail.as_bytes())
    assert found.has_attachments
    assert found.text.strip() == "With you"


def test_two_authors_are_none() -> None:
    assert read(b"From: ben@example.org, eve@example.org\r\n\r\nHi").author == ""
    assert read(b"From: ben@example.org\r\nFrom: eve@example.org\r\n\r\nHi").author == ""
    assert read(b'From: "eve@example.org" <ben@example.org>\r\n\r\nHi').author == "ben@example.org"


MANGLED = {
    "nothing": b"",
    "no head": b"just words",
    "only bytes": bytes(range(256)) * 20,
    "nul everywhere": b"From: ben@example.org\r\nSubject: a\0b\r\n\r\nwith\0 you\0",
    "no end of the parts": part("Content-Type: multipart/mixed; boundary=x", b"--x\r\n\r\nhi"),
    "no boundary": part("Content-Type: multipart/mixed", b"hi"),
    "broken base64": part("Content-Transfer-Encoding: base64", b"=%%%AAA\r\n===="),
    "broken quoted-printable": part("Content-Transfer-Encoding: quoted-printable", b"=ZZ=\r=3"),
    "unknown encoding": part("Content-Transfer-Encoding: x-rot13", b"uv"),
    "broken words in heads": b"From: =?utf-8?b?////?= <ben@example.org>\r\n\r\nhi",
    "unknown words in heads": b"From: =?x-none?q?a?= <ben@example.org>\r\n\r\nhi",
    "half a letter in a subject": b"From: ben@example.org\r\nSubject: =?utf-8?b?A?=\r\n\r\nhi",
    "half a letter in a name": b"From: =?utf-8?b?A?= <ben@example.org>\r\n\r\nhi",
    "a head of a megabyte": b"From: " + b"a" * 1_000_000 + b"\r\n\r\nhi",
    "many commas": b"To: " + b"a@b," * 50_000 + b"\r\n\r\nhi",
    "many brackets": b"From: " + b"<" * 9_000 + b"\r\n\r\nhi",
    "many comments": b"From: " + b"(" * 9_000 + b"\r\n\r\nhi",
    "line ends of old": b"From: ben@example.org\r\rhi\r",
    "parameters of parameters": part(
        "Content-Type: text/plain; charset*0*=u''u; charset*1=8", b"x"
    ),
    "a boundary of its own kind": part('Content-Type: multipart/mixed; boundary="\xff"', b"--\xff"),
    "a report of nothing": part("Content-Type: multipart/report; report-type=delivery-status", b""),
    "an odd report": part("Content-Type: message/delivery-status", b"Action: failed\r\n\r\n\r\n"),
    "surrogates": "From: ben@example.org\r\n\r\nhi \ud800".encode("utf-8", "surrogatepass"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", MANGLED)
@pytest.mark.parametrize("recipients", [[], [TO], [f"rs-{'a' * 53}@answers.example.org"]])
def test_mangled_mails_do_no_harm(name: str, recipients: list[str], now: dt.datetime) -> None:
    fate = inbound.receive(MANGLED[name], recipients=recipients, now=now)
    assert fate in {"ignored", "word back", "nothing", "gone", "returned", "unreadable"}


@pytest.mark.django_db
def test_ten_megabytes_are_taken_and_more_are_not(now: dt.datetime) -> None:
    head = part("Content-Type: text/plain", b"")
    most = head + b"word " * ((incoming.LARGEST - len(head)) // 5)
    assert inbound.receive(most, now=now) == "word back"
    assert inbound.receive(most + b"longer", now=now) == "unreadable"


@pytest.mark.django_db
@pytest.mark.parametrize("depth", [90, 3_000, 60_000])
def test_mails_as_deep_as_they_like(depth: int, now: dt.datetime) -> None:
    nested = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        for n in range(depth)
    )
    raw = b"From: ben@example.org\r\n" + nested
    assert inbound.receive(raw, now=now) in {"unreadable", "word back"}


@pytest.mark.django_db
def test_mails_inside_mails_as_deep_as_they_like(now: dt.datetime) -> None:
    raw = b"From: ben@example.org\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * 5_000
    assert inbound.receive(raw, now=now) == "unreadable"
    assert not Message.objects.exists()
