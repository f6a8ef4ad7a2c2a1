"""What a member says back, and hellos."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from checkins import posting
from circles.models import Circle, Member
from outbox import limits, links
from vault.fields import SealedField, SealedJSONField
from vault.part import Part

if TYPE_CHECKING:
    from accounts.models import Person
    from checkins.models.share import Share

UNDO_LASTS = dt.timedelta(hours=24)
# The same words within so short a time are one button pressed twice.
_TWICE = dt.timedelta(minutes=2)
_A_DAY = dt.timedelta(days=1)
_OF_LATE = dt.timedelta(days=30)
_OLD = dt.timedelta(days=90)
HELLOS_A_DAY = 5
REPLIES_A_DAY = 40


class TooMany(Exception):
    """Many kind words today already; its text is a sentence for the page, which keeps the words."""

    def __str__(self) -> str:
        return gettext("You sent many kind words today. They have arrived. Tomorrow is fine too.")


class Nothing(ValueError):
    """Neither a gesture nor words."""


class ReplyQuerySet(models.QuerySet["Reply"]):
    def say(
        self,
        member: Member,
        *,
        share: "Share | None" = None,
        gesture: str = "",
        words: str = "",
        kinds: Sequence[str] = (),
        mail_key: str | None = None,
        now: dt.datetime,
    ) -> "Reply":
        """What a member says, to a share or of their own accord; ``mail_key`` if by mail."""
        if not (gesture or words.strip()):
            raise Nothing
        with transaction.atomic():
            held = _held(member.pk)
            if not (held.is_reading and held.circle.person.is_here):
                raise links.Dead
            if mail_key and (known := self.filter(mail_key=mail_key).first()):
                return known
            if twice := self._said_just_now(held, share, gesture, words.strip(), now):
                return twice
            reply = self.model(
                member=member,
                share=share,
                key_id=member.key_id,
                gesture=gesture,
                words=words.strip(),
                kinds=list(kinds),
                mail_key=mail_key,
                made_at=now,
            )
            reply.save(force_insert=True)
            posting.tell_person(reply, now=now)
        return reply

    def hello(
        self,
        member: Member,
        gesture: str = "",
        words: str = "",
        *,
        mail_key: str | None = None,
        now: dt.datetime,
    ) -> "Reply":
        """A caring word nobody asked for; raises TooMany when this member said several today."""
        if not limits.allow("hello", member.pk, at_most=HELLOS_A_DAY, within=_A_DAY, now=now):
            raise TooMany
        return self.say(member, gesture=gesture, words=words, mail_key=mail_key, now=now)

    def undo_hello(self, member: Member, public_id: uuid.UUID, *, now: dt.datetime) -> bool:
        """Take a hello of this member back; False when there is nothing to undo."""
        hello = self.of_member(member).filter(share=None, public_id=public_id).first()
        return hello is not None and hello.undo(now)

    def came_by(self, mail_key: str) -> bool:
        """Whether this mail was taken before."""
        return self.filter(mail_key=mail_key).exists()

    def standing(self) -> "ReplyQuerySet":
        """What was neither undone nor hidden by moderators."""
        return self.not_undone().filter(hidden_at=None)

    def not_undone(self) -> "ReplyQuerySet":
        """What was not undone: a person's own, also what moderators hid from pages."""
        return self.filter(undone_at=None)

    def to_forget(self, now: dt.datetime) -> "ReplyQuerySet":
        """What was undone a day ago, and old letters where the person chose to let them go."""
        undone = models.Q(undone_at__lte=now - _A_DAY)
        unkept = models.Q(kept_at=None) & models.Q(answers__kept_at=None)
        every = models.Q(member__circle__old_letters=Circle.OldLetters.NONE)
        some = models.Q(member__circle__old_letters=Circle.OldLetters.KEPT) & unkept
        return self.filter(undone | (models.Q(made_at__lte=now - _OLD) & (every | some)))

    def ask_about_old(self, now: dt.datetime) -> int:
        """Note the circles whose first letter is three months old: Today asks there once."""
        old = self.from_members().standing().filter(made_at__lte=now - _OLD)
        unasked = Circle.objects.filter(old_letters="", old_letters_asked_at=None)
        return unasked.filter(pk__in=old.values("member__circle")).update(old_letters_asked_at=now)

    def from_members(self) -> "ReplyQuerySet":
        """What members said, without the person's own answers."""
        return self.filter(by_person=False)

    def of_member(self, member: Member) -> "ReplyQuerySet":
        """What a member has said so far."""
        return self.filter(member=member).from_members().standing()

    def of(self, person: "Person") -> "ReplyQuerySet":
        """All that went to and fro in a person's circle, with who said it, the newest first."""
        rows = self.filter(member__circle__person=person).standing()
        return rows.select_related("member", "share__check_in").order_by("-made_at", "-pk")

    def for_today(self, person: "Person", now: dt.datetime) -> "ReplyQuerySet":
        """What Today shows: said by members and not folded away, with what was answered.

        Found by whose words they are: one index in the order of the page, however many years lie
        behind it. What a letter does not show of its member stays where it is.
        """
        rows = self.filter(key_id=person.key_id, folded_at=None, made_at__lte=now)
        letters = rows.standing().from_members().order_by("-made_at", "-pk").with_answers()
        unread = (
            f"member__{name}" for name in ("label", "away_words", "answers_when", "first_word")
        )
        return letters.select_related("member").defer(*unread)

    def in_message(self, key: str) -> "ReplyQuerySet":
        """The replies one mail tells of, in the order they were said."""
        rows = self.filter(message_key=key).standing().select_related("member__circle__person")
        return rows.order_by("made_at", "pk")

    def to_person(self, person: "Person") -> "ReplyQuerySet":
        """The letters of a person: what their members said, the newest first."""
        return self.of(person).from_members()

    def with_answers(self) -> "ReplyQuerySet":
        """With what the person answered to each, as ``my_answers``."""
        mine = Reply.objects.standing().filter(by_person=True).order_by("made_at", "pk")
        return self.prefetch_related(models.Prefetch("answered_by", mine, to_attr="my_answers"))

    def kept(self, person: "Person") -> "ReplyQuerySet":
        """The words the person keeps; found like those of Today, by an index of their own."""
        rows = self.filter(key_id=person.key_id, kept_at__isnull=False).standing().from_members()
        return rows.select_related("member").order_by("-made_at", "-pk")

    def kept_page(
        self, person: "Person", *, before: "Reply | None", most: int
    ) -> "tuple[list[Reply], bool]":
        """A page of the words the person keeps, and whether there are earlier ones."""
        kept = self.kept(person)
        if before is not None:
            same = models.Q(made_at=before.made_at, pk__lt=before.pk)
            kept = kept.filter(models.Q(made_at__lt=before.made_at) | same)
        found = list(kept[: most + 1])
        return found[:most], len(found) > most

    def kept_place(self, person: "Person", typed: str) -> "Reply | None":
        """The letter after which a page of kept words goes on; None is the newest page."""
        try:
            public_id = uuid.UUID(typed)
        except ValueError:
            return None
        return self.filter(key_id=person.key_id, public_id=public_id).first()

    def conversation(self, share: "Share") -> "ReplyQuerySet":
        """Words both ways about one share, in the order they were said."""
        shown = ("public_id", "key_id", "by_person", "gesture", "words", "made_at", "member")
        marks = ("answers", "undone_at", "thanked_at", "helped_at")
        said = self.filter(share=share).standing().order_by("made_at", "pk")
        return said.only(*shown, *marks)

    def on_own_page(self, member: Member, now: dt.datetime) -> "ReplyQuerySet":
        """What a member's own page shows: their hellos of late, and all that was answered to them.

        Answers to something shared stand there too, for its link may have ended meanwhile.
        """
        rows = self.filter(member=member, made_at__gt=now - _OF_LATE).standing()
        theirs = rows.filter(models.Q(share=None) | models.Q(by_person=True))
        return theirs.select_related("member").order_by("made_at", "pk")

    def _said_just_now(
        self, member: Member, share: "Share | None", gesture: str, words: str, now: dt.datetime
    ) -> "Reply | None":
        recent = self.filter(member=member, share=share, by_person=False).standing()
        for reply in recent.filter(made_at__gt=now - _TWICE):
            if (reply.gesture, reply.words) == (gesture, words):
                return reply
        return None


