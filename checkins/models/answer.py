"""What the person said."""

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from checkins.words import Words
from circles.models import Member
from vault.fields import SealedField, SealedJSONField
from vault.part import Part

if TYPE_CHECKING:
    from accounts.models import Person


class AnswerQuerySet(models.QuerySet["Answer"]):
    def of(self, person: "Person") -> "AnswerQuerySet":
        """A person's answers, the newest day first."""
        return self.filter(person=person).order_by("-local_date", "-check_in_id")

    def history(self, person: "Person", *, before: dt.date) -> "AnswerQuerySet":
        """What a list of past days needs and no more, from one index alone; newest first."""
        days = self.of(person).filter(local_date__lt=before)
        return days.only("person_id", "key_id", "local_date", "word")

    def history_page(
        self, person: "Person", *, before: dt.date, most: int
    ) -> "tuple[list[Answer], bool]":
        """A page of past days, and whether there are earlier ones.

        The last of its days is on it whole: the next page begins with another day.
        """
        history = self.history(person, before=before)
        found = list(history[: most + 1])
        if len(found) <= most:
            return found, False
        last, following = found[most - 1 :]
        rest = history.filter(local_date=last.local_date, check_in_id__lt=last.pk)
        same_day = following.local_date == last.local_date
        return [*found[:most], *(rest if same_day else ())], True

    def deciding(self, check_ins: Collection[int]) -> "dict[int, Answer]":
        """By check-in: its answer, with what decides who is given something of it."""
        choosing = self.only("person_id", "key_id", "local_date", "word", "chosen")
        return {answer.pk: answer for answer in choosing.filter(pk__in=set(check_ins))}


class Answer(models.Model):
    """What the person said: one of six words, a note, what went well, what would help.

    ``chosen`` is what was picked for this answer alone: levels, and who was told of a really hard
    day. It is sealed, so that no column tells such a day.
    """

    part = Part(
        key="key_id",
        what=_("What you said"),
        why=_("Your own words, for you and for those you chose."),
        kept=_("Until you delete it or erase your account."),
        export={
            "local_date": _("Day"),
            "word": _("Word"),
            "note": _("Note"),
            "went_well": _("Something that went well"),
            "would_help": _("What would help"),
            "answered_at": _("Said on"),
            "changed_at": _("Last changed on"),
        },
        read={"word": "word_label", "would_help": "help_labels"},
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

    check_in = models.OneToOneField(
        "checkins.CheckIn", primary_key=True, on_delete=models.CASCADE, related_name="answered"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="answers"
    )
    key_id = models.BigIntegerField()
    local_date = models.DateField()
    word = SealedField(bound=_bound, size=16)
    note = SealedField(bound=_bound, size=512)
    went_well = SealedField(bound=_bound, size=512)
    would_help = SealedJSONField(bound=_bound, size=128)
    chosen = SealedJSONField(bound=_bound, size=512)
    answered_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = AnswerQuerySet.as_manager()

    class Meta:
        # The history pages live on this index alone: 30 pages for five years.
        indexes = [
            models.Index(
                fields=["person", "local_date", "check_in"], include=["word"], name="answer_history"
            )
        ]

    def __str__(self) -> str:
        return f"answer {self.pk}"

    @property
    def is_really_hard(self) -> bool:
        """Whether this word replaces every standing level."""
        return self.word == Answer.Word.REALLY_HARD

    @property
    def word_label(self) -> str:
        """The word as people read it; empty when there was only a note."""
        return str(dict(Answer.Word.choices).get(self.word, ""))

    @property
    def help_labels(self) -> list[str]:
        """What would help, as people read it."""
        known = dict(Answer.Help.choices)
        return [str(known[one]) for one in self.would_help or () if one in known]

    @property
    def words(self) -> Words:
        """All of it as one value."""
        return Words(self.word, self.note, self.went_well, tuple(self.would_help or ()))

    @property
    def levels(self) -> dict[str, str | None]:
        """By member number: the level picked for this answer alone, None for nothing."""
        return dict(self.chosen.get("levels", {}))

    @property
    def told(self) -> dict[str, bool]:
        """By member number: who was told of a really hard day, and whether with the words."""
        return dict(self.chosen.get("told", {}))

    @property
    def kept_out(self) -> set[int]:
        """The numbers of members who get nothing of this answer, by a choice made for it alone."""
        return {int(pk) for pk, level in self.levels.items() if level is None}

    def say(self, words: Words, *, now: dt.datetime) -> None:
        """Put these words in place of the earlier ones; the caller saves."""
        self.word, self.note, self.went_well = words.word, words.note, words.went_well
        self.would_help = list(words.would_help)
        self.answered_at = self.answered_at or now
        self.changed_at = now

    def choose(self, levels: dict[Member, str | None]) -> None:
        """Remember what was picked for this answer alone; the caller saves.

        Nothing is nothing: also for those who were told of a really hard day before.
        """
        picked, told = self.levels, self.told
        for member, level in levels.items():
            picked.pop(str(member.pk), None)
            if level != member.level:
                picked[str(member.pk)] = level
            if level is None:
                told.pop(str(member.pk), None)
        self._choose(levels=picked, told=told)

    def tell(self, member_ids: set[int], *, with_words: bool) -> set[int]:
        """Count these members as told of this day; returns those who were not before."""
        told, levels = self.told, self.levels
        fresh = {pk for pk in member_ids if str(pk) not in told}
        for pk in member_ids:
            told[str(pk)] = with_words or told.get(str(pk), False)
            if levels.get(str(pk), "") is None:
                del levels[str(pk)]
        self._choose(told=told, levels=levels)
        return fresh

    def keep_from(self, member_ids: set[int]) -> None:
        """Give these members nothing of it, whatever their standing level; the caller saves."""
        told = {pk: words for pk, words in self.told.items() if int(pk) not in member_ids}
        self._choose(told=told, levels=self.levels | {str(pk): None for pk in member_ids})

    def _choose(self, **parts: Any) -> None:
        self.chosen = {**self.chosen, **parts}
