"""One moment of being asked, or of speaking up unasked."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from checkins import answering, cadence, deliveries, posting, sharing
from checkins.deliveries import Delivery
from checkins.models.answer import Answer
from checkins.models.schedule import Schedule
from checkins.posting import TEN_MINUTES, Timing
from checkins.words import Words, words
from circles.models import Member
from outbox.mail import Texts
from vault.models import Key
from vault.part import Part

# The same words within so short a time are one button pressed twice.
_TWICE = dt.timedelta(minutes=2)


class CheckInQuerySet(models.QuerySet["CheckIn"]):
    def of(self, person: Person) -> "CheckInQuerySet":
        """A person's check-ins, with what was said."""
        return self.filter(person=person).with_person()

    def answered(self) -> "CheckInQuerySet":
        """Check-ins with an answer."""
        return self.filter(answered__isnull=False)

    def open(self, now: dt.datetime) -> "CheckInQuerySet":
        """Check-ins whose answer can still be given or changed."""
        return self.filter(due_at__lte=now, closes_at__gt=now)

    def open_for(self, person: Person, now: dt.datetime) -> "CheckIn | None":
        """The asked check-in the person can answer now, or None."""
        return self.open(now).filter(person=person, asked=True).order_by("-due_at").first()

    def with_person(self) -> "CheckInQuerySet":
        """Check-ins with the person they ask and what was said, in one query."""
        return self.select_related("person", "answered")

    def behind(self, public_id: uuid.UUID) -> "CheckIn | None":
        """The asked check-in a link stands for; its key comes along."""
        rows = self.with_person().filter(public_id=public_id, asked=True)
        found = rows.annotate(**Key.objects.beside()).first()
        if found is not None:
            Key.objects.open_beside(found, found.key_id)
        return found

    def for_mail(self, public_ids: Collection[uuid.UUID]) -> "CheckInQuerySet":
        """What the asking mails of these check-ins need, in one query."""
        return self.filter(public_id__in=public_ids).select_related("person", "schedule")

    def still_asking(self, now: dt.datetime) -> "CheckInQuerySet":
        """Open, not skipped, and their schedule neither paused nor stopped."""
        return self.open(now).filter(
            Q(schedule__paused_at=None) | Q(schedule__paused_until__lte=now),
            asked=True,
            skipped_at=None,
            schedule__isnull=False,
        )

    def speak_up(self, person: Person, now: dt.datetime) -> "CheckIn":
        """A check-in nobody asked for: the person says how they are of their own accord."""
        schedule = Schedule.objects.of(person)
        closes_at = now + cadence.LONGEST_OPEN
        if schedule is not None and schedule.next_at is not None and schedule.next_at > now:
            closes_at = min(closes_at, schedule.next_at)
        return self.create(
            person=person,
            key_id=person.key_id,
            schedule=schedule,
            asked=False,
            due_at=now,
            local_date=person.today(now),
            closes_at=closes_at,
        )

    def for_today(self, person: Person, now: dt.datetime) -> "CheckIn":
        """What an answer on Today belongs to: the open question, or words of one's own accord.

        A question that was answered is not answered twice from here: changing has its own page.
        """
        asked = self.open_for(person, now)
        if asked is None or asked.said() is not None:
            return self.speak_up(person, now)
        return asked

    @transaction.atomic
    def say_today(
        self,
        person: Person,
        word: str = "",
        note: str = "",
        went_well: str = "",
        would_help: Collection[str] = (),
        *,
        now: dt.datetime,
        **chosen: Any,
    ) -> Answer:
        """Say how it is: to the open question, or of one's own accord.

        A button pressed twice is one answer: the second press changes what the first one said.
        """
        # One press after the other, so that each sees what the one before it did.
        Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        said = words(word, note, went_well, would_help)
        check_in = self._said_just_now(person, said, now) or self.for_today(person, now)
        return check_in.answer(word, note, went_well, would_help, **chosen, now=now)

    def leave_out(self, person: Person, now: dt.datetime) -> None:
        """Nothing was said: an open question was seen and left out, which is no silence."""
        asked = self.open_for(person, now)
        if asked is not None and asked.said() is None:
            asked.skip(now)

    def said_today(self, person: Person, now: dt.datetime) -> "Answer | None":
        """What the person said last on their own date, also to a question of the night before.

        Another day asks anew, though the question of a weekly rhythm is still open.
        """
        midnight = person.local(now).replace(hour=0, minute=0, second=0, microsecond=0)
        said = Answer.objects.of(person).select_related("check_in")
        today = models.Q(local_date=person.today(now)) | models.Q(answered_at__gte=midnight)
        # No question is open for longer: years of earlier answers are not looked at.
        lately = midnight.date() - cadence.LONGEST_OPEN - dt.timedelta(days=1)
        return said.filter(today, local_date__gte=lately).order_by("-answered_at").first()

    def named(self, answers: Sequence[Answer]) -> None:
        """Give answers of one person that lie close together their check-ins' public ids.

        They come out of one stretch of one index; looked up one by one each would be four pages.
        """
        if not answers:
            return
        on = [answer.local_date for answer in answers]
        lived = self.filter(
            person_id=answers[0].person_id, local_date__gte=min(on), local_date__lte=max(on)
        )
        known = {check_in.pk: check_in for check_in in lived.only("public_id")}
        for answer in answers:
            answer.check_in = known[answer.check_in_id]

    def preview(
        self,
        person: Person,
        member: Member,
        word: str = "",
        note: str = "",
        went_well: str = "",
        would_help: Collection[str] = (),
        *,
        choices: Mapping[int, str | None] | None = None,
        with_words: bool = False,
        changing: "CheckIn | None" = None,
        now: dt.datetime,
    ) -> "Texts | None":
        """The exact mail this member would get of these words; None when there would be none.

        ``changing`` is the check-in whose answer they replace: what has left is not sent again.
        """
        unasked = CheckIn(
            person=person, key_id=person.key_id, asked=False, local_date=person.today(now)
        )
        draft = answering.draft(
            changing or unasked,
            words(word, note, went_well, would_help),
            member,
            levels=choices or {},
            with_words=with_words,
            now=now,
        )
        return posting.preview(*draft) if draft is not None else None

    def _said_just_now(self, person: Person, said: Words, now: dt.datetime) -> "CheckIn | None":
        recent = self.of(person).open(now).filter(answered__changed_at__gt=now - _TWICE)
        return next((one for one in recent if one.answered.words == said), None)


