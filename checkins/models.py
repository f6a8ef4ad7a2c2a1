"""When we ask and what is said: schedule, check-in, answer, share, reply."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from circles.models import Member
from outbox.models import Mailbox
from vault.fields import SealedField, SealedJSONField
from vault.part import Part


class Schedule(models.Model):
    """When the person wants to be asked, in their own local time."""

    part = Part(
        key="key_id",
        why="To ask you when you want to be asked.",
        kept="Until you change it or erase your account.",
        export=("weekdays", "every_weeks", "local_time", "zone", "paused_at", "paused_until"),
    )

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="schedule"
    )
    key_id = models.BigIntegerField()
    mailbox = models.ForeignKey(Mailbox, null=True, on_delete=models.SET_NULL, related_name="+")
    weekdays = models.PositiveSmallIntegerField()  # bit 0 is Monday
    every_weeks = models.PositiveSmallIntegerField(default=1)
    anchor_on = models.DateField()  # a day of the first week, for every other week
    local_time = models.TimeField()
    zone = models.CharField(max_length=64)
    # Counts the askings, so that no opening comes twice running.
    turn = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    paused_until = models.DateTimeField(null=True)
    parked_at = models.DateTimeField(null=True)
    parked_why = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="schedule_has_a_day", condition=Q(weekdays__gte=1, weekdays__lte=127)
            ),
            models.CheckConstraint(
                name="schedule_weeks", condition=Q(every_weeks__gte=1, every_weeks__lte=8)
            ),
            models.CheckConstraint(
                name="parked_schedule_rests",
                condition=Q(parked_at__isnull=True) | Q(next_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at", "id"], condition=Q(next_at__isnull=False), name="schedule_due"
            )
        ]

    def __str__(self) -> str:
        return f"schedule {self.public_id}"


class CheckIn(models.Model):
    """One moment of being asked, or of speaking up unasked."""

    part = Part(
        key="key_id",
        why="To remember when you were asked or spoke up.",
        kept="Until you delete it or erase your account.",
        export=("asked", "local_date", "due_at", "closes_at", "skipped_at"),
    )

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="check_ins"
    )
    key_id = models.BigIntegerField()
    schedule = models.ForeignKey(Schedule, null=True, on_delete=models.SET_NULL)
    asked = models.BooleanField()
    turn = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    local_date = models.DateField()
    closes_at = models.DateTimeField()
    skipped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "local_date"], condition=Q(asked=True), name="asked_once_a_day"
            )
        ]
        indexes = [models.Index(fields=["person", "-due_at"], name="check_in_of_person")]

    def __str__(self) -> str:
        return f"check-in {self.public_id}"


class Answer(models.Model):
    """What the person said: one of six words, a note, what went well, what would help."""

    part = Part(
        key="key_id",
        why="Your own words, for you and for those you chose.",
        kept="Until you delete it or erase your account.",
        export=("local_date", "word", "note", "went_well", "would_help", "answered_at"),
    )

    class Word(models.TextChoices):
        GOOD = "good", _("A good day")
        OKAY = "okay", _("Doing okay")
        UP_AND_DOWN = "up_and_down", _("Up and down")
        HEAVY = "heavy", _("A heavy day")
        REALLY_HARD = "really_hard", _("Having a really hard time")
        NO_WORDS = "no_words", _("No words today")

    class Help(models.TextChoices):
        LISTENING = "listening", _("listening")
        PRACTICAL = "practical", _("practical help")
        INFORMATION = "information", _("information")
        ENCOURAGEMENT = "encouragement", _("encouragement")
        JUST_LISTEN = "just_listen", _("just listen, no advice")

    _bound = ("person_id", "local_date", "check_in_id")

    check_in = models.OneToOneField(CheckIn, primary_key=True, on_delete=models.CASCADE)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="answers"
    )
    key_id = models.BigIntegerField()
    local_date = models.DateField()
    word = SealedField(bound=_bound, size=16)
    note = SealedField(bound=_bound, size=512)
    went_well = SealedField(bound=_bound, size=512)
    would_help = SealedJSONField(bound=_bound, size=128)
    answered_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        # The history pages live on this index alone: 30 pages for five years.
        indexes = [
            models.Index(
                fields=["person", "local_date", "check_in"], include=["word"], name="answer_history"
            )
        ]

    def __str__(self) -> str:
        return f"answer {self.pk}"


class Share(models.Model):
    """What one member did get of one answer.

    ``level`` is what this member gets of this answer, by standing choice or by one tap; a really
    hard day has no column of its own. Until the check-in closes the page behind the link shows the
    latest answer; taken back, it shows that nothing is shared just now.
    """

    part = Part(
        key="key_id",
        why="Who got what of which answer.",
        kept="As long as the answer.",
        export=("level", "in_mail", "made_at", "taken_back_at"),
    )

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    check_in = models.ForeignKey(CheckIn, on_delete=models.CASCADE, related_name="shares")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="shares")
    key_id = models.BigIntegerField()
    level = models.CharField(max_length=8, choices=Member.Level.choices)
    in_mail = models.BooleanField()
    made_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)
    # The dedupe key of the message that carries it: several shares can travel in one mail.
    message_key = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["check_in", "member"], name="one_share_a_member"),
            models.CheckConstraint(
                name="share_level_known", condition=Q(level__in=["hello", "word", "words"])
            ),
        ]
        indexes = [models.Index(fields=["message_key"], name="share_by_message")]

    def __str__(self) -> str:
        return f"share {self.public_id}"


class Reply(models.Model):
    """What a member says back, what the person answers, or a hello that nobody asked for.

    A reply without a share is a hello. Gesture, words and kinds of support are sealed with the
    person's key whoever wrote them.
    """

    part = Part(
        key="key_id",
        why="What your circle said to you and what you answered.",
        kept="Until you delete it or erase your account.",
        export=("by_person", "gesture", "words", "kinds", "made_at", "kept_at"),
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
        RATHER_WRITE = "rather_write", _("I would rather write")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="replies")
    share = models.ForeignKey(Share, null=True, on_delete=models.CASCADE, related_name="replies")
    answers = models.ForeignKey("self", null=True, on_delete=models.SET_NULL)
    key_id = models.BigIntegerField()
    by_person = models.BooleanField(default=False)
    gesture = SealedField(size=256)
    words = SealedField(size=1024)
    kinds = SealedJSONField(size=128)
    made_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    thanked_at = models.DateTimeField(null=True)
    helped_at = models.DateTimeField(null=True)
    kept_at = models.DateTimeField(null=True)
    folded_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "replies"
        indexes = [models.Index(fields=["member", "-made_at"], name="reply_of_member")]

    def __str__(self) -> str:
        return f"reply {self.public_id}"
