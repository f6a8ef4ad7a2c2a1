"""The mails between a person and their circle: one at once, or gathered into the one that waits."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from checkins import letters
from outbox import mail
from outbox.models import Message

if TYPE_CHECKING:
    from checkins.models import Reply, Share
    from circles.models import Member
    from outbox.models import Mailbox

SHARE, REPLY = "share", "reply"
# A mail that says it all waits this long, so that a slip can be taken back.
A_MINUTE = dt.timedelta(minutes=1)
# A first answer by link from an unknown browser: some mail scanners press buttons.
TEN_MINUTES = dt.timedelta(minutes=10)
# After the first mail about a reply, later ones are gathered for so long.
GATHER = dt.timedelta(hours=3)
# News of this age is of no use any more.
LASTS = dt.timedelta(days=3)


@dataclass(frozen=True)
class Timing:
    """When the mails of one answer may leave."""

    now: dt.datetime
    wait: dt.timedelta = dt.timedelta(0)
    # "Tell them now": these members' mails wait for nothing but quiet hours.
    at_once: frozenset[int] = frozenset()
    # Told of a really hard day just now: a mail of their own, even after an earlier one.
    told: frozenset[int] = frozenset()
    # Heard only a hello so far: there was no page behind it, so more needs a mail.
    greeted: frozenset[int] = frozenset()

    def earliest(self, share: "Share") -> dt.datetime:
        """When the mail with this share may leave, quiet hours and weekly limit aside."""
        tapped = share.member_id in self.at_once
        given = share.given
        slip = A_MINUTE if given and given.in_full and not tapped else dt.timedelta(0)
        return self.now + max(self.wait, slip)


def carrier(share: "Share") -> Message | None:
    """The message that brings this share, in whatever state it is."""
    if not share.message_key:
        return None
    return Message.objects.filter(dedupe_key=share.message_key).first()


def left_at(share: "Share") -> dt.datetime | None:
    """When the mail with this share left, or was made if it still waits."""
    message = carrier(share)
    return (message.sent_at or message.made_at) if message else None


def carry(share: "Share", timing: Timing) -> None:
    """See that a mail brings this share; one that has left already is not sent again."""
    if share.hidden_at is not None:
        return
    message = carrier(share)
    if share.member_id in timing.told:
        withdraw(share, now=timing.now)
        _post_alone(share, timing)
    elif message is None or message.state == Message.State.ENDED:
        _post(share, timing)
    elif message.state == Message.State.WAITING and _renew(message, share, timing):
        return
    elif share.member_id in timing.greeted:
        _post(share, timing)


def hurry(share: "Share", *, now: dt.datetime) -> None:
    """Tell them now: the mail waits for no weekly limit; quiet hours are asked at the door."""
    message = carrier(share)
    if message is not None and message.state == Message.State.WAITING:
        _renew(message, share, Timing(now=now, at_once=frozenset({share.member_id})))


def cut_short(share: "Share", *, now: dt.datetime) -> None:
    """Send it now: a human pressed the button, so nobody waits for the ten minutes any more."""
    message = carrier(share)
    if message is not None and is_short_wait(message, now):
        Message.objects.rewrite(message.dedupe_key, not_before=now)
        share.member.move_routine(message.not_before, now)


def is_short_wait(message: Message, now: dt.datetime) -> bool:
    """Whether the mail waits for a slip or a human, not for its turn in the week."""
    waiting = message.state == Message.State.WAITING
    return waiting and now < message.not_before <= now + TEN_MINUTES


def withdraw(share: "Share", *, now: dt.datetime) -> None:
    """Take the share out of the mail that waits; a mail with nothing left to say does not leave."""
    message = carrier(share)
    if message is None or message.state in {Message.State.SENT, Message.State.ENDED}:
        return
    others = [one for one in _carried(share) if one.pk != share.pk]
    if not others:
        share.put_into("")
        Message.objects.cancel(subject=message.subject, now=now)
        share.member.unplan_routine(message.not_before)
    elif message.state == Message.State.WAITING:
        share.put_into("")
        body = mail.to_body(_mail(others, leaves_at=message.not_before))
        Message.objects.rewrite(message.dedupe_key, body=body, subject=others[0].public_id)


def send_again(share: "Share", *, now: dt.datetime) -> None:
    """A mail with a fresh link and no words, to a member whose link has ended."""
    together = list(share.member.shares.in_one_mail(share))
    key = f"{SHARE}:{uuid.uuid4().hex}"
    Message.objects.post(
        kind=SHARE,
        lane=Message.Lane.NOW,
        mailbox=_mailbox(share.member),
        key_id=share.key_id,
        subject=share.public_id,
        dedupe_key=key,
        body=mail.to_body(letters.fresh_link(share)),
        now=now,
        expires_at=now + LASTS,
        why=SHARE,
    )
    for one in together:
        one.put_into(key)


def preview(share: "Share", timing: Timing) -> mail.Texts | None:
    """The exact mail this share would travel in, with dead links; nothing is saved.

    None where ``carry`` would send none.
    """
    if not _is_carried(share, timing):
        return None
    told = share.member_id in timing.told
    waiting = None if told or share.member.wants_each else _waiting_for(share.member)
    if waiting is None:
        turn = timing.now if told else share.member.next_routine(timing.now)
        return mail.preview(_mail([share], leaves_at=max(turn, timing.earliest(share))))
    gathered = share.member.shares.in_message(waiting.dedupe_key)
    earlier = [one for one in gathered if one.check_in_id != share.check_in_id and one.given]
    return mail.preview(_mail([share, *earlier], leaves_at=waiting.not_before))


def _is_carried(share: "Share", timing: Timing) -> bool:
    message = carrier(share)
    may_go = message is None or message.state in {Message.State.WAITING, Message.State.ENDED}
    anew = share.member_id in timing.told | timing.greeted
    return share.hidden_at is None and (may_go or anew)


def _post(share: "Share", timing: Timing) -> None:
    member = share.member
    if member.pk in timing.at_once or member.wants_each:
        _post_alone(share, timing)
    elif not _gather(share, timing):
        moment = max(member.next_routine(timing.now), timing.earliest(share))
        _send(share, moment, timing, lane=Message.Lane.SOON)
        member.note_routine(moment)


def _gather(share: "Share", timing: Timing) -> bool:
    """Put it into the mail that waits; False where none does, or it is leaving just now."""
    waiting = _waiting_for(share.member)
    if waiting is None:
        return False
    share.put_into(waiting.dedupe_key)
    return _renew(waiting, share, timing)


def _post_alone(share: "Share", timing: Timing) -> None:
    at_once = share.member_id in timing.told | timing.at_once
    lane = Message.Lane.NOW if at_once else Message.Lane.SOON
    _send(share, timing.earliest(share), timing, lane=lane)


def _send(share: "Share", moment: dt.datetime, timing: Timing, *, lane: str) -> None:
    key = f"{SHARE}:{uuid.uuid4().hex}"
    Message.objects.post(
        kind=SHARE,
        lane=lane,
        mailbox=_mailbox(share.member),
        key_id=share.key_id,
        subject=share.public_id,
        dedupe_key=key,
        body=mail.to_body(_mail([share], leaves_at=moment)),
        now=timing.now,
        not_before=moment,
        expires_at=moment + LASTS,
        why=SHARE,
    )
    share.put_into(key)


def _renew(message: Message, share: "Share", timing: Timing) -> bool:
    """Write the waiting mail anew; False when it is leaving this very moment, as it was."""
    moment, lane = max(message.not_before, timing.earliest(share)), message.lane
    if share.member_id in timing.at_once:
        moment, lane = timing.earliest(share), Message.Lane.NOW
    carried = _carried(share)
    is_renewed = Message.objects.rewrite(
        message.dedupe_key,
        body=mail.to_body(_mail(carried, leaves_at=moment)),
        not_before=moment,
        subject=carried[0].public_id,
        lane=lane,
    )
    if is_renewed and lane == Message.Lane.SOON:
        share.member.move_routine(message.not_before, moment)
    return is_renewed


def _mailbox(member: "Member") -> "Mailbox":
    # Only members who said yes are written to, and the database holds that they have a mailbox.
    assert member.mailbox is not None
    return member.mailbox


def _waiting_for(member: "Member") -> Message | None:
    """The routine mail that waits for this member, to gather into."""
    waiting = Message.objects.filter(
        mailbox=member.mailbox_id, kind=SHARE, lane=Message.Lane.SOON, state=Message.State.WAITING
    )
    keys = member.shares.exclude(message_key="").values("message_key")
    return waiting.filter(dedupe_key__in=keys).order_by("not_before").last()


def _carried(share: "Share") -> list["Share"]:
    """What the mail with this share has to say just now, the newest first."""
    together = share.member.shares.in_one_mail(share)
    shares = [share if one.pk == share.pk else one for one in together]
    return [one for one in shares if one.given is not None]


def _mail(shares: list["Share"], *, leaves_at: dt.datetime) -> mail.Mail:
    member = shares[0].member
    return letters.share_mail(shares, leaves_at=member.quiet_until(leaves_at))


def tell_person(reply: "Reply", *, now: dt.datetime) -> None:
    """Mail the person that somebody wrote: the first at once, later ones gathered for a while."""
    person = reply.member.circle.person
    if person.reply_mail == person.ReplyMail.NONE or person.mailbox is None:
        return
    mine = Message.objects.filter(mailbox=person.mailbox_id, kind=REPLY)
    last = mine.exclude(state=Message.State.ENDED).order_by("not_before").last()
    if last is not None and last.state == Message.State.WAITING:
        reply.put_into(last.dedupe_key)
        if _renew_notice(last.dedupe_key, _told_together(reply)):
            return
    slip = A_MINUTE if person.reply_mail == person.ReplyMail.WORDS else dt.timedelta(0)
    gathered = last.not_before + GATHER if last else now
    moment = max(now + slip, gathered)
    reply.put_into(f"{REPLY}:{reply.public_id}")
    _send_reply(reply, letters.notice([reply]), person.mailbox, kind=REPLY, now=now, moment=moment)


def tell_member(answer: "Reply", *, now: dt.datetime) -> None:
    """Mail a member what the person answered to them."""
    member = answer.member
    slip = A_MINUTE if answer.words and member.in_mail else dt.timedelta(0)
    answer.put_into(f"{SHARE}:{answer.public_id}")
    _send_reply(answer, letters.person_answer(answer), _mailbox(member), now=now, moment=now + slip)


def tell_it_helped(reply: "Reply", *, now: dt.datetime) -> None:
    """Mail a member that their words helped; the second time on one day is told on the page."""
    member = reply.member
    if not member.is_beside:
        return
    day = member.circle.person.today(now)
    _send_reply(
        reply,
        letters.it_helped(reply),
        _mailbox(member),
        key=f"helped:{member.public_id}:{day}",
        now=now,
        lane=Message.Lane.SOON,
    )


def withdraw_reply(reply: "Reply", *, now: dt.datetime) -> None:
    """Take a reply out of the mail that waits."""
    others = [one for one in _told_together(reply) if one.pk != reply.pk]
    if others:
        _renew_notice(reply.message_key, others)
    else:
        Message.objects.cancel(subject=reply.public_id, now=now)


def _renew_notice(key: str, replies: list["Reply"]) -> bool:
    body = mail.to_body(letters.notice(replies))
    return Message.objects.rewrite(key, body=body, subject=replies[-1].public_id)


def _told_together(reply: "Reply") -> list["Reply"]:
    if not reply.message_key:
        return []
    return list(type(reply).objects.in_message(reply.message_key))


def _send_reply(
    reply: "Reply",
    written: mail.Mail,
    mailbox: "Mailbox",
    *,
    now: dt.datetime,
    moment: dt.datetime | None = None,
    kind: str = SHARE,
    key: str = "",
    lane: str = Message.Lane.NOW,
) -> None:
    Message.objects.post(
        kind=kind,
        lane=lane,
        mailbox=mailbox,
        key_id=reply.key_id,
        subject=reply.public_id,
        dedupe_key=key or reply.message_key,
        body=mail.to_body(written),
        now=now,
        not_before=moment or now,
        expires_at=(moment or now) + LASTS,
        why=kind,
    )
