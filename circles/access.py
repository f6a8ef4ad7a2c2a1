"""Who may come in by a link: the invitee, the member, and nobody who was removed."""

import datetime as dt
import uuid

from circles.models import Invitation, Member
from outbox import links
from outbox.links import Answering, Found, Link, Purpose
from outbox.models import Message

# The outbox forgets what it sent after this time, and a link to manage mail ends with it.
_HEARD_WITHIN = dt.timedelta(days=30)


def _invitation(public_id: uuid.UUID, now: dt.datetime) -> Found | None:
    found = Invitation.objects.with_member().filter(public_id=public_id).first()
    heard = _heard(found.member if found else None, now)
    if found is None or not found.opens(now, heard=heard) or not _is_here(found):
        return None
    return Found(found.member.generation, found)


def _by_hand(public_id: uuid.UUID, now: dt.datetime) -> Found | None:
    found = Invitation.objects.with_member().filter(public_id=public_id).first()
    if found is None or not found.can_be_used(now) or not _is_here(found):
        return None
    return Found(found.member.generation, found)


def _member(public_id: uuid.UUID, now: dt.datetime) -> Found | None:
    member = Member.objects.with_circle().filter(public_id=public_id).first()
    heard = _heard(member, now)
    there = {Member.State.ACCEPTED, Member.State.LEFT}
    if member is None or member.blocked_at or member.state not in there:
        return None
    alive = member.can_enter(now, heard=heard)
    if not alive and member.state == Member.State.LEFT:
        return None
    return Found(member.generation, member, alive=alive)


def _is_here(invitation: Invitation) -> bool:
    # Somebody who took their yes back asks nobody any more.
    return invitation.member.circle.person.is_here


def _heard(member: Member | None, now: dt.datetime) -> bool:
    # The same query whether or not there is anybody: a dead link tells nothing by its time.
    mailbox_id = member.mailbox_id if member else None
    sent = Message.objects.accepted().filter(mailbox_id=mailbox_id or 0)
    return sent.filter(sent_at__gt=now - _HEARD_WITHIN).exists()


def _stop(member: Member, now: dt.datetime) -> None:
    if member.state == Member.State.ACCEPTED and member.on_break_at is None:
        member.take_break(now)


# Yes, no and never are taps on a page; a mail in reply is answered with the way there.
_TO_LETTER = Answering(
    lambda invitation: invitation.member.mailbox,
    link=lambda invitation: Link("i", invitation.public_id, invitation.member.generation),
)
_TO_OWN_PAGE = Answering(lambda member: member.mailbox, link=lambda member: member.own_link)

INVITATION = Purpose("i", _invitation, "invitation", answers=_TO_LETTER)
BY_HAND = Purpose("j", _by_hand, "invitation_by_hand")
OWN_PAGE = Purpose("y", _member, "member_page", fresh=Member.send_own_page, answers=_TO_OWN_PAGE)
STOP = Purpose("u", _member, "member_stop", stop=_stop)

for _purpose in (INVITATION, BY_HAND, OWN_PAGE, STOP):
    links.register(_purpose)
