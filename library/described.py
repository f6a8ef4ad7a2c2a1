"""How the API is described: bodies are drawn from the very forms that judge them, lists alike."""

from collections.abc import Callable, Collection
from functools import cache
from typing import Any

from django import forms
from drf_spectacular.utils import (
    OpenApiParameter,
    extend_schema,
    extend_schema_serializer,
    inline_serializer,
)
from rest_framework import serializers

Mark = Callable[[Any], Any]
TEXTS = {"type": "array", "items": {"type": "string"}}
YES_OR_NO = {"type": "boolean"}
IDS = {"type": "array", "items": {"type": "string", "format": "uuid"}}


@cache
def listed(shown: type[serializers.Serializer[Any]]) -> Mark:
    """Mark a list that comes by cursor, thirty at a time."""
    place: Any = {"allow_null": True, "help_text": "The whole address of that page, or null."}
    page = inline_serializer(
        f"{shown.__name__.removesuffix('Serializer')}Page",
        {
            "next": serializers.URLField(**place),
            "previous": serializers.URLField(**place),
            "results": shown(many=True),
        },
    )
    where = "Where this page begins: as it stands in `next` and `previous`, and not to be made up."
    return extend_schema(
        parameters=[OpenApiParameter("cursor", str, description=where)],
        responses={200: extend_schema_serializer(many=False)(type(page))},
    )


def shown(what: type[serializers.Serializer[Any]], *, status: int = 200) -> Mark:
    """Mark what is read, or done without a body."""
    return extend_schema(request=None, responses={status: what})


def done() -> Mark:
    """Mark what is done without a body and answered without one."""
    return extend_schema(request=None, responses={204: None})


def taken(
    body: dict[str, Any], answer: type[serializers.Serializer[Any]] | None, *, status: int = 200
) -> Mark:
    """Mark what takes a body."""
    request = {"application/json": body}
    return extend_schema(request=request, responses={status if answer else 204: answer})


def drawn(
    form: type[forms.Form],
    *,
    without: Collection[str] = (),
    partly: bool = False,
    **also: dict[str, Any],
) -> dict[str, Any]:
    """The JSON that a page's form takes; ``also`` stands beside its fields or in their place."""
    fields = {name: one for name, one in form.base_fields.items() if name not in without}
    body: dict[str, Any] = {
        "type": "object",
        "properties": {name: _field(one) for name, one in fields.items()} | also,
    }
    needed = sorted(name for name, one in fields.items() if one.required)
    return body if partly or not needed else body | {"required": needed}


def _field(field: forms.Field) -> dict[str, Any]:
    if isinstance(field, forms.BooleanField):
        return YES_OR_NO
    if isinstance(field, forms.MultipleChoiceField):
        return {"type": "array", "items": {"type": "string", "enum": _values(field)}}
    if isinstance(field, forms.ChoiceField):
        return {"type": "string", "enum": _one_of(field)}
    if isinstance(field, forms.TimeField):
        return {"type": "string", "example": "09:00"}
    most = getattr(field, "max_length", None)
    return {"type": "string"} | ({"maxLength": most} if most else {})


def _values(field: Any) -> list[str]:
    return [str(value) for value, _label in field.choices]


def _one_of(field: Any) -> list[str]:
    values = _values(field)
    return values if field.required or "" in values else ["", *values]
