"""The asking mail: a hello at the person's own time. Rendered late, thousands at once."""

import datetime as dt
from collections.abc import Sequence

from django.db.models import Exists, OuterRef
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from checkins import cadence, emails_circle, moments
from checkins.models import Answer, CheckIn
from library.frames import Said
from outbox import kinds, mail
from outbox.kinds import Drop, Go, Kind, Verdict
from outbox.links import Link
from outbox.mail import Mail
from outbox.models import Message
from vault.models import Key

# The mails to the circle stand in a file of their own and register themselves.
__all__ = ["asking", "emails_circle", "may_all_leave", "render"]

# One after the other, so that no mail begins like the one before.
OPENINGS = (
    gettext_noop("A small hello, at your time."),
    gettext_noop("A quiet moment, if you want one."),
    gettext_noop("It is good that you are here."),
    gettext_noop("However today is, it may be said."),
    gettext_noop("No hurry. Take the time you need."),
    gettext_noop("One word is enough, and none is fine too."),
    gettext_noop("There is room here for what is so."),
    gettext_noop("You are welcome, just as you are."),
    gettext_noop("A friendly hello to your day."),
    gettext_noop("Here is a moment that is only yours."),
)


def opening(turn: int) -> str:
    """The warm line of this turn, in the language that is spoken just now."""
    return _(OPENINGS[turn % len(OPENINGS)])


def render(messages: Sequence[Message]) -> dict[int, Mail]:
    """The mails of a batch; a message whose check-in is gone has nothing to say."""
    Key.objects.open_many({message.key_id for message in messages})
    check_ins = CheckIn.objects.for_mail({message.subject for message in messages})
    found = {check_in.public_id: check_in for check_in in check_ins}
    return {
        message.pk: asking(found[message.subject])
        for message in messages
        if message.subject in found
    }


def asking(check_in: CheckIn) -> Mail:
    """The mail of one check-in."""
    person = check_in.person
    with translation.override(person.language):
        context = {
            "name": Said(person.called),
            "opening": opening(check_in.turn),
            "words": [str(label) for label in Answer.Word.labels],
            "again": Said(_again(check_in)),
        }
        return mail.compose(
            "mail/check_in_plain" if person.plain_mail else "mail/check_in",
            context,
            subject=_subject(check_in),
            language=person.language,
            country=person.country,
            links={
                "check_in": Link("c", check_in.public_id),
                "rhythm": Link("p", check_in.public_id),
            },
            unsubscribe=Link("p", check_in.public_id),
            reply_to=Link("c", check_in.public_id),
        )


def may_all_leave(messages: Sequence[Message], now: dt.datetime) -> dict[int, Verdict]:
    """Answered, skipped, closed or paused meanwhile: then nobody has to be asked any more."""
    answered = Answer.objects.filter(check_in=OuterRef("pk"))
    subjects = [message.subject for message in messages]
    asking = CheckIn.objects.still_asking(now).filter(~Exists(answered), public_id__in=subjects)
    wanted = set(asking.values_list("public_id", flat=True))
    return {one.pk: Go() if one.subject in wanted else Drop() for one in messages}


def _subject(check_in: CheckIn) -> str:
    person = check_in.person
    ours = _("You have a message") if person.plain_mail else _("A hello for you")
    return person.own_subject or ours


def _again(check_in: CheckIn) -> str:
    """When we say hello again, in words; empty when that cannot be known."""
    schedule = check_in.schedule
    if schedule is None:
        return ""
    try:
        following = cadence.next_moment(after=check_in.due_at, rhythm=schedule.rhythm)
        return moments.words(following.at, schedule.zone)
    except cadence.NoMoment:
        return ""


kinds.register(Kind("check_in", render, may_all_leave=may_all_leave))
