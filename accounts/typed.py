"""What a program sends, as a page's form would get it, and what the form says back."""

from typing import Any

from django.core.exceptions import ValidationError as Invalid
from django.forms import Form
from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.serializers import ValidationError


def names(request: Request) -> dict[str, Any]:
    """The names and values that were sent; anything else is refused."""
    if not isinstance(request.data, dict):
        raise ParseError(_("Please send names and values."))
    return dict(request.data)


def typed(values: dict[str, Any]) -> QueryDict:
    """Names and values as a page's form would send them."""
    form = QueryDict(mutable=True)
    for name, value in values.items():
        several = value if isinstance(value, list) else [value]
        if not all(isinstance(one, str | bool) for one in several):
            raise ParseError(_("A value is a text, yes or no, or a list of texts."))
        form.setlist(name, ["on" if one is True else one for one in several if one is not False])
    return form


def refused(form: Form) -> ValidationError:
    """The sentences of the page, by field."""
    return ValidationError(
        {
            "" if name == "__all__" else name: [str(one) for one in said]
            for name, said in form.errors.items()
        }
    )


def refused_by_verb(error: Invalid, *, field: str = "") -> ValidationError:
    """The sentence with which a verb refused, at the field it is about."""
    return ValidationError({field: error.messages})