class CheckIn(models.Model):
    """One moment of being asked, or of speaking up unasked.

    open (until ``closes_at``) → closed. An asked one exists once for a person and a local date.
    """

    part = Part(
        key="key_id",
        what=_("When you were asked or spoke up"),
        why=_("To remember when you were asked or spoke up."),
        kept=_("Until you delete it or erase your account."),
        export={
            "local_date": _("Day"),
            "asked": _("You were asked"),
            "due_at": _("At"),
            "closes_at": _("Open until"),
            "skipped_at": _("Left out on"),
        },
    )

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="check_ins"
    )
    key_id = models.BigIntegerField()
    schedule = models.ForeignKey(
        Schedule, null=True, on_delete=models.SET_NULL, related_name="check_ins"
    )
    asked = models.BooleanField()
    turn = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    local_date = models.DateField()
    closes_at = models.DateTimeField()
    skipped_at = models.DateTimeField(null=True)

    objects = CheckInQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "local_date"], condition=Q(asked=True), name="asked_once_a_day"
            )
        ]
        indexes = [
            models.Index(fields=["person", "-due_at"], name="check_in_of_person"),
            # A page of past days takes the way to each from here, without the rows themselves.
            models.Index(
                fields=["person", "local_date"], include=["id", "public_id"], name="check_in_days"
            ),
        ]

    def __str__(self) -> str:
        return f"check-in {self.public_id}"

    def is_open(self, now: dt.datetime) -> bool:
        """Whether its answer can still be given or changed."""
        return self.due_at <= now < self.closes_at

    # what was said

    def said(self) -> Answer | None:
        """The latest answer, None before there was one or after it was deleted."""
        return getattr(self, "answered", None)

    def answer(
        self,
        word: str = "",
        note: str = "",
        went_well: str = "",
        would_help: Collection[str] = (),
        *,
        choices: Mapping[int, str | None] | None = None,
        with_words: bool = False,
        by_link: bool = False,
        known_browser: bool = True,
        now: dt.datetime,
    ) -> Answer:
        """Say this, in place of what was said before; raises Closed once the check-in is closed.

        ``choices`` are levels for this answer alone, by member number, None for nothing.
        ``with_words`` lets those told of a really hard day read the words too.
        """
        wait = TEN_MINUTES if by_link and not known_browser else dt.timedelta(0)
        return answering.answer(
            self,
            words(word, note, went_well, would_help),
            levels=choices or {},
            with_words=with_words,
            timing=Timing(now=now, wait=wait),
        )

    def tell(
        self,
        member_ids: Collection[int],
        now: dt.datetime,
        *,
        with_words: bool = False,
        known_browser: bool = True,
    ) -> None:
        """Tell these members of a hard day, by one tap; open or closed, it comes through."""
        wait = dt.timedelta(0) if known_browser else TEN_MINUTES
        answering.tell(self, member_ids, with_words=with_words, wait=wait, now=now)

    def tell_named(self, now: dt.datetime, *, known_browser: bool = True) -> None:
        """Tell everybody the person named for such days."""
        named = Member.objects.beside().filter(
            circle__person=self.person_id, named_for_hard_days=True
        )
        self.tell([member.pk for member in named], now, known_browser=known_browser)

    def tell_now(self, now: dt.datetime) -> None:
        """What waits for its turn in the week leaves now; it waits for nothing but quiet hours."""
        answering.tell_now(self, now=now)

    def send_now(self, now: dt.datetime) -> None:
        """A human is here: the minute for slips and the ten minutes for scanners are over."""
        answering.send_now(self, now=now)

    def take_back(self, now: dt.datetime) -> None:
        """Give nobody anything of this answer any more, whatever the words become."""
        answering.take_back(self, now=now)

    def skip(self, now: dt.datetime) -> None:
        """Not today. Nobody hears of it."""
        self.skipped_at = self.skipped_at or now
        self.save(update_fields=["skipped_at"])

    def note_answered(self) -> None:
        """Words came after all: it is no skip."""
        if self.skipped_at is not None:
            self.skipped_at = None
            self.save(update_fields=["skipped_at"])

    @transaction.atomic
    def forget(self, now: dt.datetime) -> None:
        """Delete the words and what was shared of them; what was unasked goes altogether.

        An asked one stays as skipped, so that nobody is asked twice and it is no silence.
        """
        answering.forget(self, now=now)
        if self.asked:
            self.skip(now)
        else:
            self.delete()

    def deliveries(self, now: dt.datetime) -> list[Delivery]:
        """Who gets what of the answer, and when it leaves or left."""
        return deliveries.of(self, now=now)

    def reach(self) -> int:
        """How many members an ordinary word reaches, as things are chosen now."""
        said = self.said()
        chosen = said.chosen if said else {}
        beside = Member.objects.of(self.person).beside()
        return sum(sharing.usual(member, chosen) is not None for member in beside)

    def levels(self) -> dict[int, str]:
        """By member number: what each member can read of the answer just now."""
        return {
            share.member_id: share.given.level for share in self.shares.for_reading() if share.given
        }
