"""What the person says, and who hears what of this one answer."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import PlainForm, TextField
from checkins.models import Answer, CheckIn
from circles.models import Member

NOTE_LENGTH = 10_000
LINE_LENGTH = 1_000
SAID = ("word", "note", "went_well", "would_help")

# What a member may get of one answer; "ask" is a standing choice only.
HEARS = [
    ("", _("nothing")),
    (Member.Level.HELLO.value, _("that I said hello")),
    (Member.Level.WORD.value, _("my word")),
    (Member.Level.WORDS.value, _("my word and what I write")),
]


class AnswerForm(PlainForm):
    """All of it is optional: a word, a note, both or neither are accepted."""

    template_name = "checkins/_answer_form.html"

    word = forms.ChoiceField(
        label=_("How are you holding up?"),
        choices=Answer.Word.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    note = TextField(
        label=_("A note, if you like"),
        max_length=NOTE_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        error_messages={
            "max_length": _("This note is longer than %(limit_value)d letters. Please shorten it.")
        },
    )
    went_well = TextField(
        label=_("Something that went well"),
        max_length=LINE_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        error_messages={
            "max_length": _("This line is longer than %(limit_value)d letters. Please shorten it.")
        },
    )
    would_help = forms.MultipleChoiceField(
        label=_("What would help"),
        choices=Answer.Help.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    with_words = forms.BooleanField(
        label=_("After a really hard day: the people I chose may read these words too"),
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        members: Iterable[Member] = (),
        tells_hard_days: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if not tells_hard_days:
            del self.fields["with_words"]
        self.members = list(members)
        for member in self.members:
            self.fields[line_of(member)] = forms.ChoiceField(
                label=_("What this person hears"),
                choices=HEARS,
                widget=forms.RadioSelect,
                required=False,
                initial="" if member.level == Member.Level.ASK else member.level,
            )

    def said(self) -> dict[str, Any]:
        """The cleaned answer, as the verb takes it."""
        return {name: self.cleaned_data[name] for name in SAID}

    def lets_words_through(self) -> bool:
        """Whether those told of a really hard day may read the words as well."""
        return bool(self.cleaned_data.get("with_words"))

    def is_blank(self) -> bool:
        """Whether nothing was said at all."""
        return not any(self.said().values())

    def choices(self) -> dict[int, str | None]:
        """What the person chose for this answer alone, by member; None is nothing.

        A line that did not come with the form is no choice, nor is one that was left as usual.
        """
        lines = {line_of(member): member.pk for member in self.members}
        return {
            pk: self.cleaned_data[line] or None
            for line, pk in lines.items()
            if self._is_chosen(line)
        }

    def _is_chosen(self, line: str) -> bool:
        # What was shown can differ from what is usual: then leaving it so is a choice as well.
        unusual = self.cleaned_data[line] != self.fields[line].initial
        return line in self.data and (unusual or line in self.changed_data)

    def hears(self) -> list[tuple[Member, forms.BoundField]]:
        """Each member with the box of what they get of this answer."""
        return [(member, self[line_of(member)]) for member in self.members]


class LinkAnswerForm(AnswerForm):
    """The same by the link of a mail: a word is chosen, since programs press buttons too."""

    template_name = "checkins/_link_answer_form.html"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        word = self.fields["word"]
        word.required = True
        word.error_messages["required"] = _("Please choose a word. “No words today” is one too.")


def as_said(check_in: CheckIn, members: Iterable[Member]) -> dict[str, Any]:
    """What was said and chosen, for a form to begin with."""
    given = check_in.said()
    if given is None:
        return {}
    said = {name: getattr(given, name) for name in SAID}
    levels = check_in.levels()
    return said | {line_of(member): levels.get(member.pk, "") for member in members}


def line_of(member: Member) -> str:
    """The name of the line that says what this member gets."""
    return f"hears_{member.public_id.hex}"
