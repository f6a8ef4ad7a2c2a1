"""How every form is drawn: one field, one form, one kind of error."""

from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _

from accounts.forms import PlainForm


class Renderer(TemplatesSetting):
    """Label above, hint under it, the error between in words, a linked summary on top.

    The templates are ours, found like all others; Django's own widgets stay as they are.
    """

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"


class EraseForm(PlainForm):
    """One clear choice before what cannot be undone."""

    sure = forms.BooleanField(
        label=_("Yes, delete everything of mine"),
        error_messages={"required": _("Please tick this if you want to erase everything.")},
    )
