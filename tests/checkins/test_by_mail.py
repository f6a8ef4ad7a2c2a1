"""Pressing Reply never vanishes: words reach the person, or one honest answer comes back."""

import datetime as dt
from email.message import EmailMessage
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import Person
from checkins.models import Reply, Share
from circles.models import Member
from outbox import inbound, returns, word_back
from outbox.models import Mailbox, Message
from outbox.work import work
from tests import factories
from tests.mail_server import Mail, MailServer
from tests.outbox import replied

pytestmark = pytest.mark.django_db
BEN = "ben@example.org"
DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _way_back(settings: Any) -> None:
    settings.REPLY_DOMAIN = "answers.example.org"
    settings.BOUNCE_DOMAIN = "back.example.org"


@pytest.fixture
def ada() -> Person:
    return factories.person(name="Ada")


@pytest.fixture
def ben(ada: Person) -> Member:
    return factories.member(person=ada, name="Ben", address=BEN, level="words", in_mail=True)


@pytest.fixture
def note(ada: Person, ben: Member, now: dt.datetime, smtp: MailServer) -> Mail:
    """The mail that brings Ben what Ada said."""
    said = factories.check_in(person=ada, now=now)
    said.answer("heavy", note="canary", choices={ben.pk: "words"}, now=now)
    work(clock=lambda: now + 15 * MINUTE)
    return smtp.to(BEN)[-1]


def answer(
    mail: Mail | str, words: str = "I am with you.", *, sender: str = BEN, **heads: str
) -> EmailMessage:
    """What Ben's mail program makes when he presses Reply."""
    reply = EmailMessage()
    reply["From"] = f"Ben <{sender}>"
    reply["To"] = mail if isinstance(mail, str) else str(mail.message["Reply-To"])
    reply["Subject"] = "Re: A note from Ada"
    reply["Message-ID"] = "<one@mail.example.org>"
    for name, value in heads.items():
        del reply[name.replace("_", "-")]
        reply[name.replace("_", "-")] = value
    reply.set_content(words)
    return reply


def come_in(reply: EmailMessage | bytes, now: dt.datetime, sender: str | None = None) -> str:
    raw = reply if isinstance(reply, bytes) else reply.as_bytes()
    return inbound.receive(raw, sender=sender, now=now)


def sent_back(smtp: MailServer, now: dt.datetime, address: str = BEN) -> list[Mail]:
    before = len(smtp.to(address))
    work(clock=lambda: now)
    return smtp.to(address)[before:]


def words_for(person: Person) -> list[str]:
    return [reply.words for reply in Reply.objects.to_person(person)]


def test_words_reach_the_person_and_the_page_says_how_they_came(
    note: Mail, ada: Person, client: Client, now: dt.datetime
) -> None:
    quoted = f"I am with you.\n\n{replied.ATTRIBUTIONS['gmail en']}\n\n{replied.QUOTED}"

    assert come_in(answer(note, quoted), now) == "reply"

    reply = Reply.objects.get()
    assert (reply.words, reply.kinds, reply.share) == ("I am with you.", [], Share.objects.get())
    client.force_login(ada)
    with time_machine.travel(now + MINUTE):
        page = client.get("/today/replies/").content.decode()
    assert "I am with you." in page
    assert "by mail from the address you invited" in page
    assert "by the link sent to" not in page


def test_the_reply_address_says_nothing_about_anybody(note: Mail, ben: Member, ada: Person) -> None:
    there = str(note.message["Reply-To"])
    local, _at, domain = there.strip("<>").partition("@")
    assert domain == "answers.example.org"
    assert len(local) <= 64
    [(letter, token)] = returns.reply_tokens(there)
    assert letter == "s"
    # Which key, a number drawn for this share alone, and the seal: there is no room for more.
    assert token[1:17] == Share.objects.get().public_id.bytes
    assert len(token) == 1 + 16 + 16
    for told in (BEN.encode(), ben.public_id.bytes, ada.public_id.bytes, ada.email.encode()):
        assert told not in token


