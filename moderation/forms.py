"""Forms of this room: to report something, to answer a decision, and the moderator's own."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import LineField, PlainForm, TextField
from moderation import rules
from moderation.items import Item
from moderation.measures import RESTRICTIONS, Action, possible
from moderation.models import Opening, Report
from moderation.models.opening import SHORTEST
from outbox import addresses

_WORDS_LENGTH = 4_000
_DURATIONS = [
    ("", _("until it is taken back")),
    ("7", _("for a week")),
    ("30", _("for a month")),
    ("90", _("for three months")),
]


def _box(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "dir": "auto"})


class WholeAddressForm(PlainForm):
    """One mail address, whole: parts of addresses find nothing."""

    address = forms.CharField(
        label=_("The whole address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "dir": "ltr"}),
        error_messages={"required": _("Please type the whole address.")},
    )

    def clean_address(self) -> str:
        return addresses.clean(self.cleaned_data["address"])


class ReportForm(PlainForm):
    """A reason; words and two ticks if one likes."""

    item = forms.ChoiceField(
        label=_("What do you want to report?"),
        widget=forms.RadioSelect,
        required=False,
    )
    reason = forms.ChoiceField(
        label=_("What is it about?"),
        choices=[choice for choice in Report.Reason.choices if choice[0] != "wrong_line"],
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose what it is about.")},
    )
    words = TextField(
        label=_("What should the moderators know?"),
        max_length=_WORDS_LENGTH,
        required=False,
        widget=_box(4),
    )
    may_read = forms.BooleanField(
        label=_("The moderator may read this message"),
        required=False,
        help_text=_("Without this they see what you write here, and open it only with a reason."),
    )
    wants_outcome = forms.BooleanField(
        label=_("Write to me when it is decided"),
        required=False,
        help_text=_("Leave it out if somebody else reads your mail."),
    )

    def __init__(self, *args: Any, found: list[Item], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = {item.code: item for item in found}
        if len(found) == 1:
            del self.fields["item"]
        else:
            field = self.fields["item"]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [(item.code, item.label) for item in found]
            field.initial = found[0].code
        if not any(item.is_words for item in found):
            del self.fields["may_read"]

    def said(self) -> dict[str, Any]:
        """The item and all that was said of it, for the verb that stores it."""
        said = dict(self.cleaned_data)
        code = said.pop("item", "") or next(iter(self.found))
        return {"item": self.found[code], **said}


class LineReportForm(PlainForm):
    """A wrong number: what is wrong, if one knows."""

    words = TextField(
        label=_("What is wrong?"),
        max_length=_WORDS_LENGTH,
        required=False,
        widget=_box(3),
        help_text=_("The number is dead, somebody else answers, the hours are not right."),
    )


class AppealForm(PlainForm):
    words = TextField(
        label=_("What should somebody look at again?"),
        max_length=_WORDS_LENGTH,
        widget=_box(5),
        error_messages={"required": _("Please write what we should look at again.")},
    )


class GlassForm(PlainForm):
    """Why one message has to be opened; its writer will read this."""

    category = forms.ChoiceField(
        label=_("Why do you have to read it?"),
        choices=Opening.Category.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose why.")},
    )
    reason = TextField(
        label=_("In your own words"),
        min_length=SHORTEST,
        max_length=400,
        widget=_box(2),
        help_text=_("The one who wrote the message reads this when the report is decided."),
        error_messages={
            "required": _("Please say why in at least 20 letters."),
            "min_length": _("Please say why in at least 20 letters."),
        },
    )


class DecisionForm(PlainForm):
    """What is decided, on what it rests, and the words to whoever reported."""

    action = forms.ChoiceField(
        label=_("What do you decide?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose what you decide.")},
    )
    rule = forms.ChoiceField(
        label=_("Which rule is it about?"),
        required=False,
        choices=[("", _("no rule was broken")), *rules.choices()],
    )
    lasts = forms.ChoiceField(label=_("For how long?"), required=False, choices=_DURATIONS)
    facts = TextField(
        label=_("What does it rest on?"),
        required=False,
        max_length=_WORDS_LENGTH,
        widget=_box(4),
        help_text=_("Whoever it concerns reads this. Say what happened, and not who told us."),
    )
    answer = TextField(
        label=_("A few words to whoever reported it"),
        required=False,
        max_length=_WORDS_LENGTH,
        widget=_box(3),
    )
    signed = LineField(
        label=_("Signed"),
        max_length=60,
        required=False,
        help_text=_("A human name. Your first name is enough."),
    )

    def __init__(self, *args: Any, report: Report, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["action"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.value, one.label) for one in possible(report)]
        if report.is_about_line:
            for name in ("rule", "lasts"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        action = cleaned.get("action")
        if action in RESTRICTIONS or action == Action.WARN:
            self._want(cleaned, "facts", _("Please say what it rests on."))
            if "rule" in self.fields:
                self._want(cleaned, "rule", _("Please choose the rule it is about."))
                self._want(cleaned, "signed", _("Please sign it with a name."))
        return cleaned

    def said(self, today: dt.date) -> dict[str, Any]:
        """What the verb wants to know."""
        said = {name: self.cleaned_data.get(name, "") for name in ("action", "rule", "facts")}
        said |= {name: self.cleaned_data[name] for name in ("answer", "signed")}
        lasts = self.cleaned_data.get("lasts")
        return {**said, "ends_on": today + dt.timedelta(days=int(lasts)) if lasts else None}

    def _want(self, cleaned: dict[str, Any], name: str, sentence: Any) -> None:
        if not cleaned.get(name) and name not in self.errors:
            self.add_error(name, sentence)


class AppealAnswerForm(PlainForm):
    """What somebody who looked again decides."""

    change = forms.ChoiceField(
        label=_("What do you decide?"),
        choices=[("keep", _("It stays as it was")), ("change", _("It is taken back"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose what you decide.")},
    )
    answer = TextField(
        label=_("Why?"),
        max_length=_WORDS_LENGTH,
        widget=_box(4),
        help_text=_("Whoever it concerns reads this."),
        error_messages={"required": _("Please say why.")},
    )
    signed = LineField(
        label=_("Signed"),
        max_length=60,
        error_messages={"required": _("Please sign it with a name.")},
    )

    def said(self) -> dict[str, Any]:
        """What the verb wants to know."""
        said = {name: self.cleaned_data[name] for name in ("answer", "signed")}
        return {**said, "change": self.cleaned_data["change"] == "change"}


class TopicsForm(PlainForm):
    """What a moderator would rather leave to others."""

    topics = forms.MultipleChoiceField(
        label=_("I leave these to others"),
        required=False,
        choices=Report.Reason.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("You can change it at any time. Nobody asks why."),
    )
