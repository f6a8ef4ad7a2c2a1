"""The circle: a person and the people they trust."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from circles import letters
from circles.models.invitation import LASTS, Invitation
from outbox import addresses
from outbox.mail import Mail, to_body
from outbox.models import Mailbox, Message
from vault.fields import SealedField, SealedJSONField
from vault.part import Part

_A_MOMENT = dt.timedelta(minutes=1)
_DAY = dt.timedelta(days=1)
# Enough for a circle, too few for a mailing list.
MOST_PENDING = 10
MOST_ON_FIRST_DAY = 12
MOST_A_DAY = 5
MOST_GESTURES = 6


class CircleQuerySet(models.QuerySet["Circle"]):
    def of(self, person: Person) -> "Circle":
        """The one circle of a person, made when it is first needed."""
        return self.get_or_create(person=person, defaults={"key_id": person.key_id})[0]

    def known(self, person: Person) -> "Circle":
        """The circle as it stands, without making one: for pages that only look."""
        return self.filter(person=person).first() or Circle(person=person, key_id=person.key_id)


class Circle(models.Model):
    """A person and the people they trust."""

    part = Part(
        key="key_id",
        what=_("Your circle"),
        why=_("What you want your circle to know helps you, and who hears of a hard day."),
        kept=_("Until you change it or erase your account."),
        export={
            "helps_me": _("What helps me"),
            "gestures": _("Gestures of your own"),
            "hard_day_rule": _("On a really hard day"),
            "old_letters": _("Letters older than three months"),
        },
    )

    class HardDayRule(models.TextChoices):
        NOBODY = "nobody", _("tell nobody")
        ASK = "ask", _("ask me each time")
        TELL = "tell", _("tell these people")

    class OldLetters(models.TextChoices):
        """What becomes of letters from the circle when they are three months old."""

        ALL = "all", _("keep them all")
        KEPT = "kept", _("keep only those you marked with “Keep”")
        NONE = "none", _("let them all go")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="circle"
    )
    key_id = models.BigIntegerField()
    helps_me = SealedField(size=1024)
    # The circle's own set of gestures, as a list of texts; empty means ours.
    gestures = SealedJSONField(size=1024)
    hard_day_rule = models.CharField(
        max_length=8, choices=HardDayRule.choices, default=HardDayRule.NOBODY
    )
    # Until the person chooses, every letter stays. They are asked once.
    old_letters = models.CharField(max_length=4, choices=OldLetters.choices, blank=True)
    old_letters_asked_at = models.DateTimeField(null=True)
    # Keyed hashes of the addresses this circle has asked. An address hears an invitation once;
    # the promise outlives the address, which is deleted when somebody declines.
    asked = SealedJSONField(size=4096)
    # By a decision of the moderators: nobody new is asked, and what waits does not leave.
    invitations_stopped_at = models.DateTimeField(null=True)

    objects = CircleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="hard_day_rule_known", condition=Q(hard_day_rule__in=["nobody", "ask", "tell"])
            )
        ]

    def __str__(self) -> str:
        return f"circle {self.public_id}"

    @property
    def tells_hard_days(self) -> bool:
        """Whether a really hard answer itself tells the people who were named for it."""
        return self.hard_day_rule == self.HardDayRule.TELL

    @property
    def asks_about_letters(self) -> bool:
        """Whether the question about old letters stands open."""
        return self.old_letters_asked_at is not None and not self.old_letters

    def choose_old_letters(self, choice: str) -> None:
        """What becomes of letters when they are three months old."""
        self.old_letters = choice
        self.save(update_fields=["old_letters"])

    def invite(
        self, *, address: str, words: str, now: dt.datetime, first_word: str = "", **about: Any
    ) -> Any:
        """Ask somebody by mail; ``about`` is name, label, kind, level and in_mail.

        Raises ValidationError with a sentence for the person when it cannot be.
        """
        with transaction.atomic():
            self._lock()
            if twice := self._double(address, words, now, **about):
                return twice
            self._check_room(now)
            self._check_address(address)
            mailbox = Mailbox.objects.give(
                address, key_id=self.key_id, language=self.person.language, now=now
            )
            self.members.let_go_of(mailbox)
            member = self._new_member(mailbox=mailbox, first_word=first_word, now=now, **about)
            invitation = self._new_invitation(member, Invitation.Way.MAIL, words=words, now=now)
            self.note_asked(address)
            invitation.send(now)
        return member

    def invite_by_hand(
        self, *, words: str, now: dt.datetime, first_word: str = "", **about: Any
    ) -> Any:
        """Make an invitation the person sends themselves; the address comes from the invitee."""
        with transaction.atomic():
            self._lock()
            if twice := self._double("", words, now, **about):
                return twice
            self._check_room(now)
            member = self._new_member(mailbox=None, first_word=first_word, now=now, **about)
            self._new_invitation(member, Invitation.Way.SELF, words=words, now=now)
        return member

    def describe(self, *, helps_me: str, gestures: list[str]) -> None:
        """What the members read under "what helps", and the gestures they can choose from."""
        self.helps_me, self.gestures = helps_me, gestures[:MOST_GESTURES]
        self.save(update_fields=["helps_me", "gestures"])

    def set_hard_days(
        self, *, rule: str, forms: dict[int, tuple[bool, bool]], now: dt.datetime
    ) -> None:
        """What a really hard day means for whom: member id → (named, said in the mail itself)."""
        with transaction.atomic():
            self.hard_day_rule = rule
            self.save(update_fields=["hard_day_rule"])
            for member in self.members.filter(pk__in=forms):
                named, in_mail = forms[member.pk]
                member.change(named_for_hard_days=named, hard_day_in_mail=in_mail, now=now)

    def stop_invitations(self, *, now: dt.datetime) -> None:
        """Ask nobody new until a moderator says otherwise."""
        self.invitations_stopped_at = self.invitations_stopped_at or now
        self.save(update_fields=["invitations_stopped_at"])

    def allow_invitations(self) -> None:
        """Let the person ask people again."""
        self.invitations_stopped_at = None
        self.save(update_fields=["invitations_stopped_at"])

    def has_asked(self, address: str) -> bool:
        """Whether this circle has written to the address or to one of its variants."""
        return not set(addresses.address_hashes(address)).isdisjoint(self.asked or [])

    def holds(self, mailbox: Mailbox) -> bool:
        """Whether the mailbox is the person's own or stands in the circle already."""
        theirs = self.members.filter(mailbox=mailbox, state__in=["invited", "accepted"])
        return addresses.same(mailbox.address, self.person.email) or theirs.exists()

    def note_asked(self, address: str) -> None:
        """Remember, as a keyed hash alone, that the address was asked."""
        self.asked = sorted({*(self.asked or []), addresses.address_hash(address)})
        self.save(update_fields=["asked"])

    def check_corrected(self, address: str, *, of: Any) -> None:
        """Raise ValidationError unless the address may be asked in place of the member's own."""
        mailbox = of.mailbox
        bounced = mailbox is not None and mailbox.bounced_at is not None
        if not (bounced and addresses.same(address, mailbox.address)):
            self._check_address(address)

    def tell_of_lost(self, bounced_at: dt.datetime, now: dt.datetime) -> None:
        """Mail the person that mail to somebody in the circle comes back; once for one day."""
        self._tell_person("lost", letters.lost, on=bounced_at, now=now)

    def tell_of_program(self, now: dt.datetime) -> None:
        """Mail the person that a program of theirs let somebody hear more; at most once a day."""
        self._tell_person("told_more", letters.told_more, on=now, now=now)

    def _tell_person(
        self, kind: str, write: Callable[[Person], Mail], *, on: dt.datetime, now: dt.datetime
    ) -> None:
        if self.person.mailbox is None or not self.person.is_here:
            return
        Message.objects.post(
            kind=kind,
            mailbox=self.person.mailbox,
            key_id=self.key_id,
            subject=self.public_id,
            dedupe_key=f"{kind}:{self.public_id}:{on:%Y%m%d}",
            body=to_body(write(self.person)),
            now=now,
            expires_at=now + _DAY,
            why=kind,
        )

    def _lock(self) -> None:
        # Two invitations at once must not both see room for one more.
        fresh = Circle.objects.select_for_update().get(pk=self.pk)
        self.asked = fresh.asked

    def _double(self, address: str, words: str, now: dt.datetime, **about: Any) -> Any:
        # A button pressed twice asks once, and nobody is told that they asked before.
        fresh = self.members.filter(
            state="invited", invitation__made_at__gt=now - _A_MOMENT, invitation__used_at=None
        )
        for member in fresh.select_related("invitation", "mailbox"):
            there = member.mailbox.address if member.mailbox else ""
            if (there, member.name, member.invitation.words) == (address, about["name"], words):
                return member
        return None

    def _check_room(self, now: dt.datetime) -> None:
        if self.invitations_stopped_at is not None or not self.person.is_here:
            raise ValidationError(
                _("Invitations rest. A mail from the moderators says why, and how to answer it."),
                code="stopped",
            )
        if self.members.pending(now).count() >= MOST_PENDING:
            raise ValidationError(
                _(
                    "Ten invitations are waiting for an answer. "
                    "When one is answered, you can ask the next person."
                ),
                code="pending",
            )
        first_day = now - self.person.joined_at < _DAY
        today = Invitation.objects.filter(member__circle=self, made_at__gt=now - _DAY).count()
        if today >= (MOST_ON_FIRST_DAY if first_day else MOST_A_DAY):
            raise ValidationError(
                _("That is enough invitations for one day. You can ask more people tomorrow."),
                code="today",
            )

    def _check_address(self, address: str) -> None:
        if addresses.same(address, self.person.email):
            raise ValidationError(
                _("This is your own address. Here goes the address of somebody else."), code="own"
            )
        if self.has_asked(address):
            # One sentence for asked, gone quiet, declined and left: it tells none from another.
            raise ValidationError(
                _(
                    "You have asked this address before, and we write to an address only once. "
                    "You can still send an invitation yourself."
                ),
                code="asked",
            )

    def _new_member(self, *, mailbox: Mailbox | None, now: dt.datetime, **about: Any) -> Any:
        return self.members.create(
            key_id=self.key_id, mailbox=mailbox, zone=self.person.zone, state_at=now, **about
        )

    def _new_invitation(
        self, member: Any, way: Invitation.Way, *, words: str, now: dt.datetime
    ) -> Invitation:
        return Invitation.objects.create(
            member=member,
            key_id=self.key_id,
            way=way,
            words=words,
            made_at=now,
            expires_at=now + LASTS,
        )
