"""Who may come in by a link of this room: the person to their check-in, a member to a share."""

import datetime as dt
import uuid

from django.db.models import Exists, OuterRef

from accounts.models import Person
from checkins import by_mail, posting
from checkins.models import CheckIn, Feed, Schedule, Share
from checkins.models.feed import LETTER
from circles.access import OWN_PAGE
from outbox import links
from outbox.links import Found, Purpose
from outbox.models import Message

# A link to manage mail ends too; each new mail renews it.
_MANAGED_FOR = dt.timedelta(days=30)

# One query whatever is found: a dead link tells nothing by its time.


def _check_in(public_id: uuid.UUID, now: dt.datetime) -> Found | None:
    found = CheckIn.objects.behind(public_id)
    if found is None or not found.person.is_here:
        return None
    return Found(1, found, alive=found.is_open(now))


def _mails(public_id: uuid.UUID, now: dt.datetime) -> Found | None:
    found = CheckIn.objects.with_person().filter(public_id=public_id, asked=True).first()
    return Found(1, found, alive=now < found.due_at + _MANAGED_FOR) if found else None


def _stop(check_in: CheckIn, now: dt.datetime) -> None:
    """One click ends these mails until the person says; the rhythm itself is kept."""
    schedule = Schedule.objects.of(check_in.person)
    if schedule is not None and not (schedule.is_paused(now) and schedule.paused_until is None):
        schedule.pause(now=now)


def _share(public_id: uuid.UUID, now: dt.datetime) -> Found | None:
    share = Share.objects.behind(public_id)
    if share is None or not share.check_in.person.is_here:
        return None
    if not share.member.is_reading:
        return None
    return Found(share.member.generation, share, alive=now < share.link_ends_at())


def _member(public_id: uuid.UUID, now: dt.datetime) -> Found | None:
    found = OWN_PAGE.find(public_id, now)
    heard = found is not None and found.thing.is_reading and found.thing.circle.person.is_here
    return found if heard else None


def _letters(public_id: uuid.UUID, now: dt.datetime) -> Found | None:
    late = Message.objects.filter(
        mailbox=OuterRef("mailbox"), kind=posting.REPLY, sent_at__gt=now - _MANAGED_FOR
    )
    person = Person.objects.annotate(is_written_to=Exists(late)).filter(public_id=public_id).first()
    return Found(1, person, alive=person.is_written_to) if person else None


def _feed(public_id: uuid.UUID, now: dt.datetime) -> Found | None:
    found = Feed.objects.behind(public_id)
    return Found(1, found) if found is not None and found.person.is_here else None


CHECK_IN = Purpose("c", _check_in, "check_in_link", answers=by_mail.TO_CHECK_IN)
MAILS = Purpose("p", _mails, "mail_rhythm", stop=_stop)
SHARE = Purpose("s", _share, "share", fresh=Share.send_fresh_link, answers=by_mail.TO_SHARE)
# Only a one-click stop stands in a mail, no link to a page: those of the person ask for sign-in.
LETTERS = Purpose(
    "r", _letters, "mail_rhythm", stop=Person.stop_reply_mail, answers=by_mail.TO_LETTERS
)
# What a member says by answering a mail that brought nothing to answer to: a hello.
HELLO = Purpose("h", _member, page="", answers=by_mail.TO_PERSON)
# What calendar programs fetch; it opens no page.
FEED = Purpose(LETTER, _feed, page="")

for _purpose in (CHECK_IN, MAILS, SHARE, LETTERS, HELLO, FEED):
    links.register(_purpose)
