"""What each member gets and what was sent to them, as the person may see it."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from circles.models import Member
from outbox.models import Message

_KINDS = {
    "invitation": _("the invitation"),
    "own_page": _("a link to their own page"),
    "share": _("what you shared"),
}


@dataclass(frozen=True)
class Sent:
    """One mail to a member: what it was and on which day. Never whether it was read."""

    what: str
    on: dt.date


@dataclass(frozen=True)
class Card:
    """A member as the Circle page shows them."""

    member: Member
    standing: str
    sent: list[Sent]
    can_be_corrected: bool

    @property
    def waits(self) -> bool:
        """Whether the invitation has no yes yet."""
        return self.standing in {"invited", "by_hand", "lapsed", "declined", "bounced"}

    @property
    def is_over(self) -> bool:
        """Whether the invitation ended without a yes: nothing goes there any more."""
        return self.standing in {"lapsed", "declined"}

    @property
    def last(self) -> Sent | None:
        """The last thing sent."""
        return self.sent[0] if self.sent else None


def cards(person: Person, now: dt.datetime, *, most: int) -> list[Card]:
    """Everybody on the Circle page; two queries however many they are."""
    members = list(Member.objects.visible_to(person).with_invitation())
    sent = _sent(person, [member for member in members if _tells(member)])
    return [_card(member, sent[member.mailbox_id][:most], now) for member in members]


def card(member: Member, now: dt.datetime) -> Card:
    """One member the same way."""
    sent = _sent(member.circle.person, [member] if _tells(member) else [])
    return _card(member, sent[member.mailbox_id][:10], now)


def standing(member: Member, now: dt.datetime) -> str:
    """How it stands, in one word for the templates."""
    if member.state == Member.State.INVITED:
        return _waiting(member, now)
    if member.state in {Member.State.DECLINED, Member.State.LAPSED}:
        return str(member.state)
    if member.is_away:
        return "away"
    if member.blocked_at is not None:
        return "blocked"
    if member.paused_at is not None:
        return "paused"
    return "lost" if member.has_bounced else "beside"


def _card(member: Member, sent: list[Sent], now: dt.datetime) -> Card:
    return Card(member, standing(member, now), sent, member.can_be_corrected(now))


def _waiting(member: Member, now: dt.datetime) -> str:
    if member.invitation.expires_at <= now:
        return "lapsed"
    if member.has_bounced:
        return "bounced"
    invitation = member.invitation
    by_hand = invitation.way == invitation.Way.SELF and invitation.used_at is None
    return "by_hand" if by_hand else "invited"


def _tells(member: Member) -> bool:
    # Not before a yes: an invitation that could not be sent looks like one that was. And not while
    # away: a break and a goodbye look the same, and after a goodbye nothing is kept.
    return member.state == Member.State.ACCEPTED and not member.is_away


def _sent(person: Person, members: list[Member]) -> dict[int | None, list[Sent]]:
    mailboxes = [member.mailbox_id for member in members]
    sent = Message.objects.accepted().filter(mailbox__in=mailboxes)
    # The rest is between them and us: what moderators write would tell who reported, an honest
    # answer to a mail that they wrote one.
    rows = sent.filter(kind__in=_KINDS).order_by("-sent_at")
    found: dict[int | None, list[Sent]] = defaultdict(list)
    for mailbox_id, kind, sent_at in rows.values_list("mailbox_id", "kind", "sent_at"):
        if sent_at is not None:
            found[mailbox_id].append(Sent(str(_KINDS[kind]), person.local(sent_at).date()))
    return found