def test_without_a_domain_mails_have_no_reply_to(
    ada: Person, now: dt.datetime, smtp: MailServer, settings: Any
) -> None:
    settings.REPLY_DOMAIN = ""
    factories.message(mailbox=factories.mailbox(), now=now)
    work(clock=lambda: now)
    assert smtp.mails[0].message["Reply-To"] is None


def test_the_same_mail_five_times_is_one_reply(note: Mail, ada: Person, now: dt.datetime) -> None:
    for turn in range(5):
        assert come_in(answer(note), now + turn * DAY) == "reply"
    assert words_for(ada) == ["I am with you."]


def test_two_mails_are_two_replies(note: Mail, ada: Person, now: dt.datetime) -> None:
    come_in(answer(note, "One."), now)
    come_in(answer(note, "Two.", Message_ID="<two@mail.example.org>"), now + MINUTE)
    assert words_for(ada) == ["Two.", "One."]


def test_case_and_a_display_name_in_the_address_do_not_matter(
    note: Mail, ada: Person, now: dt.datetime
) -> None:
    reply = answer(note, sender="Ben+phone@Example.ORG", To=str(note.message["Reply-To"]).upper())
    assert come_in(reply, now) == "reply"


def test_words_are_sealed_like_those_of_the_page(note: Mail, ada: Person, now: dt.datetime) -> None:
    come_in(answer(note, "canary by mail"), now)
    raw = Reply.objects.values_list("words", "mail_key").get()
    assert b"canary" not in bytes(raw[0])
    assert "canary" not in raw[1]


def test_nothing_of_the_mail_stands_in_the_log(
    note: Mail, now: dt.datetime, caplog: pytest.LogCaptureFixture
) -> None:
    come_in(answer(note, "canary by mail"), now)
    come_in(answer(note, "canary by mail", sender="stranger@example.org"), now)
    ours = [record for record in caplog.records if record.name != "mail.log"]
    said = "\n".join(record.getMessage() for record in ours)
    assert "inbound mail: reply" in said
    for told in ("canary", "example.org", "answers", "Ben"):
        assert told not in said


def test_another_address_gets_one_honest_answer_without_a_key(
    note: Mail, ada: Person, now: dt.datetime, smtp: MailServer
) -> None:
    for number in range(5):
        reply = answer(note, sender="other@example.net", Message_ID=f"<{number}@x>")
        come_in(reply, now)

    [back] = sent_back(smtp, now, "other@example.net")
    assert "could not be passed on" in back.text
    assert "/l/" not in back.text + back.html
    assert words_for(ada) == []


@pytest.mark.parametrize(
    "why", ["removed", "paused", "left", "ended", "invented", "taken back yes"]
)
def test_every_dead_end_gets_the_same_answer(
    why: str, note: Mail, ada: Person, ben: Member, now: dt.datetime, smtp: MailServer
) -> None:
    reply = answer(note)
    if why == "removed":
        ben.remove(now)
    elif why == "paused":
        ben.pause(now)
    elif why == "left":
        ben.leave(now)
    elif why == "taken back yes":
        ada.withdraw_consent(now=now)
    elif why == "invented":
        reply = answer(note, To=f"rs-{'a' * 53}@answers.example.org")
    moment = now + 15 * DAY if why == "ended" else now

    come_in(reply, moment)

    [back] = sent_back(smtp, moment)
    assert back.subject == "About your mail"
    assert "Your mail could not be passed on, and nothing of it was kept." in back.text
    assert "Ada" not in back.text
    assert words_for(ada) == []


def test_a_hello_mail_and_a_thank_you_can_be_answered_too(
    note: Mail, ada: Person, ben: Member, now: dt.datetime, smtp: MailServer
) -> None:
    come_in(answer(note), now)
    Reply.objects.get().helped(now)
    [thanks] = sent_back(smtp, now + DAY)

    come_in(answer(thanks, "So glad.", Message_ID="<2@x>"), now + DAY)

    assert words_for(ada) == ["So glad.", "I am with you."]
    assert Reply.objects.get(share=None).member == ben


