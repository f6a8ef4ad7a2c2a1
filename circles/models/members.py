"""Words for choosing members: of a person, beside them, named, over."""

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from accounts.models import Person
from circles.models.invitation import UNDO_LASTS
from outbox.models import Mailbox

if TYPE_CHECKING:
    from circles.models.member import Member  # noqa: F401 - named in the base class below

# What ``Member.is_reading`` and ``is_beside`` ask.
READING = ("state", "paused_at", "blocked_at", "on_break_at")
# Sealed words of a member that stand on pages of their own.
_LONG = ("answers_when", "away_words", "first_word")
_OF_LATE = dt.timedelta(days=1)
_ENDED_ROW_LASTS = dt.timedelta(days=30)


class MemberQuerySet(models.QuerySet["Member"]):
    def with_circle(self) -> "MemberQuerySet":
        """Together with the circle, its person and the mailbox, in one query."""
        return self.select_related("circle__person", "mailbox")

    def standing(self) -> "MemberQuerySet":
        """With no more than what tells whether words reach either side now, in one query."""
        theirs = [f"circle__person__{name}" for name in Person.HERE]
        return self.select_related("circle__person").only(*READING, *theirs)

    def of(self, person: Person) -> "MemberQuerySet":
        """The members of a person's own circle, and of nobody else's."""
        return self.filter(circle__person=person)

    def visible_to(self, person: Person) -> "MemberQuerySet":
        """The members a person sees and changes, with what their cards say; nobody else's."""
        return self.of(person).with_circle().shown()

    def with_invitation(self) -> "MemberQuerySet":
        """Together with the invitation, and as ``asked_at`` when it was made."""
        return self.select_related("invitation").annotate(asked_at=F("invitation__made_at"))

    def said_yes(self) -> "MemberQuerySet":
        """Members who said yes, also those who left since: to the person they look the same."""
        return self.filter(state__in=["accepted", "left"]).order_by("pk")

    def accepted(self) -> "MemberQuerySet":
        """Members who said yes and are still there."""
        return self.filter(state="accepted")

    def beside(self) -> "MemberQuerySet":
        """Members whom an answer can reach now: accepted, not paused, blocked or on a break."""
        rests = Q(paused_at=None, on_break_at=None, blocked_at=None)
        return self.accepted().filter(rests).order_by("pk")

    def at(self, mailboxes: Collection[int | None]) -> "MemberQuerySet":
        """The members behind these mailboxes, with what decides when a mail may leave to them."""
        hours = ("zone", "quiet_from", "quiet_to", "now_in_quiet_hours")
        levels = ("level", "in_mail", "hard_day_in_mail")
        return self.filter(mailbox__in=mailboxes).only("mailbox", *hours, *levels)

    def pending(self, now: dt.datetime) -> "MemberQuerySet":
        """Members who have not answered their invitation and still can."""
        return self.filter(state="invited", invitation__expires_at__gt=now)

    def beside_or_pending(self, now: dt.datetime) -> "MemberQuerySet":
        """Both of them and the circle, without their long texts, in one query: for Today."""
        both = (self.beside() | self.pending(now)).select_related("circle", "mailbox")
        long = (*_LONG, *(f"circle__{name}" for name in ("asked", "gestures", "helps_me")))
        return both.defer(*long, "mailbox__address")

    def named_for_hard_days(self) -> "MemberQuerySet":
        """Members the person named for a really hard day."""
        return self.filter(named_for_hard_days=True)

    def shown(self) -> "MemberQuerySet":
        """Members on the Circle page, oldest first: all but the removed ones."""
        return self.exclude(state="removed").order_by("pk")

    def lost(self) -> "MemberQuerySet":
        """Members whom no mail reaches any more, though nobody wanted it so."""
        asked = Q(state="invited") | Q(state="accepted", paused_at=None, on_break_at=None)
        return self.filter(asked, mailbox__bounced_at__isnull=False)

    def unwilling(self) -> "MemberQuerySet":
        """Members who called our mail unwanted instead of pressing "stop"."""
        return self.beside().filter(mailbox__suppressed_at__isnull=False)

    def rest_unwilling(self, now: dt.datetime) -> int:
        """Give each of them the break that "stop" would have been; the person reads no more."""
        found = list(self.unwilling())
        for member in found:
            member.take_break(now)
        return len(found)

    def tell_of_lost(self, now: dt.datetime) -> None:
        """Mail each person to whom somebody was lost of late; one mail a day, without a name."""
        of_late = self.lost().filter(mailbox__bounced_at__gt=now - _OF_LATE)
        for member in of_late.select_related("mailbox", "circle__person__mailbox"):
            if member.mailbox is not None and member.mailbox.bounced_at is not None:
                member.circle.tell_of_lost(member.mailbox.bounced_at, now)

    def let_go_of(self, mailbox: Mailbox) -> int:
        """Take the mailbox from rows that have ended, so that it can be asked anew."""
        ended = self.filter(mailbox=mailbox).exclude(state__in=["invited", "accepted"])
        return ended.update(mailbox=None)

    def forget_addresses(self, now: dt.datetime) -> int:
        """Delete the addresses of those who declined, left or were removed a day ago."""
        ended = self.exclude(state__in=["invited", "accepted"]).exclude(mailbox=None)
        due = list(ended.filter(state_at__lte=now - UNDO_LASTS).select_related("mailbox"))
        for member in due:
            member.forget_address()
        return len(due)

    def to_forget(self, now: dt.datetime) -> "MemberQuerySet":
        """Rows of people who never said yes, once it is over; who did stays with their words."""
        never = self.filter(accepted_at=None)
        return never.filter(
            Q(state="removed", state_at__lte=now - UNDO_LASTS)
            | Q(state__in=["declined", "lapsed"], state_at__lte=now - _ENDED_ROW_LASTS)
        )
