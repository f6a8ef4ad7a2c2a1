"""One small sheet: it turns with the writing, moves nothing, fetches nothing."""

import gzip
import re

import pytest

from tests.look.sheet import SHEET, css, themes

_PHYSICAL = re.compile(
    r"\b(?:margin|padding|border|inset|scroll-padding|scroll-margin)-(?:left|right|top|bottom)\b"
    r"|(?<![-\w])(?:left|right|top|bottom|width|height|min-width|max-width|min-height|max-height)\s*:"
    r"|(?:text-align|float|clear)\s*:\s*(?:left|right)"
    r"|border-(?:top|bottom)-(?:left|right)-radius"
)
_SIZES = {"small", "base", "lead", "head", "question"}


def _physical(text: str) -> list[str]:
    # A condition on the window is no side of a box.
    return _PHYSICAL.findall(re.sub(r"@media[^{]*", "", text))


def test_no_side_is_named_by_left_or_right() -> None:
    assert _physical(css()) == []


@pytest.mark.parametrize(
    "rule", ["a{margin-left:1px}", "a{left:0}", "a{text-align:right}", "a{width:3px}"]
)
def test_a_named_side_would_be_noticed(rule: str) -> None:
    assert _physical(rule)


def test_there_are_five_sizes_of_type() -> None:
    used = re.findall(r"font-size:\s*([^;]+);", css())
    assert set(used) <= {f"var(--{name})" for name in _SIZES}
    assert set(re.findall(r"--(small|base|lead|head|question):", css())) == _SIZES


def test_the_office_has_the_colours_of_the_pages() -> None:
    office = SHEET.with_name("office.css").read_text()
    known = {colour for name in ("light", "dark") for colour in themes()[name].values()}
    assert set(re.findall(r"#[0-9a-f]{6}", office)) <= known
    assert _physical(office) == []


def test_nothing_moves_by_itself() -> None:
    assert not re.search(r"animation|transition|@keyframes|scroll-behavior", css())


def test_nothing_is_fetched() -> None:
    assert not re.search(r"url\(|@import|@font-face|https?:", css())


def test_what_is_pressed_is_large_enough() -> None:
    assert "--target: max(44px, 2.75rem);" in css()


def test_the_sheet_weighs_at_most_nine_kilobytes_on_the_wire() -> None:
    assert len(gzip.compress(SHEET.read_bytes(), 9)) <= 9 * 1024


def test_wishes_of_the_reader_are_heard() -> None:
    for wish in ("prefers-color-scheme: dark", "prefers-contrast: more", "forced-colors: active"):
        assert f"@media ({wish})" in css()
    assert "@media print" in css()
