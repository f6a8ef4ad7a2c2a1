"""How every form is drawn: one field, one form, one kind of error."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from accounts.forms import PlainForm

Widget = dict[str, Any]


class Renderer(TemplatesSetting):
    """Label above, hint under it, the error between in words, a linked summary on top.

    The templates are ours, found like all others; Django's own widgets stay as they are, but the
    plain ones are written here letter by letter: a page has fifty of them, and fifty templates
    within templates were a third of its work.
    """

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> Any:
        write = _PLAIN.get(template_name)
        if write is None or context["widget"].get("wrap_label"):
            return super().render(template_name, context, request)
        return write(context["widget"])


def _input(widget: Widget) -> SafeString:
    value = widget["value"]
    said = "" if value is None else f' value="{_text(value)}"'
    opening = f'<input type="{_text(widget["type"])}" name="{_text(widget["name"])}"'
    return mark_safe(f"{opening}{said}{_attrs(widget)}>")  # noqa: S308 - each part is escaped


def _textarea(widget: Widget) -> SafeString:
    value = widget["value"] or ""
    opening = f'<textarea name="{_text(widget["name"])}"{_attrs(widget)}>'
    return mark_safe(f"{opening}\n{_text(value)}</textarea>")  # noqa: S308 - each part is escaped


def _attrs(widget: Widget) -> str:
    given = ((name, value) for name, value in widget["attrs"].items() if value is not False)
    return "".join(
        f" {name}" if value is True else f' {name}="{_text(value)}"' for name, value in given
    )


def _text(value: Any) -> str:
    return str(conditional_escape(value))


_PLAIN: Mapping[str, Callable[[Widget], SafeString]] = {
    f"django/forms/widgets/{name}.html": _input
    for name in (
        "checkbox",
        "checkbox_option",
        "email",
        "hidden",
        "input",
        "number",
        "password",
        "radio_option",
        "text",
        "time",
    )
} | {"django/forms/widgets/textarea.html": _textarea}


class EraseForm(PlainForm):
    """One clear choice before what cannot be undone."""

    sure = forms.BooleanField(
        label=_("Yes, delete everything of mine"),
        error_messages={"required": _("Please tick this if you want to erase everything.")},
    )
