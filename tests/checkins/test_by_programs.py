"""Mails as real programs write them, through the whole door: only the words reach the person."""

import datetime as dt
import smtplib
from collections.abc import Callable
from typing import Any

import pytest
import time_machine

from accounts.models import Person
from checkins.models import Reply
from outbox import inbound
from outbox.models import Message
from outbox.work import work
from tests import factories
from tests.mail_server import MailServer
from tests.outbox import programs
from tests.outbox.doors import SECRET, listening, post

pytestmark = pytest.mark.django_db
BEN = "ben@example.org"
# Programs that put the old mail under the new one without a mark.
UNMARKED = ("outlook", "gmx de", "web.de phone", "samsung")


@pytest.fixture
def there(now: dt.datetime, smtp: MailServer, settings: Any) -> str:
    """The address that answers to Ada's note go to."""
    settings.REPLY_DOMAIN, settings.BOUNCE_DOMAIN = "answers.example.org", "back.example.org"
    ada = factories.person(name="Ada")
    ben = factories.member(person=ada, name="Ben", address=BEN, level="words", in_mail=True)
    note = factories.check_in(person=ada, now=now)
    note.answer("heavy", note="canary", choices={ben.pk: "words"}, now=now)
    work(clock=lambda: now + dt.timedelta(minutes=15))
    return str(smtp.to(BEN)[-1].message["Reply-To"]).strip("<>")


@pytest.mark.parametrize("name", programs.BODIES)
def test_only_the_words_of_a_program_arrive(name: str, there: str, now: dt.datetime) -> None:
    assert inbound.receive(programs.written(name, there), sender=BEN, now=now) == "reply"

    assert Reply.objects.get().words == programs.said(name)
    told = Message.objects.filter(kind="word_back").count()
    assert told == name.startswith(UNMARKED)


def test_words_between_the_lines_of_an_unmarked_quotation_are_not_lost_in_silence(
    there: str, now: dt.datetime, smtp: MailServer
) -> None:
    before = len(smtp.to(BEN))
    for number, name in enumerate(["outlook desktop en", "outlook web en"]):
        whole = programs.written(name, there)
        raw = whole.replace(b"heavy canary.", b"heavy canary.</p><p>Oh no, I come over.")
        assert raw != whole
        moment = now + number * dt.timedelta(days=2)
        inbound.receive(raw, sender=BEN, now=moment)
        work(clock=lambda when=moment: when)

    assert {reply.words for reply in Reply.objects.all()} == {programs.SAID["en"]}
    [back] = smtp.to(BEN)[before:]
    assert "If you wrote between its lines too, that part has not" in back.text
    assert "/l/s" in back.text
    assert "canary" not in back.text


@pytest.mark.parametrize("name", programs.AUTHORS)
def test_whoever_was_invited_is_known_however_their_name_is_written(
    name: str, there: str, now: dt.datetime
) -> None:
    assert inbound.receive(programs.by(name, there), sender=BEN, now=now) == "reply"
    assert Person.objects.get().circle.members.get() == Reply.objects.get().member


@pytest.mark.parametrize(
    ("mail", "language"), [(programs.photo, "de"), (programs.with_notes, "en")]
)
def test_pictures_and_files_shown_inside_a_mail_are_refused_with_a_word(
    mail: Any, language: str, there: str, now: dt.datetime
) -> None:
    assert inbound.receive(mail(there), sender=BEN, now=now) == "reply"

    assert Reply.objects.get().words == programs.SAID[language]
    assert Message.objects.filter(kind="word_back").count() == 1


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: A note from Ada",
        "Automatische Antwort: A note from Ada",
        "=?utf-8?q?R=C3=A9ponse_automatique=C2=A0=3A?= A note from Ada",
        "Respuesta automática: A note from Ada",
        "Risposta automatica: A note from Ada",
        "Out of Office: A note from Ada",
        "Abwesenheitsnotiz: A note from Ada",
        "Auto-Reply: A note from Ada",
    ],
)
def test_absences_without_a_header_are_known_by_their_subject(
    subject: str, there: str, now: dt.datetime
) -> None:
    raw = programs.by("bare", there).replace(b"Re: A note from Ada", subject.encode())

    assert inbound.receive(raw, sender=BEN, now=now) == "ignored"

    assert not Reply.objects.exists()
    assert not Message.objects.filter(kind="word_back").exists()


def test_a_human_who_writes_of_an_absence_is_heard(there: str, now: dt.datetime) -> None:
    raw = programs.by("bare", there).replace(b"Re: A note", b"Re: Automatic reply: A note")
    assert inbound.receive(raw, sender=BEN, now=now) == "reply"


