"""What the person said."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from checkins.models.check_in import CheckIn
from vault.fields import SealedField, SealedJSONField
from vault.part import Part


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
