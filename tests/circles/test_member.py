"""What a member can do, what can be done to them, and what each of it ends."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from circles.models import Circle, Member
from outbox.models import Mailbox, Message, Suppression
from tests import factories
from tests.circles.people import beside, invited

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
MINA = "mina@example.net"


def invited_twice(circle: Circle, now: dt.datetime) -> list[Member]:
    """One and the same Mina, asked in two circles that know nothing of each other."""
    other = Circle.objects.of(factories.person(name="Bo"))
    return [invited(one, now=now, address=MINA) for one in (circle, other)]


def waiting(member: Member, *, now: dt.datetime, key: str = "one") -> Message:
    """A mail to the member that has not left yet."""
    message = Message.objects.post(
        kind="share",
        mailbox=member.mailbox,
        key_id=member.key_id,
        subject=member.public_id,
        dedupe_key=f"{key}:{member.pk}",
        body={"text": "I am tired today"},
        now=now,
        expires_at=now + DAY,
    )
    assert message is not None
    return message


def is_cancelled(message: Message) -> bool:
    message.refresh_from_db()
    return message.reason == Message.Reason.CANCELLED and not message.body


def test_beside_are_those_an_answer_can_reach(circle: Circle, now: dt.datetime) -> None:
    there = beside(circle, now=now)
    paused, on_break, left = (beside(circle, now=now) for _ in range(3))
    paused.pause(now)
    on_break.take_break(now)
    left.leave(now)
    invited(circle, now=now + DAY)

    assert list(circle.members.beside()) == [there]
    assert circle.members.accepted().count() == 3


def test_yes_counts_once(circle: Circle, now: dt.datetime) -> None:
    member = invited(circle, now=now)

    assert member.accept(now)
    assert not Member.objects.get(pk=member.pk).accept(now + HOUR)

    member.refresh_from_db()
    assert (member.accepted_at, member.invitation.said) == (now, "yes")


def test_no_can_be_undone_for_a_day_and_then_the_address_is_gone(
    circle: Circle, now: dt.datetime
) -> None:
    member = invited(circle, now=now)
    member.decline(now)
    assert Member.objects.forget_addresses(now + DAY - HOUR) == 0
    member.undo_decline(now + HOUR)
    assert member.invitation.is_open(now + HOUR)

    member.decline(now + 2 * HOUR)
    mailbox_id = member.mailbox_id
    assert Member.objects.forget_addresses(now + DAY + 2 * HOUR) == 1

    assert not Mailbox.objects.filter(pk=mailbox_id).exists()
    member.refresh_from_db()
    assert member.mailbox is None


def test_never_is_kept_as_a_code_and_can_be_undone(circle: Circle, now: dt.datetime) -> None:
    member = invited(circle, now=now, address="mina@example.net")
    member.decline(now, never=True)
    assert Suppression.objects.holds("mina@example.net")

    member.undo_decline(now + HOUR)
    assert not Suppression.objects.holds("mina@example.net")


@pytest.mark.parametrize("first", ["here", "there"])
def test_a_never_said_in_two_circles_is_over_only_once_both_are_undone(
    circle: Circle, now: dt.datetime, first: str
) -> None:
    both = invited_twice(circle, now)
    if first == "there":
        both.reverse()
    for hours, member in enumerate(both):
        member.decline(now + hours * HOUR, never=True)

    both[0].undo_decline(now + 2 * HOUR)
    assert Suppression.objects.holds(MINA)
    both[1].undo_decline(now + 3 * HOUR)
    assert not Suppression.objects.holds(MINA)


def test_a_never_outlives_the_address_it_was_said_with(circle: Circle, now: dt.datetime) -> None:
    here, there = invited_twice(circle, now)
    there.decline(now, never=True)
    assert Member.objects.forget_addresses(now + DAY) == 1

    here.decline(now + DAY, never=True)
    here.undo_decline(now + DAY + HOUR)

    assert Suppression.objects.holds(MINA)


def test_no_and_never_look_the_same_to_the_person(circle: Circle, now: dt.datetime) -> None:
    no, never = invited(circle, now=now), invited(circle, now=now)
    no.decline(now)
    never.decline(now, never=True)

    assert no.state == never.state == Member.State.DECLINED


def test_removing_cancels_what_waits_and_ends_every_link(circle: Circle, now: dt.datetime) -> None:
    member, other = beside(circle, now=now), beside(circle, now=now)
    to_member, to_other = waiting(member, now=now), waiting(other, now=now)
    generation = member.generation

    member.remove(now)

    assert is_cancelled(to_member)
    assert not is_cancelled(to_other)
    assert member.generation == generation + 1
    assert member not in circle.members.shown()


def test_removing_takes_an_unsent_invitation_back(circle: Circle, now: dt.datetime) -> None:
    member = invited(circle, now=now)
    member.remove(now)

    assert Message.objects.get().reason == Message.Reason.CANCELLED
    assert not member.accept(now)


def test_removal_and_what_it_ends_are_one_transaction(circle: Circle, now: dt.datetime) -> None:
    member = beside(circle, now=now)
    message = waiting(member, now=now)

    with transaction.atomic():
        member.remove(now)
        transaction.set_rollback(True)

    member.refresh_from_db()
    assert member.state == Member.State.ACCEPTED
    assert not is_cancelled(message)


@pytest.mark.parametrize(
    ("change", "ends"),
    [
        ({"level": "hello"}, True),
        ({"level": "ask"}, True),
        ({"level": "words"}, False),
        ({"in_mail": False}, True),
        ({"label": "my big sister"}, False),
        ({"named_for_hard_days": False}, True),
    ],
)
def test_hearing_less_ends_what_waits_and_hearing_more_does_not(
    circle: Circle, now: dt.datetime, change: dict[str, object], ends: bool
) -> None:
    member = beside(circle, now=now, level="word", in_mail=True)
    member.change(named_for_hard_days=True, now=now)
    message, generation = waiting(member, now=now), member.generation

    member.change(**change, now=now)

    assert is_cancelled(message) is ends
    assert (member.generation > generation) is ends


def test_changing_a_pending_member_leaves_the_invitation_alone(
    circle: Circle, now: dt.datetime
) -> None:
    member = invited(circle, now=now, level="words")
    member.change(level="hello", label="", now=now)

    assert Message.objects.get().state == Message.State.WAITING


def test_only_the_persons_own_choices_can_be_changed(circle: Circle, now: dt.datetime) -> None:
    member = beside(circle, now=now)
    with pytest.raises(TypeError):
        member.change(state="removed", now=now)


def test_a_pause_ends_what_waits_and_resume_brings_only_new_things(
    circle: Circle, now: dt.datetime
) -> None:
    member = beside(circle, now=now)
    message, generation = waiting(member, now=now), member.generation

    member.pause(now)
    member.resume(now + HOUR)

    assert is_cancelled(message)
    assert member.generation > generation
    assert member in circle.members.beside()


def test_a_break_ends_what_waits_and_return_brings_back(circle: Circle, now: dt.datetime) -> None:
    member = beside(circle, now=now, name="Mina")
    message = waiting(member, now=now)

    member.take_break(now)

    assert is_cancelled(message)
    assert member.away_text == "Mina is taking a break"
    member.return_(now + 40 * DAY)
    assert member in circle.members.beside()


def test_leaving_looks_like_a_break_and_can_be_undone(circle: Circle, now: dt.datetime) -> None:
    on_break, gone = beside(circle, now=now), beside(circle, now=now)
    on_break.take_break(now, "Mina has a lot on just now")
    gone.leave(now, "Mina has a lot on just now", never=True)

    assert (on_break.is_away, on_break.away_text) == (gone.is_away, gone.away_text)
    assert Suppression.objects.holds(gone.mailbox.address)
    gone.return_(now + HOUR)
    assert gone in circle.members.beside()
    assert not Suppression.objects.holds(gone.mailbox.address)


def test_coming_back_from_a_plain_goodbye_leaves_a_never_said_elsewhere(
    circle: Circle, now: dt.datetime
) -> None:
    address = "mina@example.net"
    here = beside(circle, now=now, address=address)
    other = Circle.objects.of(factories.person(name="Bo"))
    invited(other, now=now, address=address).decline(now, never=True)

    here.leave(now)
    here.return_(now + HOUR)

    assert here in circle.members.beside()
    assert Suppression.objects.holds(address)


def test_a_day_after_leaving_the_address_and_what_the_member_said_are_gone(
    circle: Circle, now: dt.datetime
) -> None:
    member = beside(circle, now=now, address="mina@example.net")
    member.answers_when = "in the evening"
    member.save()
    member.leave(now)

    Member.objects.forget_addresses(now + DAY)

    member.refresh_from_db()
    assert (member.mailbox, member.answers_when) == (None, "")
    assert not Mailbox.objects.of_address("mina@example.net").exists()


def test_rows_that_never_said_yes_are_forgotten_and_others_stay_with_their_words(
    circle: Circle, now: dt.datetime
) -> None:
    declined, removed = invited(circle, now=now), invited(circle, now=now)
    was_there = beside(circle, now=now)
    declined.decline(now)
    removed.remove(now)
    was_there.remove(now)

    assert list(Member.objects.to_forget(now + DAY)) == [removed]
    assert set(Member.objects.to_forget(now + 31 * DAY)) == {declined, removed}


def test_an_accepted_member_cannot_be_without_a_mailbox(circle: Circle, now: dt.datetime) -> None:
    member = beside(circle, now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Member.objects.filter(pk=member.pk).update(mailbox=None)


def test_two_routine_mails_in_seven_days(circle: Circle, now: dt.datetime) -> None:
    member = beside(circle, now=now)
    assert member.next_routine(now) == now
    member.note_routine(now)
    second = now + DAY
    assert member.next_routine(second) == second
    member.note_routine(second)

    third = member.next_routine(now + 2 * DAY)
    assert third == now + 7 * DAY
    member.note_routine(third)
    # what comes meanwhile is gathered into the mail that is already planned
    assert member.next_routine(now + 3 * DAY) == third
    assert member.next_routine(third + HOUR) == second + 7 * DAY


def test_a_member_can_want_each_one(circle: Circle, now: dt.datetime) -> None:
    member = beside(circle, now=now)
    member.wants_each = True
    for day in range(5):
        assert member.next_routine(now + day * DAY) == now + day * DAY
        member.note_routine(now + day * DAY)


def test_a_routine_mail_taken_back_before_it_left_counts_for_nothing(
    circle: Circle, now: dt.datetime
) -> None:
    member = beside(circle, now=now)
    member.note_routine(now)
    member.note_routine(now + HOUR)
    member.unplan_routine(member.routine_at)

    assert member.next_routine(now + 2 * HOUR) == now + 2 * HOUR
    for number in range(2):
        member.note_routine(now + number * HOUR)
    member.note_routine(member.next_routine(now + DAY))
    member.unplan_routine(member.routine_at)
    assert member.next_routine(now + DAY) == now + 7 * DAY


def test_routine_and_now_wait_for_the_quiet_hours(circle: Circle, now: dt.datetime) -> None:
    member = beside(circle, now=now)
    night = now.replace(hour=22)
    morning = night.replace(hour=7) + DAY  # 08:00 in Berlin

    assert member.next_routine(night) == member.next_now(night) == morning
    member.now_in_quiet_hours = True
    assert member.next_now(night) == night
    assert member.next_routine(night) == morning


def test_a_hard_day_is_told_to_exactly_the_named(circle: Circle, now: dt.datetime) -> None:
    named, other = beside(circle, now=now), beside(circle, now=now)

    circle.set_hard_days(
        rule="tell", forms={named.pk: (True, True), other.pk: (False, False)}, now=now
    )

    assert list(circle.members.beside().named_for_hard_days()) == [named]
    named.pause(now)
    assert not circle.members.beside().named_for_hard_days().exists()
