"""The one mail before consent: yes, no, never again."""

import datetime as dt
import uuid

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from circles import letters
from outbox.links import Link
from outbox.mail import to_body
from outbox.models import Mailbox, Message, Suppression
from vault.fields import SealedField
from vault.part import Part

LASTS = dt.timedelta(days=14)
UNDO_LASTS = dt.timedelta(hours=24)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def with_member(self) -> "InvitationQuerySet":
        """Together with the member, the circle, its person and the mailbox, in one query."""
        return self.select_related("member__circle__person", "member__mailbox")

    def unanswered(self, now: dt.datetime) -> "InvitationQuerySet":
        """Invitations whose fourteen days are over without an answer."""
        return self.filter(member__state="invited", expires_at__lte=now)

    def open_to(
        self, mailboxes: models.QuerySet[Mailbox], now: dt.datetime
    ) -> "InvitationQuerySet":
        """Invitations to these mailboxes that can still be answered."""
        asked = self.filter(member__mailbox__in=mailboxes, member__state="invited")
        return asked.filter(expires_at__gt=now, hidden_at=None)

    def lapse(self, now: dt.datetime) -> int:
        """Let go of what was not answered: the address and the words are deleted."""
        due = list(self.unanswered(now).select_related("member__mailbox"))
        for invitation in due:
            invitation.lapse(now)
        return len(due)


