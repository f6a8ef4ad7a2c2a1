"""How every form is drawn: one field, one form, one kind of error."""

from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _


class Renderer(TemplatesSetting):
    """Label above, hint under it, the error between in words, a linked summary on top.

    The templates are ours, found like all others; Django's own widgets stay as they are.
    """

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"


class EraseForm(forms.Form):
    """One clear choice before what cannot be undone."""

    sure = forms.BooleanField(
        label=_("Yes, delete everything of mine"),
        error_messages={"required": _("Please tick this if you want to erase everything.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
