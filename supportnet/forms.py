"""How every form is drawn: one field, one form, one kind of error."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Label above, hint under it, the error between in words, a linked summary on top.

    The templates are ours, found like all others; Django's own widgets stay as they are.
    """

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
