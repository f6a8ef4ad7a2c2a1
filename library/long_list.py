"""A select of hundreds of places, where Django would draw a template for each of them."""

from functools import lru_cache
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString


class LongList(forms.Select):
    """A select like any other. What all readers of a language see of it is drawn once."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        drawn = _drawn(tuple((str(code), str(label)) for code, label in self.choices))
        for chosen in self.format_value(value):
            line = f'<option value="{escape(chosen)}"'
            drawn = SafeString(drawn.replace(f"{line}>", f"{line} selected>"))
        about = flatatt(self.build_attrs(self.attrs, attrs))
        return format_html('<select name="{}"{}>{}\n</select>', name, about, drawn)


@lru_cache(maxsize=64)
def _drawn(choices: tuple[tuple[str, str], ...]) -> SafeString:
    return format_html_join("", '\n<option value="{}">{}</option>', choices)