def test_an_answer_to_the_check_in_mail_is_answered_with_the_way_to_the_page(
    ada: Person, now: dt.datetime, smtp: MailServer
) -> None:
    from_ada = {"sender": ada.email}
    rhythm = factories.schedule(person=ada, now=now - DAY)
    check_in = factories.check_in(person=ada, now=now, schedule=rhythm)
    factories.message(
        mailbox=ada.mailbox, kind="check_in", subject=check_in.public_id, body=None, now=now
    )
    [asked] = sent_back(smtp, now, ada.email)

    come_in(answer(asked, "canary", **from_ada), now)

    [back] = sent_back(smtp, now, ada.email)
    assert "The page takes your words." in back.text
    assert "/l/c" in back.text
    assert "canary" not in back.text + back.html


def test_an_answer_to_a_notice_leads_to_the_first_page(
    note: Mail, ada: Person, now: dt.datetime, smtp: MailServer
) -> None:
    come_in(answer(note), now)
    [notice] = sent_back(smtp, now + MINUTE, ada.email)

    come_in(answer(notice, "Thanks, Ben", sender=ada.email), now)

    [back] = sent_back(smtp, now + MINUTE, ada.email)
    assert "The page takes your words." in back.text
    assert "http://127.0.0.1:8000/" in back.text.splitlines()


def test_an_answer_to_an_invitation_leads_back_to_the_letter(
    ada: Person, now: dt.datetime, smtp: MailServer
) -> None:
    circle = factories.member(person=ada).circle
    circle.invite(
        address="new@example.org",
        name="Mina",
        label="",
        kind="friend",
        level="word",
        in_mail=False,
        words="Would you?",
        now=now,
    )
    [letter] = sent_back(smtp, now, "new@example.org")

    come_in(answer(letter, "Yes of course", sender="new@example.org"), now)

    [back] = sent_back(smtp, now, "new@example.org")
    assert "/l/i" in back.text
    assert Member.objects.get(state="invited").name == "Mina"


def test_an_answer_to_a_mail_without_an_answer_gets_a_word_back(
    now: dt.datetime, smtp: MailServer
) -> None:
    factories.message(mailbox=factories.mailbox(address=BEN), now=now)
    work(clock=lambda: now)
    come_in(answer(smtp.mails[0]), now)
    [back] = sent_back(smtp, now)
    assert "could not be passed on" in back.text
    # A mail with a code has no page that takes words.
    assert "If the mail you answered has a link, its page takes your words." in back.text


@pytest.mark.parametrize(
    "heads",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated (rejected)"},
        {"Precedence": "bulk"},
        {"Precedence": "Auto_Reply"},
        {"X_Autoreply": "yes"},
        {"X_Autorespond": "away"},
        {"List_Id": "<all.example.org>"},
        {"X_MS_Exchange_Inbox_Rules_Loop": BEN},
        {"From": "MAILER-DAEMON@example.org"},
        {"From": "no-reply@example.org"},
        {"From": "hello@supportnet.localhost"},
        {"From": "answers@answers.example.org"},
        {"Return_Path": "<>"},
    ],
    ids=str,
)
def test_machines_are_neither_passed_on_nor_answered(
    heads: dict[str, str], note: Mail, ada: Person, now: dt.datetime
) -> None:
    before = Message.objects.count()
    come_in(answer(note, "I am away.", **heads), now)
    assert (words_for(ada), Message.objects.count()) == ([], before)


def test_an_empty_envelope_is_never_answered(note: Mail, ada: Person, now: dt.datetime) -> None:
    before = Message.objects.count()
    assert come_in(answer(note), now, sender="") == "ignored"
    assert (words_for(ada), Message.objects.count()) == ([], before)


