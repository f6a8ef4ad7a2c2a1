"""The kinds of mail between a person and their circle, and when they may leave."""

import datetime as dt

from accounts.models import Person
from checkins.models import Reply, Share
from circles.models import Member
from outbox import kinds
from outbox.emails import written
from outbox.kinds import Drop, Go, Wait
from outbox.models import Message

# Who has just written is awake, whatever the quiet hours say.
_AWAKE = dt.timedelta(hours=1)


def may_leave(message: Message, now: dt.datetime) -> Go | Wait | Drop:
    """Not to somebody who left, was paused or rests; not in their quiet hours."""
    member = Member.objects.beside().filter(mailbox=message.mailbox_id).first()
    if member is None or not _wanted(message):
        return Drop()
    until = member.quiet_until(now)
    if until <= now or _may_disturb(message, member, now):
        return Go()
    return Wait(until)


def reply_may_leave(message: Message, now: dt.datetime) -> Go | Wait | Drop:
    """Only while the person wants mails about what their circle writes."""
    person = Person.objects.filter(mailbox=message.mailbox_id).first()
    wanted = person is not None and person.reply_mail != Person.ReplyMail.NONE
    return Go() if wanted else Drop()


def _wanted(message: Message) -> bool:
    shares = list(Share.objects.in_message(message.dedupe_key))
    return not shares or any(share.is_shown() for share in shares)


def _may_disturb(message: Message, member: Member, now: dt.datetime) -> bool:
    if message.lane != Message.Lane.NOW:
        return False
    if member.now_in_quiet_hours:
        return True
    answer = Reply.objects.filter(public_id=message.subject).select_related("answers").first()
    asked = answer.answers if answer else None
    return asked is not None and now - asked.made_at <= _AWAKE


kinds.register(kinds.Kind("share", render=written, may_leave=may_leave))
kinds.register(kinds.Kind("reply", render=written, may_leave=reply_may_leave))
