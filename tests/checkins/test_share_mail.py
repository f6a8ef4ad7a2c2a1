"""The mails to members and to the person, as their receivers read them."""

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from checkins import emails_circle
from checkins.models import CheckIn, Reply, Share
from circles.models import Circle, Member
from outbox import links
from outbox.kinds import Drop
from outbox.models import Message
from tests import factories
from tests.checkins.postman import Letter, deliver
from vault.models import Key
from vault.scope import key_scope

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)
CANARY = "canary under the stairs"
FULL_NAME = "Noor Haddad"
# What a mail may tell at a glance: nothing of moods, health or a full name.
TELLING = re.compile(r"hard|heavy|okay|mood|health|mental|support|depress|care|Haddad", re.I)


def letters_of_every_kind(now: dt.datetime) -> dict[str, Letter]:
    """One mail of each kind this room sends."""
    person = factories.person(name=FULL_NAME)
    Circle.objects.of(person).describe(helps_me="Tea, and no questions.", gestures=[])
    factories.member(person=person, name="Hello", level="hello")
    factories.member(person=person, name="Link", level="words")
    factories.member(person=person, name="Inside", level="words", in_mail=True)
    told = factories.member(person=person, name="Told", level="ask")
    both = factories.member(person=person, name="ToldInside", level="ask", hard_day_in_mail=True)
    light = factories.check_in(person=person, now=now, asked=False)
    light.answer("heavy", CANARY, "the sun", ["listening", "just_listen"], now=now)
    hard = factories.check_in(person=person, now=now, asked=False)
    hard.answer("really_hard", CANARY, now=now)
    hard.tell([told.pk, both.pk], now)
    letters = {letter.text.split(".")[0].split()[1]: letter for letter in deliver(now + MINUTE)}
    share = Share.objects.for_reading().get(member=told)
    reply = share.reply(gesture="call", now=now)
    letters["notice"] = deliver(now + MINUTE)[0]
    reply.answer_with("tonight", "after eight", now=now + MINUTE)
    letters["answer"] = deliver(now + MINUTE)[0]
    reply.helped(now + MINUTE)
    letters["helped"] = deliver(now + MINUTE)[0]
    share.send_fresh_link(now + 20 * DAY)
    letters["fresh"] = deliver(now + 20 * DAY)[0]
    assert len(letters) == 9
    return letters


def test_subject_sender_and_first_words_tell_nothing(now: dt.datetime) -> None:
    for name, letter in letters_of_every_kind(now).items():
        visible = re.sub(
            r"<style.*?</style>|<title.*?</title>|<[^>]+>", " ", letter.html, flags=re.S
        )
        for glance in (letter.subject, letter.sender, letter.text[:100], visible.strip()[:100]):
            if name != "ToldInside":
                assert not TELLING.search(glance), (name, glance)
        assert not TELLING.search(letter.subject + letter.sender), name


def test_words_stand_only_where_the_person_put_them_in_the_mail(now: dt.datetime) -> None:
    letters = letters_of_every_kind(now)

    assert [name for name, letter in letters.items() if CANARY in letter.all] == ["Inside"]
    assert [name for name, letter in letters.items() if "heavy" in letter.all] == ["Inside"]
    assert "A heavy day" in letters["Inside"].text
    assert "What would help: listening\n" in letters["Inside"].text
    assert "Noor asks: just listen, no advice." in letters["Inside"].text


def test_every_mail_says_the_standing_sentence_and_where_help_is(now: dt.datetime) -> None:
    for letter in letters_of_every_kind(now).values():
        for part in (letter.text, letter.html):
            assert "No staff reads along, and this is not an emergency service" in part
            assert "Get help now" in part


def test_every_mail_to_a_member_can_be_stopped_and_leads_to_their_page(now: dt.datetime) -> None:
    letters = letters_of_every_kind(now)
    del letters["notice"]

    for letter in letters.values():
        for part in (letter.text, letter.html):
            purposes = set(re.findall(rf"{settings.SITE_URL}/[lu]/(\w)", part))
            assert {"y", "u"} <= purposes
            assert "How to be there" in part


