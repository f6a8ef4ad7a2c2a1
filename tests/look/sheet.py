"""Reads the stylesheet the way a test needs it: tokens by theme, rules without comments."""

import re
from pathlib import Path

from django.conf import settings

SHEET = Path(settings.BASE_DIR, "static/css/site.css")
_DARK = r"@media \(prefers-color-scheme: dark\) \{\s*"


def css() -> str:
    """The sheet without its comments."""
    return re.sub(r"/\*.*?\*/", "", SHEET.read_text(), flags=re.DOTALL)


def themes() -> dict[str, dict[str, str]]:
    """The colours each theme ends with, by token."""
    light = _tokens(r"@layer tokens \{\s*:root \{")
    dark = light | _tokens(_DARK + r":root \{")
    quiet = _tokens(r"\n  \.quiet \{")
    return {
        "light": _plain(light),
        "dark": _plain(dark),
        "quiet light": _plain(light | quiet),
        "quiet dark": _plain(dark | quiet | _tokens(_DARK + r"\.quiet \{")),
    }


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG counts it."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _tokens(start: str) -> dict[str, str]:
    opening = re.search(start, css())
    assert opening, start
    block = css()[opening.end() :].split("}")[0]
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", block))


def _plain(tokens: dict[str, str]) -> dict[str, str]:
    found = {}
    for name, value in tokens.items():
        while alias := re.fullmatch(r"var\(--([\w-]+)\)", value):
            value = tokens[alias[1]]
        if re.fullmatch(r"#[0-9a-f]{6}", value):
            found[name] = value
    return found


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