class Invitation(models.Model):
    """The one mail before consent: yes, no, never again."""

    part = Part(
        key="member__key_id",
        what=_("Your invitations"),
        why=_("The words you invited somebody with, and what they answered."),
        kept=_("14 days when unanswered, else as long as the member."),
        export={
            "member.name": _("To"),
            "way": _("Way"),
            "words": _("Your words"),
            "made_at": _("Made on"),
            "answered_at": _("Answered on"),
        },
    )

    class Way(models.TextChoices):
        MAIL = "mail", _("by mail")
        SELF = "self", _("I send it myself")

    class Said(models.TextChoices):
        NOTHING = "", ""
        YES = "yes", _("Yes")
        NO = "no", _("No")
        NEVER = "never", _("Never ask me again")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    member = models.OneToOneField(
        "circles.Member", on_delete=models.CASCADE, related_name="invitation"
    )
    key_id = models.BigIntegerField()
    way = models.CharField(max_length=4, choices=Way.choices, default=Way.MAIL)
    words = SealedField(size=2048)
    # Only for an invitation the person sends themselves: used up once an address was typed.
    used_at = models.DateTimeField(null=True)
    # A second mail leaves only once, to a corrected address.
    corrected_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    said = models.CharField(max_length=5, choices=Said.choices, default="", blank=True)
    hidden_at = models.DateTimeField(null=True)  # by a decision of the moderators

    objects = InvitationQuerySet.as_manager()

    def __str__(self) -> str:
        return f"invitation {self.public_id}"

    @property
    def link(self) -> Link:
        """The invitee's way to the letter."""
        return Link("i", self.public_id, self.member.generation)

    @property
    def hand_link(self) -> Link:
        """The link the person sends themselves; it asks for an address, once."""
        return Link("j", self.public_id, self.member.generation)

    @property
    def own_address(self) -> bool:
        """Whether the invitee typed the address themselves."""
        return self.way == self.Way.SELF and self.corrected_at is None

    def is_open(self, now: dt.datetime) -> bool:
        """Whether it can still be answered."""
        waits = self.member.state == self.member.State.INVITED and now < self.expires_at
        return waits and self.hidden_at is None

    def can_be_undone(self, now: dt.datetime) -> bool:
        """Whether a No or Never can still be taken back by the same link."""
        member = self.member
        declined = member.state == member.State.DECLINED and member.mailbox is not None
        return declined and now - member.state_at < UNDO_LASTS

    def opens(self, now: dt.datetime, *, heard: bool) -> bool:
        """Whether the link of the letter opens; after a Yes it leads to the member's own page."""
        if self.is_open(now):
            return self.member.mailbox is not None
        accepted = self.member.state == self.member.State.ACCEPTED
        return self.can_be_undone(now) or (accepted and self.member.can_enter(now, heard=heard))

    def can_be_used(self, now: dt.datetime) -> bool:
        """Whether the link the person sent themselves still asks for an address."""
        return self.way == self.Way.SELF and self.used_at is None and self.is_open(now)

    def send(self, now: dt.datetime) -> None:
        """Post the one mail. Whether the address wants none is asked when its turn comes."""
        mailbox = self.member.mailbox
        assert mailbox is not None
        mail = letters.invitation(
            person=self.member.circle.person,
            name=self.member.name,
            words=self.words,
            language=mailbox.language,
            link=self.link,
            own_address=self.own_address,
        )
        Message.objects.post(
            kind="invitation",
            mailbox=mailbox,
            key_id=self.key_id,
            subject=self.public_id,
            dedupe_key=f"invitation:{self.public_id}:{self.member.generation}",
            body=to_body(mail),
            why="invitation",
            now=now,
            expires_at=self.expires_at,
        )

    def use(self, address: str, *, language: str, now: dt.datetime) -> None:
        """The invitee typed their own address: the letter goes there, and this link is used up.

        An address that is ours or already in the circle gets nothing; the page says the same.
        """
        with transaction.atomic():
            mine = Invitation.objects.filter(pk=self.pk, used_at=None).update(used_at=now)
            circle = self.member.circle
            mailbox = Mailbox.objects.give(address, key_id=self.key_id, language=language, now=now)
            self.used_at = now
            if not mine or circle.holds(mailbox):
                return
            self.member.take_mailbox(mailbox)
            circle.note_asked(address)
            self.send(now)

    @transaction.atomic
    def hide(self, *, now: dt.datetime) -> None:
        """Show the letter to nobody: its mail is taken back and its link opens nothing."""
        self.hidden_at = self.hidden_at or now
        self.save(update_fields=["hidden_at"])
        Message.objects.cancel(subject=self.public_id, now=now)

    def show(self) -> None:
        """Let the letter be read again by its link."""
        self.hidden_at = None
        self.save(update_fields=["hidden_at"])

    def take_correction(self, now: dt.datetime) -> bool:
        """Use up the one correction; False for whoever presses twice and comes second."""
        mine = Invitation.objects.filter(pk=self.pk, corrected_at=None).update(corrected_at=now)
        self.corrected_at = now
        return mine == 1

    def begin_again(self, now: dt.datetime) -> None:
        """A corrected address: fourteen new days, one more mail, and no third."""
        self.expires_at, self.answered_at, self.said = now + LASTS, None, self.Said.NOTHING
        self.save(update_fields=["expires_at", "answered_at", "said"])
        self.send(now)

    def note(self, said: str, at: dt.datetime | None) -> None:
        """Keep what the invitee said."""
        self.said, self.answered_at = said, at
        self.save(update_fields=["said", "answered_at"])

    def say_never(self, now: dt.datetime) -> None:
        """Never ask this address again, in no circle."""
        self.said = self.Said.NEVER
        self.save(update_fields=["said"])
        if self.member.mailbox is not None:
            Suppression.objects.add(self.member.mailbox.address, now=now)

    def take_never_back(self, said_at: dt.datetime) -> None:
        """Take this "never" back; one that was said elsewhere stands, before it or after it."""
        never = Invitation.objects.filter(said=self.Said.NEVER)
        mine, mailbox = never.filter(pk=self.pk).update(said=self.Said.YES), self.member.mailbox
        if not mine or mailbox is None:
            return
        Suppression.objects.lift(mailbox.address, since=said_at)
        elsewhere = never.filter(member__mailbox__in=Mailbox.objects.of_address(mailbox.address))
        if (other := elsewhere.select_related("member").first()) is not None:
            Suppression.objects.add(mailbox.address, now=other.member.state_at)

    def lapse(self, now: dt.datetime) -> None:
        """Nobody answered: forget the address and the words."""
        with transaction.atomic():
            member = self.member
            if not member.become(member.State.LAPSED, now, only_from=member.State.INVITED):
                return
            self.words = ""
            self.save(update_fields=["words"])
            member.forget_address()
