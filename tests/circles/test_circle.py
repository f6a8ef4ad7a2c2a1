"""Inviting: one mail to an address, kindly limited, and the same whatever the address asked for."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Person
from circles.emails import invitation_may_leave
from circles.models import Circle, Invitation, Member
from outbox.kinds import Drop, Go
from outbox.mail import from_body
from outbox.models import Mailbox, Message, Suppression
from tests import factories
from tests.circles.people import WORDS, beside, invited

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def test_a_person_has_one_circle(ada: Person) -> None:
    assert Circle.objects.of(ada) == Circle.objects.of(ada)
    assert Circle.objects.count() == 1


def test_looking_makes_no_circle(ada: Person) -> None:
    assert Circle.objects.known(ada).helps_me == ""
    assert Circle.objects.count() == 0


def test_an_invitation_is_one_mail_with_the_persons_words(circle: Circle, now: dt.datetime) -> None:
    member = invited(circle, now=now)

    message = Message.objects.get()
    mail = from_body(message.body)
    assert (message.kind, message.mailbox) == ("invitation", member.mailbox)
    assert mail.subject == "Ada would like to stay in touch"
    assert mail.from_name == "Ada"
    assert WORDS in mail.text
    assert "If you do nothing, we will not write again." in mail.text
    assert "Lovelace" not in mail.subject + mail.from_name
    assert invitation_may_leave(message, now) == Go()


def test_the_letter_says_where_the_address_came_from_and_how_it_goes(
    circle: Circle, now: dt.datetime
) -> None:
    invited(circle, now=now)
    text = " ".join(from_body(Message.objects.get().body).text.split())

    assert "Ada typed your address" in text
    assert "14 days when you do not answer" in text
    assert "To have it deleted, choose No." in text


@pytest.mark.parametrize("again", ["mina@example.net", "MINA@Example.net", "mina+x@example.net"])
def test_an_address_is_asked_once_however_it_is_written(
    circle: Circle, now: dt.datetime, again: str
) -> None:
    invited(circle, now=now, address="mina@example.net")

    with pytest.raises(ValidationError) as refusal:
        invited(circle, now=now + dt.timedelta(hours=1), address=again)

    assert refusal.value.code == "asked"
    assert Message.objects.count() == 1


@pytest.mark.parametrize("own", ["ada@example.org", "ADA+me@example.org"])
def test_the_own_address_is_refused_kindly(circle: Circle, now: dt.datetime, own: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        invited(circle, now=now, address=own)

    assert refusal.value.code == "own"
    assert not Message.objects.exists()


def test_a_button_pressed_twice_asks_once(circle: Circle, now: dt.datetime) -> None:
    second = now + dt.timedelta(seconds=1)
    one = invited(circle, now=now, address="mina@example.net")
    two = invited(circle, now=second, address="mina@example.net")
    about = {"name": "Lev", "kind": "friend", "label": "", "level": "word", "in_mail": True}
    by_hand = [circle.invite_by_hand(**about, words=WORDS, now=at) for at in (now, second)]

    assert one == two
    assert by_hand[0] == by_hand[1]
    assert Message.objects.count() == 1


def test_two_persons_asking_one_address_know_nothing_of_each_other(
    circle: Circle, now: dt.datetime
) -> None:
    other = Circle.objects.of(factories.person(name="Bo"))
    here = invited(circle, now=now, address="mina@example.net")
    there = invited(other, now=now, address="mina@example.net")

    assert here.mailbox != there.mailbox
    here.accept(now)
    there.decline(now)
    here.refresh_from_db()
    assert here.state == Member.State.ACCEPTED


def test_ten_may_wait_for_an_answer_at_once(circle: Circle, now: dt.datetime) -> None:
    for number in range(10):
        invited(circle, now=now - (2 - number // 5) * DAY)

    with pytest.raises(ValidationError) as refusal:
        invited(circle, now=now)

    assert refusal.value.code == "pending"


def test_five_a_day_and_twelve_on_the_first(now: dt.datetime) -> None:
    settled = Circle.objects.of(factories.person())
    fresh = Circle.objects.of(factories.person(now=now))
    for circle, fits in ((settled, 5), (fresh, 12)):
        for _ in range(fits):
            beside(circle, now=now)
        with pytest.raises(ValidationError) as refusal:
            invited(circle, now=now)
        assert refusal.value.code == "today"


def test_thirty_members_fit(circle: Circle, now: dt.datetime) -> None:
    for number in range(30):
        beside(circle, now=now + number // 5 * DAY)

    assert circle.members.beside().count() == 30


def test_a_suppressed_address_looks_asked_gets_nothing_and_lapses(
    circle: Circle, now: dt.datetime
) -> None:
    Suppression.objects.add("quiet@example.net", now=now)
    asked = invited(circle, now=now, address="mina@example.net")
    quiet = invited(circle, now=now, address="quiet@example.net")

    may = {m.mailbox_id: invitation_may_leave(m, now) for m in Message.objects.all()}
    assert may == {asked.mailbox_id: Go(), quiet.mailbox_id: Drop()}

    assert Invitation.objects.lapse(now + 14 * DAY) == 2
    for member in (asked, quiet):
        member.refresh_from_db()
        assert (member.state, member.mailbox) == (Member.State.LAPSED, None)
    with pytest.raises(ValidationError) as one:
        invited(circle, now=now + 15 * DAY, address="mina@example.net")
    with pytest.raises(ValidationError) as other:
        invited(circle, now=now + 15 * DAY, address="quiet@example.net")
    assert str(one.value) == str(other.value)


def test_an_invitation_lapses_after_fourteen_days_and_its_address_is_gone(
    circle: Circle, now: dt.datetime
) -> None:
    member = invited(circle, now=now)

    assert Invitation.objects.lapse(now + 14 * DAY - dt.timedelta(seconds=1)) == 0
    assert Invitation.objects.lapse(now + 14 * DAY) == 1

    assert not Mailbox.objects.filter(key_id=circle.key_id, address_hash__isnull=False).exclude(
        pk=circle.person.mailbox_id
    )
    assert Invitation.objects.get().words == ""
    assert not member.accept(now + 14 * DAY)


def test_an_invitation_by_hand_writes_to_nobody_until_an_address_is_typed(
    circle: Circle, now: dt.datetime
) -> None:
    member = circle.invite_by_hand(
        name="Mina", kind="friend", label="", level="word", in_mail=True, words=WORDS, now=now
    )
    assert not Message.objects.exists()

    member.invitation.use("mina@example.net", language="en", now=now)
    member.invitation.use("other@example.net", language="en", now=now)

    assert Message.objects.get().mailbox.address == "mina@example.net"
    member.refresh_from_db()
    assert member.mailbox.address == "mina@example.net"


@pytest.mark.parametrize("typed", ["ada@example.org", "here@example.net"])
def test_a_link_by_hand_sends_nothing_to_the_person_or_to_somebody_already_there(
    circle: Circle, now: dt.datetime, typed: str
) -> None:
    there = beside(circle, now=now, address="here@example.net")
    before = Message.objects.count()
    member = circle.invite_by_hand(
        name="Lev", kind="friend", label="", level="word", in_mail=True, words=WORDS, now=now
    )

    member.invitation.use(typed, language="en", now=now)

    assert Message.objects.count() == before
    there.refresh_from_db()
    assert there.mailbox.address == "here@example.net"
    assert not member.invitation.can_be_used(now)


def test_somebody_who_went_quiet_can_come_by_a_link_of_their_own(
    circle: Circle, now: dt.datetime
) -> None:
    invited(circle, now=now, address="mina@example.net")
    later = now + 15 * DAY
    Invitation.objects.lapse(later)
    member = circle.invite_by_hand(
        name="Mina", kind="friend", label="", level="word", in_mail=True, words=WORDS, now=later
    )

    member.invitation.use("mina@example.net", language="en", now=later)

    assert invitation_may_leave(Message.objects.get(), later) == Go()
    assert member.accept(later)


def test_a_mistyped_address_can_be_corrected_once(circle: Circle, now: dt.datetime) -> None:
    member = invited(circle, now=now, address="mian@example.net")
    old_generation = member.generation
    assert member.can_be_corrected(now)

    member.correct("mina@example.net", now=now)

    assert [m.mailbox.address for m in Message.objects.all()] == ["mina@example.net"]
    assert member.generation > old_generation
    assert not member.can_be_corrected(now)


def test_a_bounced_address_may_be_asked_again_once(circle: Circle, now: dt.datetime) -> None:
    member = invited(circle, now=now, address="mina@example.net")
    member.mailbox.bounce(now=now)

    member.correct("mina@example.net", now=now)

    assert not member.has_bounced
    assert not member.can_be_corrected(now)


def test_a_correction_cannot_reach_an_address_that_was_asked_before(
    circle: Circle, now: dt.datetime
) -> None:
    asked = invited(circle, now=now, address="lev@example.net")
    asked.decline(now)
    member = invited(circle, now=now, address="mina@example.net")

    with pytest.raises(ValidationError):
        member.correct("lev@example.net", now=now)

    member.refresh_from_db()
    assert member.mailbox.address == "mina@example.net"
