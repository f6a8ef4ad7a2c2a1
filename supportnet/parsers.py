"""JSON as we take and give it: what would break something later is refused at the door."""

import json
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import JSONParser

_DEEPEST = 20


class AlwaysJSON(DefaultContentNegotiation):
    """There is one way to answer, whatever a program or a browser would rather read."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class PlainJSONParser(JSONParser):
    """At most 20 levels deep, no NUL, no half of a letter (a lone surrogate)."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        # The framework measures forms alone; here the same limit holds for what a program sends.
        most = int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)
        body = stream.read(most + 1)
        if len(body) > most:
            raise RequestDataTooBig
        if _depth(body) > _DEEPEST:
            raise ParseError(_("This is nested too deeply."))
        try:
            data = json.loads(body.decode("utf-8"), parse_constant=_refuse)
        except (ValueError, RecursionError):
            raise ParseError(_("This is not JSON.")) from None
        _check(data)
        return data


def _depth(body: bytes) -> int:
    """The deepest nesting, counted without parsing: brackets inside texts do not count."""
    deepest = now = 0
    in_text = escaped = False
    for letter in body:
        if in_text:
            in_text = escaped or letter != 0x22
            escaped = not escaped and letter == 0x5C
        elif letter == 0x22:
            in_text = True
        elif letter in b"[{":
            now += 1
            deepest = max(deepest, now)
        elif letter in b"]}":
            now -= 1
    return deepest


def _check(data: Any) -> None:
    if isinstance(data, str):
        _check_text(data)
    elif isinstance(data, list):
        for value in data:
            _check(value)
    elif isinstance(data, dict):
        for name, value in data.items():
            _check_text(name)
            _check(value)


def _check_text(text: str) -> None:
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ParseError(_("This holds letters that nobody can read."))


def _refuse(name: str) -> None:
    raise ValueError(name)
