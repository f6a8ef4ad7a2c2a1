"""What a member says back, and hellos."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from checkins.models.share import Share
from circles.models import Member
from vault.fields import SealedField, SealedJSONField
from vault.part import Part


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
