"""The report form: a reason and, if one likes, words."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import PlainForm, TextField
from moderation.models import Report

_WORDS_LENGTH = 4_000


class ReportForm(PlainForm):
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
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        help_text=_("Only what you write here goes to them. They do not see the message itself."),
    )