def test_attachments_are_refused_with_a_word_and_the_words_arrive(
    note: Mail, ada: Person, now: dt.datetime, smtp: MailServer
) -> None:
    reply = answer(note)
    reply.add_attachment(b"canary" * 1000, maintype="image", subtype="jpeg", filename="me.jpg")

    for _ in range(3):
        come_in(reply, now)

    assert words_for(ada) == ["I am with you."]
    [back] = sent_back(smtp, now)
    assert "Your words have arrived. What was attached was not taken, and not kept." in back.text


def test_only_who_is_answered_once_a_day_reads_so(
    note: Mail, now: dt.datetime, smtp: MailServer
) -> None:
    for number in range(2):
        reply = answer(note, Message_ID=f"<{number}@x>")
        reply.add_attachment(b"canary", maintype="image", subtype="jpeg", filename="me.jpg")
        come_in(reply, now)
    come_in(answer(note, sender="other@example.net"), now)

    for back in sent_back(smtp, now):
        assert "Why you got this" in back.text
        assert "once a day" not in back.text + back.html
    [stranger] = smtp.to("other@example.net")
    assert "We answer this way once a day at most." in stranger.text


def test_a_logo_in_a_signature_is_no_attachment(
    note: Mail, ada: Person, now: dt.datetime, smtp: MailServer
) -> None:
    reply = answer(note)
    reply.add_alternative("<p>I am with you.</p><img src='cid:logo'>", subtype="html")
    page = reply.get_payload()[1]
    assert isinstance(page, EmailMessage)
    page.add_related(b"png", maintype="image", subtype="png", cid="<logo>", disposition="inline")

    come_in(reply, now)

    assert words_for(ada) == ["I am with you."]
    assert sent_back(smtp, now) == []


@pytest.mark.parametrize("words", ["", replied.QUOTED])
def test_a_mail_without_words_is_answered_with_the_way_to_the_page(
    words: str, note: Mail, ada: Person, now: dt.datetime, smtp: MailServer
) -> None:
    come_in(answer(note, words), now)
    [back] = sent_back(smtp, now)
    assert "We found no words of yours in your mail." in back.text
    assert "/l/s" in back.text


def test_the_same_limit_of_letters_as_on_the_page(
    note: Mail, ada: Person, now: dt.datetime, smtp: MailServer
) -> None:
    come_in(answer(note, "word " * 2001), now)
    [back] = sent_back(smtp, now)
    assert "This is longer than 10000 letters." in back.text
    assert "/l/s" in back.text
    assert words_for(ada) == []


def test_the_same_limit_a_day_as_on_the_page(
    note: Mail, ada: Person, now: dt.datetime, smtp: MailServer
) -> None:
    for number in range(41):
        come_in(answer(note, f"Word {number}.", Message_ID=f"<{number}@x>"), now)
    assert len(words_for(ada)) == 40
    [back] = sent_back(smtp, now)
    assert "You sent many kind words today." in back.text


def test_a_known_member_gets_no_flood_of_words_back(
    note: Mail, now: dt.datetime, smtp: MailServer
) -> None:
    for number in range(9):
        come_in(answer(note, "", Message_ID=f"<{number}@x>"), now)
    assert len(sent_back(smtp, now)) == 5


def test_strangers_cannot_make_us_write_to_everybody(
    now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(word_back, "MOST_STRANGERS", 3)
    for number in range(5):
        reply = answer("answers@answers.example.org", sender=f"victim{number}@example.net")
        come_in(reply, now)
    assert Message.objects.count() == 3


def test_a_strangers_address_is_forgotten_after_three_days(
    note: Mail, ben: Member, now: dt.datetime, smtp: MailServer
) -> None:
    come_in(answer(note, sender="other@example.net"), now)
    work(clock=lambda: now)
    assert len(Mailbox.objects.to_forget(now + DAY)) == 0

    Mailbox.objects.to_forget(now + 3 * DAY).delete()

    assert set(Mailbox.objects.all()) == {ben.mailbox, ben.circle.person.mailbox}
