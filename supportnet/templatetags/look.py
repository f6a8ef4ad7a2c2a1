"""Small words for templates, and the frame of a page, drawn once for all who see the same."""

from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()


@register.filter
def tel(number: str) -> SafeString:
    """A number as a link that dials exactly what is shown."""
    return format_html('<a href="tel:{0}"><bdi>{0}</bdi></a>', number)


@register.simple_tag
def bar(without_exit: Any) -> SafeString:
    """The line on top: the way home, help and the way out."""
    return _drawn("components/_bar.html", without_exit=bool(without_exit))


@register.simple_tag
def pages(here: str) -> SafeString:
    """The six pages of a person; ``here`` is the name of the one that is open."""
    return _drawn("components/_pages.html", here=here)


@register.simple_tag
def foot(emergency_number: str, signed_in: Any) -> SafeString:
    """The standing sentence and the quiet links under every page."""
    return _drawn(
        "components/_foot.html", emergency_number=emergency_number, signed_in=bool(signed_in)
    )


def _drawn(name: str, **facts: str | bool) -> SafeString:
    # A third of a page's work stood in these lines, and they are the same for nearly everyone.
    return _draw(name, str(get_language()), settings.ROOT_URLCONF, tuple(facts.items()))


@lru_cache(maxsize=1024)
def _draw(
    name: str, language: str, site_map: str, facts: tuple[tuple[str, str | bool], ...]
) -> SafeString:
    return render_to_string(name, dict(facts))