def test_hello_is_the_whole_message(now: dt.datetime) -> None:
    letter = letters_of_every_kind(now)["Hello"]

    assert "Noor said hello today." in letter.text
    assert not re.search(r"/l/s", letter.text)


def test_nothing_is_fetched_from_anywhere(now: dt.datetime) -> None:
    for letter in letters_of_every_kind(now).values():
        assert "<img" not in letter.html
        assert "utm_" not in letter.html
        hosts = set(re.findall(r"https?://([^/\"]+)", letter.html))
        assert hosts <= {settings.SITE_URL.split("//")[1]}


def test_no_mail_shouts_counts_or_blames(now: dt.datetime) -> None:
    for letter in letters_of_every_kind(now).values():
        assert not re.search(r"!|\bmissed\b|remind|streak|\buser\b|patient|\bclient\b", letter.text)


def test_sentences_are_short(now: dt.datetime) -> None:
    for letter in letters_of_every_kind(now).values():
        prose = re.sub(r"https?://\S+", ".", letter.text.split("· · ·")[0])
        for sentence in re.split(r"[.:?]\s|\n", prose):
            assert len(sentence.split()) <= 20, sentence


def test_full_name_stands_in_no_mail_to_a_member(now: dt.datetime) -> None:
    for letter in letters_of_every_kind(now).values():
        assert "Haddad" not in letter.all


def test_links_open_what_they_say(now: dt.datetime) -> None:
    letter = letters_of_every_kind(now)["Link"]
    token = re.search(r"/l/(s\S+)", letter.text).group(1)

    purpose, _, found = links.opened(token, now + MINUTE)

    assert purpose.letter == "s"
    assert found.thing.member.name == "Link"


@pytest.mark.parametrize("verb", ["remove", "pause"])
def test_link_of_a_member_who_is_out_is_dead(now: dt.datetime, verb: str) -> None:
    letter = letters_of_every_kind(now)["Link"]
    token = re.search(r"/l/(s\S+)", letter.text).group(1)
    getattr(Share.objects.get(member__pk=_member(token, now).pk).member, verb)(now)

    with pytest.raises(links.Dead):
        links.opened(token, now + MINUTE)


def test_ended_link_offers_a_fresh_one_that_opens(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person)
    factories.check_in(person=person, now=now).answer("okay", CANARY, now=now)
    token = re.search(r"/l/(s\S+)", deliver(now)[0].text).group(1)
    later = now + 15 * DAY

    with pytest.raises(links.Dead) as dead:
        links.opened(token, later)
    dead.value.purpose.fresh(dead.value.ended.thing, later)
    letter = deliver(later)[0]

    assert "Here is the fresh link you asked for" in letter.text
    assert links.opened(re.search(r"/l/(s\S+)", letter.text).group(1), later)


def test_page_of_a_share_is_found_in_one_query_alive_or_not(
    now: dt.datetime, django_assert_num_queries
) -> None:
    person = factories.person()
    factories.member(person=person)
    factories.check_in(person=person, now=now).answer("okay", now=now)
    share = Share.objects.get()
    purpose = links._purposes["s"]

    for public_id in (share.public_id, person.public_id):
        with django_assert_num_queries(1):
            purpose.find(public_id, now)


def test_mail_comes_in_the_language_of_its_reader(now: dt.datetime) -> None:
    person = factories.person(language="en")
    factories.member(person=person, language="ar-xb", level="word")
    factories.check_in(person=person, now=now).answer("okay", now=now)

    letter = deliver(now)[0]

    assert 'dir="rtl"' in letter.html
    assert "You do not have to answer" not in letter.text


