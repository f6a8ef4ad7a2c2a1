"""What an invitee and a member choose on the pages behind their links."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.forms import LineField, PlainForm, SureForm
from accounts.names import clean_name
from circles.models import Member
from library import names, zones
from library.long_list import LongList

_ANY_TIME, _BETWEEN = "any", "sessions"


class YesNoNeverForm(PlainForm):
    """Yes, no, or never: a choice without a default, so that a program cannot make it."""

    said = forms.ChoiceField(
        label=_("Your answer"),
        choices=[
            ("yes", _("Yes")),
            ("no", _("No")),
            ("never", _("Never ask me again")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose one of the three. No reason is needed.")},
    )


class UndoForm(SureForm):
    """A No or a Never taken back."""

    yes = _("Yes, I would like to answer anew")


class BackForm(SureForm):
    """Back from a break, or from leaving."""

    yes = _("Yes, mails may come to me again")


class HoursForm(PlainForm):
    """When a member can be reached. All of it can stay as it is."""

    answers_when = LineField(
        label=_("When can you usually answer?"),
        help_text=_("For example: evenings, or at the weekend. You can leave it empty."),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        error_messages={"max_length": _("A short line is enough here: at most 200 letters.")},
    )
    reads = forms.ChoiceField(
        label=_("I read these"),
        choices=[
            (_ANY_TIME, _("whenever they come")),
            (_BETWEEN, _("before our sessions, not between them")),
        ],
        widget=forms.RadioSelect,
        required=False,
    )
    often = forms.ChoiceField(
        label=_("How often"),
        choices=[
            ("gathered", _("at most two mails a week; more is gathered")),
            ("each", _("each one as it comes")),
        ],
        widget=forms.RadioSelect,
        required=False,
    )
    quiet_from = forms.TimeField(
        label=_("No mail from"),
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"required": _("Please write a time, as in 21:00.")},
    )
    quiet_to = forms.TimeField(
        label=_("until"),
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"required": _("Please write a time, as in 08:00.")},
    )
    zone = forms.ChoiceField(label=_("Your clock"), widget=LongList)
    now_in_quiet_hours = forms.BooleanField(required=False)
    plain_mail = forms.BooleanField(
        label=_("Very plain mails: “You have a message”, no name, and a link"), required=False
    )
    language = forms.ChoiceField(label=_("Language of mails to you"), choices=settings.LANGUAGES)
    country = forms.ChoiceField(
        label=_("Your country"),
        widget=LongList,
        help_text=_("Only for the emergency number in your mails. You can leave it open."),
        required=False,
    )

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, initial=_as_it_is(member), **kwargs)
        self._choices("zone", zones.all_zones())
        self._choices("country", [("", _("I would rather not say")), *names.countries()])
        self.fields["now_in_quiet_hours"].label = _(
            "When %(name)s wants me to hear at once, also in these hours"
        ) % {"name": member.circle.person.called}

    def said(self) -> dict[str, Any]:
        """What ``member.set_hours`` takes."""
        said = dict(self.cleaned_data)
        said["wants_each"] = said.pop("often") == "each"
        said["reads_between_sessions"] = said.pop("reads") != _BETWEEN
        return said

    def _choices(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


def _as_it_is(member: Member) -> dict[str, Any]:
    return {
        "answers_when": member.answers_when,
        "reads": _ANY_TIME if member.reads_between_sessions else _BETWEEN,
        "often": "each" if member.wants_each else "gathered",
        "quiet_from": member.quiet_from,
        "quiet_to": member.quiet_to,
        "zone": zones.canonical(member.zone) or "Europe/London",
        "now_in_quiet_hours": member.now_in_quiet_hours,
        "plain_mail": member.plain_mail,
        "language": member.mailbox.language if member.mailbox else settings.LANGUAGE_CODE,
        "country": member.country,
    }


class LeaveForm(PlainForm):
    """A break or the end of it: a choice without a default, and the words the person reads."""

    choice = forms.ChoiceField(
        label=_("I would like"),
        choices=[
            ("break", _("a break, until I come back")),
            ("leave", _("to leave")),
            ("never", _("to leave, and never be asked again")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose one of the three. No reason is needed.")},
    )
    words = forms.ChoiceField(widget=forms.RadioSelect, required=False)
    own_words = LineField(
        label=_("or in your own words"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        error_messages={"max_length": _("A short line is enough here: at most 80 letters.")},
    )

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, initial={"words": "break"}, **kwargs)
        self.wordings = {
            "break": gettext("%(name)s is taking a break") % {"name": member.name},
            "busy": gettext("%(name)s has a lot on just now") % {"name": member.name},
            "gone": gettext("%(name)s has said goodbye") % {"name": member.name},
        }
        words = self.fields["words"]
        assert isinstance(words, forms.ChoiceField)
        words.choices = list(self.wordings.items())
        words.label = _("What %(name)s reads") % {"name": member.circle.person.called}

    def clean_own_words(self) -> str:
        typed = self.cleaned_data["own_words"]
        return clean_name(typed) if typed.strip() else ""

    def said(self) -> str:
        """The words the person reads about it; empty for the usual ones in their language."""
        chosen = self.cleaned_data.get("words") or "break"
        return self.cleaned_data["own_words"] or (
            "" if chosen == "break" else self.wordings[chosen]
        )
