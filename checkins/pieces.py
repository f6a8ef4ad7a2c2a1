"""Pieces of a page that are the same for everyone but for a few words: drawn once, then filled in.

Ten members and a handful of letters made two thirds of Today's work when each was drawn on its
own. A piece is an ordinary template. What decides how it is drawn is its ``look`` and is kept in
memory; the words of people are not: where they stand, the drawing has a gap.
"""

import re
import uuid
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.forms import Form
from django.template.loader import render_to_string
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

Facts = tuple[tuple[str, Any], ...]
Look = tuple[tuple[str, str | bool | None], ...]
# The public id of nobody: addresses are drawn with it and get the real one.
_NOBODY = uuid.UUID("5c0ffee5-0000-4000-8000-000000000000")
_GAP = re.compile(f"\x02(\\w+)\x03|({_NOBODY})|({_NOBODY.hex})")


def filled(
    template: str, look: Mapping[str, str | bool | None], public_id: uuid.UUID, **words: str
) -> SafeString:
    """The piece in this look, about this public id, with these words in its gaps.

    A look is one of few: what somebody wrote has no place in it.
    """
    drawn = _drawn(
        template, str(get_language()), settings.ROOT_URLCONF, tuple(look.items()), tuple(words)
    )
    said: dict[str, str] = {name: conditional_escape(word) for name, word in words.items()}
    said |= {"": "", str(_NOBODY): str(public_id), _NOBODY.hex: public_id.hex}
    return mark_safe("".join(said[gap] + text for gap, text in drawn))  # noqa: S308 - escaped above


def fields(template: str, form: Form, **made_of: Any) -> SafeString:
    """The boxes of a form: a fresh one holds nobody's words, so it is drawn once for all.

    ``made_of`` is what a fresh form is made of, and nothing of it was written by anybody.
    """
    if form.is_bound or form.initial:
        return render_to_string(template, {"form": form})
    return _fresh(
        template, str(get_language()), settings.ROOT_URLCONF, type(form), tuple(made_of.items())
    )


@lru_cache(maxsize=256)
def _fresh(
    template: str, language: str, site_map: str, form: type[Form], made_of: Facts
) -> SafeString:
    return render_to_string(template, {"form": form(**dict(made_of))})


@lru_cache(maxsize=1024)
def _drawn(
    template: str, language: str, site_map: str, look: Look, gaps: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    marks = {name: f"\x02{name}\x03" for name in gaps}
    text = render_to_string(template, {**dict(look), **marks, "public_id": _NOBODY})
    pieces, gap, place = [], "", 0
    for found in _GAP.finditer(text):
        pieces.append((gap, text[place : found.start()]))
        gap, place = found[1] or found[0], found.end()
    return (*pieces, (gap, text[place:]))