class Reply(models.Model):
    """What a member says back, what the person answers, or a hello that nobody asked for.

    A reply without a share is a hello. Gesture, words and kinds of support are sealed with the
    person's key whoever wrote them. A reply outlives the share it belongs to.
    """

    part = Part(
        key="key_id",
        what=_("Letters both ways"),
        why=_("What your circle said to you and what you answered."),
        kept=_("Until you delete it or erase your account; for three months if you choose so."),
        export={
            "member.name": _("With"),
            "by_person": _("Written by you"),
            "by_mail": _("Came by mail"),
            "gesture": _("Gesture"),
            "words": _("Words"),
            "kinds": _("Meant as"),
            "made_at": _("On"),
            "thanked_at": _("You said thank you on"),
            "helped_at": _("You said it helped on"),
            "kept_at": _("Kept on"),
            "folded_at": _("Folded away on"),
        },
        read={"gesture": "gesture_label", "kinds": "kind_labels"},
        rows="not_undone",
        expired="to_forget",
    )

    class Gesture(models.TextChoices):
        WITH_YOU = "with_you", _("I've read it, I'm with you")
        THINKING = "thinking", _("Thinking of you")
        PROUD = "proud", _("Proud of you")
        CALL = "call", _("Can I call?")
        COME_BY = "come_by", _("I can come by")

    class SupportKind(models.TextChoices):
        EMOTIONAL = "emotional", _("emotional")
        PRACTICAL = "practical", _("practical")
        INFORMATIONAL = "informational", _("informational")
        ENCOURAGEMENT = "encouragement", _("encouragement")

    class Choice(models.TextChoices):
        """What the person says to a gesture that asks."""

        NOW = "now", _("Now is good")
        TONIGHT = "tonight", _("Tonight")
        ANOTHER_DAY = "another_day", _("Another day")
        RATHER_WRITE = "rather_write", _("I'd rather write")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="replies")
    share = models.ForeignKey("Share", null=True, on_delete=models.SET_NULL, related_name="replies")
    answers = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="answered_by"
    )
    key_id = models.BigIntegerField()
    by_person = models.BooleanField(default=False)
    gesture = SealedField(size=256)
    words = SealedField(size=1024)
    kinds = SealedJSONField(size=128)
    # A keyed hash of the mail it came by, so that a mail delivered twice is one reply.
    mail_key = models.CharField(max_length=80, null=True, unique=True)
    made_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    thanked_at = models.DateTimeField(null=True)
    helped_at = models.DateTimeField(null=True)
    kept_at = models.DateTimeField(null=True)
    folded_at = models.DateTimeField(null=True)
    hidden_at = models.DateTimeField(null=True)  # by a decision of the moderators
    # The dedupe key of the message that tells of it: several replies can travel in one mail.
    message_key = models.CharField(max_length=120, blank=True)

    objects = ReplyQuerySet.as_manager()

    # What the person answered to it, where ``with_answers`` was asked for.
    my_answers: list["Reply"]

    class Meta:
        verbose_name_plural = "replies"
        indexes = [
            models.Index(fields=["member", "-made_at"], name="reply_of_member"),
            models.Index(fields=["message_key"], name="reply_by_message"),
            models.Index(
                fields=["key_id", "-made_at", "-id"],
                condition=models.Q(by_person=False, undone_at=None, folded_at=None),
                name="reply_on_today",
            ),
            models.Index(
                fields=["key_id", "-made_at", "-id"],
                condition=models.Q(by_person=False, undone_at=None, kept_at__isnull=False),
                name="reply_kept",
            ),
        ]

    def __str__(self) -> str:
        return f"reply {self.public_id}"

    @property
    def gesture_label(self) -> str:
        """The gesture in words: one of ours, one of the circle's own, or the person's choice."""
        return str(_LABELS.get(self.gesture, self.gesture))

    @property
    def kind_labels(self) -> list[str]:
        """The kinds of support in words."""
        return [str(_KINDS[kind]) for kind in self.kinds or () if kind in _KINDS]

    @property
    def by_mail(self) -> bool:
        """Whether the member pressed Reply instead of opening the page."""
        return self.mail_key is not None

    @property
    def asks(self) -> bool:
        """A gesture the person can answer in one tap."""
        if self.gesture in {Reply.Gesture.CALL, Reply.Gesture.COME_BY}:
            return True
        return self.gesture.rstrip().endswith(("?", "؟", "？"))

    def can_be_undone(self, now: dt.datetime) -> bool:
        """For a day, and until the other side has said thank you."""
        fresh = now < self.made_at + UNDO_LASTS
        return fresh and not (self.undone_at or self.thanked_at or self.helped_at)

    @property
    def can_be_answered(self) -> bool:
        """While the member is there to hear it: a break and a goodbye look the same from here."""
        return self.member.is_beside

    @transaction.atomic
    def undo(self, now: dt.datetime) -> bool:
        """Take it back, from the page and from the mail that waits; False when it is too late."""
        if not self.can_be_undone(now) or self.answered_by.standing().exists():
            return False
        self._mark("undone_at", now)
        posting.withdraw_reply(self, now=now)
        return True

    def thank(self, now: dt.datetime) -> None:
        """A quiet thank-you that stands on the member's page."""
        self._mark("thanked_at", now)

    @transaction.atomic
    def helped(self, now: dt.datetime) -> None:
        """Tell the member that it helped; by mail at most once a day."""
        self._mark("helped_at", now)
        posting.tell_it_helped(self, now=now)

    def keep(self, now: dt.datetime) -> None:
        """Keep it among the words to come back to."""
        self._mark("kept_at", now)

    def let_go(self) -> None:
        """Keep it no longer."""
        self.kept_at = None
        self.save(update_fields=["kept_at"])

    def fold(self, now: dt.datetime) -> None:
        """Put it away from Today; it stays in what was said."""
        self._mark("folded_at", now)

    @transaction.atomic
    def hide(self, *, now: dt.datetime) -> None:
        """Show it on no page, and take it out of the mail that waits."""
        self._mark("hidden_at", now)
        posting.withdraw_reply(self, now=now)

    def show(self) -> None:
        """Show it again. No second mail tells of it."""
        self.hidden_at = None
        self.save(update_fields=["hidden_at"])

    @transaction.atomic
    def forget(self, now: dt.datetime) -> None:
        """Delete it for good. Nobody is told."""
        posting.withdraw_reply(self, now=now)
        self.delete()

    @transaction.atomic
    def answer_with(self, choice: str = "", words: str = "", *, now: dt.datetime) -> "Reply":
        """The person's answer, in one tap or in words; the member gets a mail of it.

        Raises ValidationError with a sentence for the person when it reaches nobody.
        """
        if not (choice or words.strip()):
            raise Nothing
        if not _held(self.member_id).is_beside:
            nobody = gettext("%(name)s cannot be reached just now, so nothing was sent.")
            raise ValidationError(nobody % {"name": self.member.name})
        for earlier in self.answered_by.standing().filter(made_at__gt=now - _TWICE):
            if (earlier.gesture, earlier.words) == (choice, words.strip()):
                return earlier
        answer = Reply(
            member=self.member,
            share=self.share,
            answers=self,
            key_id=self.key_id,
            by_person=True,
            gesture=choice,
            words=words.strip(),
            kinds=[],
            made_at=now,
        )
        answer.save(force_insert=True)
        posting.tell_member(answer, now=now)
        return answer

    def put_into(self, message_key: str) -> None:
        """Remember which message tells of it."""
        self.message_key = message_key
        self.save(update_fields=["message_key"])

    def _mark(self, name: str, now: dt.datetime) -> None:
        setattr(self, name, getattr(self, name) or now)
        self.save(update_fields=[name])


# Lazy: each is read in the language of who is there.
_LABELS = dict([*Reply.Gesture.choices, *Reply.Choice.choices])
_KINDS = dict(Reply.SupportKind.choices)


def _held(member_id: int) -> Member:
    """The member as they stand, their row locked: two presses come one after the other."""
    Member.objects.select_for_update().values_list("pk").get(pk=member_id)
    return Member.objects.standing().get(pk=member_id)


def last_undoable(conversation: Sequence[Reply], now: dt.datetime) -> uuid.UUID | None:
    """The member's last words while they can be taken back: until the person thanks or answers.

    The mail with an answer leads here too, and programs that look at mail press buttons.
    """
    answered = {reply.answers_id for reply in conversation if reply.by_person}
    mine = [reply for reply in conversation if not reply.by_person]
    last = mine[-1] if mine else None
    open_still = last is not None and last.pk not in answered and last.can_be_undone(now)
    return last.public_id if last is not None and open_still else None


def gestures_for(circle: Circle) -> list[tuple[str, str]]:
    """The gestures a member can choose from: the circle's own set, or ours."""
    own = [text for text in circle.gestures or [] if text]
    if own:
        return [(text, text) for text in own]
    return [(value, str(label)) for value, label in Reply.Gesture.choices]
