"""What is drawn once and kept, with gaps for what is each reader's own: mails and pieces of pages.

Drawing a template takes long, and what two readers get differs in a few words alone. So it is drawn
with marks where those words will stand. What is kept holds nobody's words, and neither does its
key: the words come last, written down by the filling of whoever asks.
"""

import re
import uuid
from collections.abc import Callable, Hashable, Sequence
from typing import Any, NamedTuple

from django.utils.safestring import SafeString

# Signs of the private use area, and the public ids of nobody, for addresses to be drawn with. No
# template has them, and what goes into a gap is never searched.
_MARKED = re.compile(
    "\ue000([0-9]+)\ue001|5c0ffee5-0000-4000-8000-([0-9]{12})|5c0ffee5000040008000([0-9]{12})"
)
_MOST_KEPT = 1024


class Said(str):
    """Words that are somebody's own. A template prints them as they are and by no filter.

    It may ask whether they are empty, and nothing else about them. In an attribute they may stand
    where the filling writes quotes down.
    """

    __slots__ = ()


class _Gap(NamedTuple):
    """The place of one of the words."""

    number: int


class _Id(NamedTuple):
    """The place of a public id; written without dashes it has the next number."""

    number: int


_Pieces = tuple[str | _Gap, ...]
_kept: dict[Hashable, list[_Pieces]] = {}


def filled(
    place: Hashable,
    context: dict[str, Any],
    drawing: Callable[[dict[str, Any]], Sequence[str]],
    *fillings: Callable[[str], str],
) -> Sequence[str]:
    """The texts ``drawing`` makes of ``context``, drawn once for all that differ in gaps alone.

    Gaps are ``Said``, which ``fillings`` write down, one for each text; what is drawn already; and
    public ids. All else is part of the key, as is ``place``: whatever more decides how it is drawn.
    A context that holds more than texts, numbers, lists and dictionaries is drawn each time; so is
    one with lazy texts, which may read differently in another language.
    """
    own: list[str] = []
    try:
        key = (place, _without(context, own))
    except _Unfit:
        return drawing(context)
    kept = _kept.get(key)
    if kept is None:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        kept = _kept[key] = [_pieces(text) for text in drawing(_with_marks(key[1]))]
    return [_joined(text, own, fill) for text, fill in zip(kept, fillings, strict=True)]


class _Unfit(Exception):
    """The context holds something of which nobody knows here what it prints."""


def _without(value: Any, own: list[str]) -> Hashable:
    """``value`` without what is somebody's own, fit to be a key; that itself goes into ``own``."""
    kind = type(value)
    if kind is Said or kind is SafeString:
        if not value:
            return ""
        own.append(value)
        return _Gap(len(own) - 1)
    if kind is str or kind is int or value is None:
        return value
    if kind is bool:
        return (bool, value)  # or it would be the same key as a number
    if kind is dict:
        return (dict, *[(name, _without(one, own)) for name, one in value.items()])
    if kind is list or kind is tuple:
        return (list, *[_without(one, own) for one in value])
    if kind is uuid.UUID:
        own += (str(value), value.hex)
        return _Id(len(own) - 2)
    raise _Unfit


def _with_marks(value: Any) -> Any:
    if isinstance(value, _Gap):
        return f"\ue000{value.number}\ue001"
    if isinstance(value, _Id):
        return uuid.UUID(f"5c0ffee5-0000-4000-8000-{value.number:012}")
    if not isinstance(value, tuple):
        return value
    kind, *rest = value
    if kind is dict:
        return {name: _with_marks(one) for name, one in rest}
    return rest[0] if kind is bool else [_with_marks(one) for one in rest]


def _pieces(text: str) -> _Pieces:
    pieces: list[str | _Gap] = []
    end = 0
    for found in _MARKED.finditer(text):
        word, dashed, bare = found.groups()
        gap = _Gap(int(bare) + 1 if bare else int(word or dashed))
        pieces += (text[end : found.start()], gap)
        end = found.end()
    return (*pieces, text[end:])


def _joined(pieces: _Pieces, own: list[str], fill: Callable[[str], str]) -> str:
    words = [fill(one) if type(one) is Said else one for one in own]
    return "".join([words[piece.number] if isinstance(piece, _Gap) else piece for piece in pieces])
