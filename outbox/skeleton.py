"""The frame of a mail, rendered once and kept; what people said and are called is set into it.

Rendering two templates and making the styles inline takes milliseconds, and mails of one kind
differ in a few words alone. So a template is rendered with gaps where those words stand. What is
kept holds nobody's words: they come last, escaped for the page and tidied for the plain text.
"""

import html
import re
from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

# Signs of the private use area: no template has them, and people's words are never searched.
_MARKED = re.compile("\ue000([0-9]+)\ue001")
_MOST_KEPT = 512


class Said(str):
    """Words that go into a mail as they are: printed in text, in no attribute and by no filter.

    A template may ask whether they are empty, and nothing else about them.
    """

    __slots__ = ()


class Pages(NamedTuple):
    """A mail as plain text and as a page."""

    text: str
    page: str


class _Gap(NamedTuple):
    """The place of one of the words."""

    number: int


_Pieces = tuple[str | _Gap, ...]
_kept: dict[Hashable, tuple[_Pieces, _Pieces]] = {}


def render(
    key: Hashable, context: dict[str, Any], rendering: Callable[[dict[str, Any]], Pages]
) -> Pages:
    """The pages of ``context``; those of one ``key`` that differ in people's words alone are kept.

    A context that holds more than texts, numbers, lists and dictionaries is rendered each time; so
    is one with lazy texts, which may read differently in another language.
    """
    words: list[str] = []
    try:
        frame = (key, _without(context, words))
    except _Unfit:
        return rendering(context)
    if frame not in _kept:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        text, page = rendering(_with_gaps(frame[1]))
        _kept[frame] = _pieces(text), _pieces(page)
    text_pieces, page_pieces = _kept[frame]
    return Pages(
        _filled(text_pieces, [_one_paragraph(word) for word in words]),
        _filled(page_pieces, [html.escape(word, quote=False) for word in words]),
    )


def tidy(text: str) -> str:
    """Plain text without blanks at the ends of its lines, and one empty line where many were."""
    lines = [line.rstrip() for line in text.strip().splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"


class _Unfit(Exception):
    """The context holds something of which nobody knows here what it prints."""


def _without(value: Any, words: list[str]) -> Hashable:
    """``value`` without people's words, fit to be a key; the words themselves go into ``words``."""
    kind = type(value)
    if kind is Said:
        if not value:
            return ""
        words.append(str(value))
        return _Gap(len(words) - 1)
    if kind is str or kind is int or value is None:
        return value
    if kind is bool:
        return (bool, value)  # or it would be the same key as a number
    if kind is dict:
        return (dict, *[(name, _without(one, words)) for name, one in value.items()])
    if kind is list or kind is tuple:
        return (list, *[_without(one, words) for one in value])
    raise _Unfit


def _with_gaps(value: Any) -> Any:
    if isinstance(value, _Gap):
        return f"\ue000{value.number}\ue001"
    if not isinstance(value, tuple):
        return value
    kind, *rest = value
    if kind is dict:
        return {name: _with_gaps(one) for name, one in rest}
    return rest[0] if kind is bool else [_with_gaps(one) for one in rest]


def _pieces(text: str) -> _Pieces:
    parts = enumerate(_MARKED.split(text))
    return tuple(_Gap(int(part)) if place % 2 else part for place, part in parts)


def _filled(pieces: _Pieces, words: list[str]) -> str:
    return "".join([words[piece.number] if isinstance(piece, _Gap) else piece for piece in pieces])


def _one_paragraph(word: str) -> str:
    return word.strip() if word.isprintable() else tidy(word)[:-1]
