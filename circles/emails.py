"""The kinds of mail this room sends: to invitees, to members, and news of the circle."""

import datetime as dt

from circles.models import Invitation, Member
from outbox import kinds
from outbox.emails import written
from outbox.kinds import Drop, Go, Wait
from outbox.models import Message, Suppression

# While moderators have stopped invitations, each is asked again after this time.
_A_WHILE = dt.timedelta(hours=6)


def invitation_may_leave(message: Message, now: dt.datetime) -> Go | Wait | Drop:
    """Only while it can be answered, and never to an address that asked for peace.

    To the person it looks the same either way: such an invitation lapses like any other.
    """
    found = Invitation.objects.with_member().filter(public_id=message.subject).first()
    if found is None or not found.is_open(now):
        return Drop()
    if found.member.circle.invitations_stopped_at is not None:
        return Wait(now + _A_WHILE)
    return Drop() if Suppression.objects.holds(message.mailbox.address) else Go()


def own_page_may_leave(message: Message, now: dt.datetime) -> Go | Wait | Drop:
    """Only to somebody who is still a member. They asked for it, so quiet hours do not count."""
    there = Member.objects.accepted().filter(public_id=message.subject).exists()
    return Go() if there else Drop()


def lost_may_leave(message: Message, now: dt.datetime) -> Go | Wait | Drop:
    """Only while mail to somebody still comes back."""
    still = Member.objects.lost().filter(circle__public_id=message.subject).exists()
    return Go() if still else Drop()


def told_more_may_leave(message: Message, now: dt.datetime) -> Go | Wait | Drop:
    """At once: it is for the person alone."""
    return Go()


kinds.register(kinds.Kind("told_more", render=written, may_leave=told_more_may_leave))
kinds.register(kinds.Kind("lost", render=written, may_leave=lost_may_leave))
kinds.register(kinds.Kind("invitation", render=written, may_leave=invitation_may_leave))
kinds.register(kinds.Kind("own_page", render=written, may_leave=own_page_may_leave))
