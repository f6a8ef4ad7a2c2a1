"""What one member did get of one answer."""

import uuid

from django.db import models
from django.db.models import Q

from checkins.models.check_in import CheckIn
from circles.models import Member
from vault.part import Part


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
