"""Pieces of a page that are the same for everyone but for a few words: drawn once, then filled in.

Ten members and a handful of letters made two thirds of Today's work when each was drawn on its
own. A piece is an ordinary template; ``library.frames`` keeps its drawing, and nobody's words.
"""

import html
from collections.abc import Hashable
from typing import Any

from django.conf import settings
from django.forms import Form
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from library import frames


def filled(template: str, **context: Any) -> SafeString:
    """The piece with everybody's own in its gaps: ``Said``, pieces drawn already, public ids.

    What else stands in ``context`` decides its look, which is one of few.
    """
    [text] = frames.filled(
        _place(template),
        context,
        lambda marked: [render_to_string(template, marked)],
        html.escape,
    )
    return mark_safe(text)  # noqa: S308 - a drawing, and words with quotes and all escaped


def fields(template: str, form: Form, **made_of: Any) -> SafeString:
    """The boxes of a form: a fresh one holds nobody's words, so it is drawn once for all.

    ``made_of`` is what a fresh form is made of, and nothing of it was written by anybody.
    """
    if form.is_bound or form.initial:
        return render_to_string(template, {"form": form})
    fresh = type(form)
    [text] = frames.filled(
        (_place(template), fresh, tuple(made_of.items())),
        {},
        lambda _: [render_to_string(template, {"form": fresh(**made_of)})],
        html.escape,
    )
    return mark_safe(text)  # noqa: S308 - a drawing without gaps


def _place(template: str) -> Hashable:
    return (template, get_language(), settings.ROOT_URLCONF)