@pytest.mark.parametrize(
    "name", ["O", "محمد", "名" * 80, "نمی‌دانم", "👩‍👩‍👧", "<b>Ada</b>", "A\x0bda", "Ada\r\nBcc: x"]
)
def test_any_name_makes_a_mail_that_can_be_sent(now: dt.datetime, name: str) -> None:
    person = factories.person(name=name)
    member = factories.member(person=person, name=name)
    factories.check_in(person=person, now=now).answer("okay", now=now)
    Reply.objects.hello(member, words=name, now=now)

    for letter in deliver(now):
        assert letter.subject.isprintable() or "\u200c" in name or "\u200d" in name
        assert "\n" not in letter.subject + letter.sender
        assert "<b>Ada" not in letter.html


def test_name_that_looks_like_an_address_stays_out_of_the_subject(now: dt.datetime) -> None:
    person = factories.person(name="www.example.com")
    factories.member(person=person)
    factories.check_in(person=person, now=now).answer("okay", now=now)

    assert deliver(now)[0].subject == "A note for you"


def test_mails_fit_one_length_at_rest(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="word")
    factories.member(person=person, level="words", in_mail=True)
    told = factories.member(person=person, level="ask", hard_day_in_mail=True)
    check_in = factories.check_in(person=person, now=now, asked=False)
    check_in.answer("okay", "soup", now=now)
    hard = factories.check_in(person=person, now=now, asked=False)
    hard.answer("really_hard", now=now)
    hard.tell([told.pk], now)

    assert len({len(row) for row in Message.objects.values_list("body", flat=True)}) == 1


def test_day_is_named_when_the_mail_leaves_on_another_one(now: dt.datetime) -> None:
    person = factories.person()
    factories.member(person=person, level="hello")
    evening = now.replace(hour=21)
    factories.check_in(person=person, now=evening).answer("okay", now=evening)

    assert "Ada said hello on Thursday." in deliver(evening + DAY / 2)[0].text


def test_preview_of_a_hard_day_is_the_mail_of_a_hard_day(now: dt.datetime) -> None:
    person = factories.person()
    Circle.objects.of(person).set_hard_days(rule="tell", forms={}, now=now)
    member = factories.member(person=person, named_for_hard_days=True, level="word")
    other = factories.member(person=person, level="word")

    shown = CheckIn.objects.preview(person, member, "really_hard", CANARY, now=now)

    assert "Please read it today." in shown.text
    assert CheckIn.objects.preview(person, other, "really_hard", CANARY, now=now) is None


def _member(token: str, now: dt.datetime):
    return links.opened(token, now + MINUTE)[2].thing.member


def test_asking_whether_mails_may_leave_takes_the_same_statements_for_many(
    now: dt.datetime, django_assert_num_queries: Any
) -> None:
    for _ in range(3):
        person = factories.person()
        for level in ("word", "words", "hello"):
            factories.member(person=person, level=level)
        factories.check_in(person=person, now=now).answer("okay", now=now)
    gone = Member.objects.first()
    assert gone is not None
    gone.take_break(now)
    messages = list(Message.objects.select_related("mailbox"))

    with key_scope():
        Key.objects.open_many({message.key_id for message in messages})
        with django_assert_num_queries(3):
            verdicts = emails_circle.may_all_leave(messages, now)

    stay = [one for one in messages if verdicts[one.pk] == Drop()]
    assert [one.mailbox for one in stay] == [gone.mailbox]
    assert len(messages) == 9


@pytest.mark.parametrize(("level", "in_mail"), [("hello", False), ("words", True)])
def test_plainest_mail_names_nobody_and_its_page_holds_what_was_shared(
    now: dt.datetime, client: Client, level: str, in_mail: bool
) -> None:
    person = factories.person(name=FULL_NAME)
    factories.member(person=person, level=level, in_mail=in_mail, plain_mail=True, now=now)
    factories.check_in(person=person, now=now, asked=False).answer("heavy", CANARY, now=now)

    (letter,) = deliver(now + MINUTE)

    assert letter.subject == "You have a message"
    assert not re.search(f"Noor|{CANARY}|heavy", letter.all)
    with time_machine.travel(now + MINUTE, tick=False):
        page = client.get(re.findall(r"(/l/\S+)", letter.text)[0], follow=True).content.decode()
    assert "Noor" in page
    assert (CANARY in page) == (level == "words")
