"""What a member says back, and what the person answers."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import PlainForm, SureForm, TextField
from checkins.forms.answer import NOTE_LENGTH
from checkins.models import Reply
from circles.models import Circle

_TOO_LONG = {"max_length": _("This is longer than %(limit_value)d letters. Please shorten it.")}

# What one button does to a letter.
ONE_TAP: dict[str, Callable[[Reply, dt.datetime], object]] = {
    "thank": Reply.thank,
    "helped": Reply.helped,
    "keep": Reply.keep,
    "let_go": lambda letter, now: letter.let_go(),
    "fold": Reply.fold,
    "delete": Reply.forget,
}


class ReplyForm(PlainForm):
    """A gesture, words, or both; one of them is needed and none is chosen beforehand."""

    gesture = forms.ChoiceField(
        label=_("One tap says it"), choices=(), widget=forms.RadioSelect, required=False
    )
    words = TextField(
        label=_("Or in your words"),
        max_length=NOTE_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        error_messages=_TOO_LONG,
    )
    kinds = forms.MultipleChoiceField(
        label=_("This is meant as"),
        choices=Reply.SupportKind.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args: Any, gestures: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        gesture = self.fields["gesture"]
        assert isinstance(gesture, forms.ChoiceField)
        gesture.choices = gestures

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("gesture") and not cleaned.get("words", "").strip():
            raise forms.ValidationError(_("Please choose one of these, or write a few words."))
        return cleaned


class UndoForm(SureForm):
    """What was sent, taken back."""

    yes = _("Yes, take back what I sent")


class PersonAnswerForm(PlainForm):
    """What the person says to a member: one tap to a gesture that asks, or words."""

    choice = forms.ChoiceField(choices=Reply.Choice.choices, required=False)
    words = TextField(
        label=_("Write back"),
        max_length=NOTE_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        error_messages=_TOO_LONG,
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("choice") and not cleaned.get("words", "").strip():
            raise forms.ValidationError(_("There is nothing to send yet."))
        return cleaned


class OldLettersForm(PlainForm):
    """What becomes of letters that are three months old."""

    old_letters = forms.ChoiceField(
        label=_("Letters from your circle that are three months old"),
        choices=Circle.OldLetters.choices,
        widget=forms.RadioSelect,
        help_text=_("A letter that is let go is deleted for good. Nobody is told."),
    )