def both_ways(there: str, now: dt.datetime) -> dict[str, Callable[[bytes, dt.datetime], None]]:
    """The mail server's way and the provider's way, each as a deed."""

    def by_lmtp(raw: bytes, moment: dt.datetime) -> None:
        taken = listening(lmtp=True, clock=lambda: moment)
        with taken as port, smtplib.LMTP("127.0.0.1", port) as line:
            assert line.sendmail(BEN, [there], raw.replace(b"\n", b"\r\n")) == {}

    def by_webhook(raw: bytes, moment: dt.datetime) -> None:
        with time_machine.travel(moment, tick=False):
            assert post(raw, sender=BEN, to=there) == 204

    return {"lmtp": by_lmtp, "webhook": by_webhook}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["lmtp", "webhook"])
def test_by_either_door_the_same_words_arrive(
    way: str, there: str, now: dt.datetime, settings: Any
) -> None:
    settings.MAIL_PROVIDER, settings.MAIL_WEBHOOK_SECRET = "sparkpost", SECRET
    hand_over, wrong = both_ways(there, now)[way], []

    for number, name in enumerate(programs.BODIES):
        hand_over(programs.written(name, there), now + number * dt.timedelta(hours=2))
        newest = Reply.objects.order_by("-pk").first()
        if newest is None or newest.words != programs.said(name):
            wrong.append(name)

    assert (wrong, Reply.objects.count()) == ([], len(programs.BODIES))
    assert Message.objects.filter(kind="word_back").count() == 1


def too_much(there: str, how: str, sender: str = BEN) -> bytes:
    """An answer with more than can be read: photos, two thousand parts, or one in the other."""
    head = f"From: {sender}\nTo: {there}\nSubject: Re: A note\nMessage-ID: <{how}@x>\n".encode()
    words = b"--x\nContent-Type: text/plain\n\nI am with you.\n"
    if how == "nested":
        deep = (f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(2_000))
        return head + "".join(deep).encode()
    part = b"--x\nContent-Type: image/jpeg\nContent-Disposition: attachment; filename=a.jpg\n\n"
    size, count = (1_000_000, 25) if how == "photos" else (1, 2_000)
    parts = (part + b"canary" * (size // 6) + b"\n") * count
    return head + b"Content-Type: multipart/mixed; boundary=x\n\n" + words + parts + b"--x--\n"


TOO_MUCH = ["photos", "parts", "nested"]


def hand_over(raw: bytes, there: str, settings: Any, now: dt.datetime, sender: str = BEN) -> None:
    settings.MAIL_PROVIDER, settings.MAIL_WEBHOOK_SECRET = "sparkpost", SECRET
    with time_machine.travel(now, tick=False):
        assert post(raw, sender=sender, to=there) == 204


@pytest.mark.parametrize("how", TOO_MUCH)
def test_too_much_by_a_provider_is_answered_once_with_the_link(
    how: str, there: str, now: dt.datetime, smtp: MailServer, settings: Any
) -> None:
    before = len(smtp.to(BEN))
    for _ in range(3):
        hand_over(too_much(there, how), there, settings, now)
    work(clock=lambda: now)

    [back] = smtp.to(BEN)[before:]
    assert "Your mail was too large to be read, and is not kept." in back.text
    assert "/l/s" in back.text
    assert "canary" not in back.text
    assert not Reply.objects.exists()


@pytest.mark.parametrize("how", TOO_MUCH)
def test_too_much_of_a_stranger_is_answered_without_a_link(
    how: str, there: str, now: dt.datetime, smtp: MailServer, settings: Any
) -> None:
    eve = "eve@example.net"
    for _ in range(2):
        hand_over(too_much(there, how, eve), there, settings, now, eve)
    work(clock=lambda: now)

    [back] = smtp.to(eve)
    assert "could not be passed on" in back.text
    assert "/l/" not in back.text + back.html


@pytest.mark.parametrize(
    ("head", "to_us"),
    [
        (b"Auto-Submitted: auto-replied\n", False),
        (b"List-Id: <all.example.org>\n", False),
        (b"Authentication-Results: mx.example.org; dmarc=fail\n", True),
    ],
)
def test_too_much_of_a_machine_or_under_a_false_name_is_not_answered(
    head: bytes, to_us: bool, there: str, now: dt.datetime, settings: Any
) -> None:
    to = "answers@answers.example.org" if to_us else there
    hand_over(head + too_much(to, "parts"), to, settings, now)
    assert not Message.objects.filter(kind="word_back").exists()


def test_where_the_other_server_tells_the_writer_we_do_not(there: str, now: dt.datetime) -> None:
    assert inbound.receive(too_much(there, "parts"), sender=BEN, now=now) == "unreadable"
    assert not Message.objects.filter(kind="word_back").exists()
