"""The kinds of mail between a person and their circle, and when they may leave."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence

from accounts.models import Person
from checkins import sharing
from checkins.models import Answer, Reply, Share
from circles.models import Member
from outbox import kinds
from outbox.emails import written
from outbox.kinds import Drop, Go, Verdict, Wait
from outbox.models import Message

# Who has just written is awake, whatever the quiet hours say.
_AWAKE = dt.timedelta(hours=1)


def may_all_leave(messages: Sequence[Message], now: dt.datetime) -> dict[int, Verdict]:
    """Not to somebody who left, was paused or rests; not in their quiet hours."""
    boxes = {message.mailbox_id for message in messages}
    members = {one.mailbox_id: one for one in Member.objects.beside().at(boxes)}
    shown = _shown({message.dedupe_key for message in messages}, members.values())
    return {
        message.pk: _may_leave(message, members[message.mailbox_id], now)
        if message.mailbox_id in members and shown.get(message.dedupe_key, True)
        else Drop()
        for message in messages
    }


def reply_may_leave(message: Message, now: dt.datetime) -> Verdict:
    """Only while the person wants mails about what their circle writes."""
    person = Person.objects.filter(mailbox=message.mailbox_id).first()
    wanted = person is not None and person.reply_mail != Person.ReplyMail.NONE
    return Go() if wanted else Drop()


def _shown(keys: Collection[str], members: Iterable[Member]) -> dict[str, bool]:
    """By message, whether anything it brings is still given; a mail without shares is not in it."""
    shown: dict[str, bool] = {}
    known = {member.pk: member for member in members}
    # To the others nothing leaves anyway. Five members share one answer: read once for all of them.
    shares = [one for one in Share.objects.in_messages(keys) if one.member_id in known]
    answers = Answer.objects.deciding([share.check_in_id for share in shares])
    for share in shares:
        answer = answers.get(share.check_in_id)
        is_given = sharing.is_given(share, known[share.member_id], answer)
        shown[share.message_key] = shown.get(share.message_key, False) or is_given
    return shown


def _may_leave(message: Message, member: Member, now: dt.datetime) -> Verdict:
    until = member.quiet_until(now)
    if until <= now or _may_disturb(message, member, now):
        return Go()
    return Wait(until)


def _may_disturb(message: Message, member: Member, now: dt.datetime) -> bool:
    if message.lane != Message.Lane.NOW:
        return False
    if member.now_in_quiet_hours:
        return True
    answer = Reply.objects.filter(public_id=message.subject).select_related("answers").first()
    asked = answer.answers if answer else None
    return asked is not None and now - asked.made_at <= _AWAKE


kinds.register(kinds.Kind("share", render=written, may_all_leave=may_all_leave))
kinds.register(kinds.Kind("reply", render=written, may_leave=reply_may_leave))
