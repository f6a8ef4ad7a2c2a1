"""What no template may hold: style and script of its own, and other people's places."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib import admin as contrib_admin

from tests.look.sheet import css

_FOLDERS = [Path(settings.BASE_DIR, "templates"), *Path(settings.BASE_DIR).glob("*/templates")]
PAGES = sorted(
    page for folder in _FOLDERS for page in folder.rglob("*.html") if "mail" not in page.parts
)
MAILS = sorted(
    page for folder in _FOLDERS for page in folder.rglob("*.html") if "mail" in page.parts
)
_INLINE = re.compile(r"\sstyle\s*=|<style\b|<script(?![^>]*\ssrc=)|\son[a-z]+\s*=\s*[\"']", re.I)
_LOADED = re.compile(
    r"<(?:script|link|img|iframe|source|video|audio)\b[^>]*(?:src|href)=[\"']?(?:https?:)?//", re.I
)


def _name(page: Path) -> str:
    return str(page.relative_to(settings.BASE_DIR))


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_a_page_has_no_style_or_script_of_its_own(page: Path) -> None:
    assert _INLINE.findall(page.read_text()) == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_a_page_begins_with_one_heading(page: Path) -> None:
    text = page.read_text()
    if "{% extends" not in text or "{% block main %}" not in text:
        return
    pieces = re.findall(r'{% include "([^"]+)"', text)
    whole = [text, *(Path(settings.BASE_DIR, "templates", piece).read_text() for piece in pieces)]
    assert any("<h1" in piece for piece in whole)


def _sheet_of(page: Path) -> str:
    """What a page looks like: ours, or in the office Django's sheets and what we add to them."""
    if "admin" not in page.parts:
        return css()
    django = Path(contrib_admin.__file__).parent / "static" / "admin" / "css"
    office = Path(settings.BASE_DIR, "static", "css", "office.css")
    return "".join(sheet.read_text() for sheet in [office, *django.glob("*.css")])


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_class_a_page_uses_is_in_the_sheet(page: Path) -> None:
    known = set(re.findall(r"\.([a-z][\w-]*)", _sheet_of(page)))
    used = re.findall(r'class="([^"]*)"', re.sub(r"{%.*?%}|{{.*?}}", " ", page.read_text()))
    assert set(" ".join(used).split()) <= known


@pytest.mark.parametrize("page", [*PAGES, *MAILS], ids=_name)
def test_nothing_is_loaded_from_another_place(page: Path) -> None:
    assert _LOADED.findall(page.read_text()) == []


@pytest.mark.parametrize("page", MAILS, ids=_name)
def test_a_mail_holds_no_picture_and_no_script(page: Path) -> None:
    assert not re.search(r"<(?:img|script|link|iframe)\b|url\(", page.read_text(), re.I)


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_box_for_words_says_that_nobody_checks_it(page: Path) -> None:
    for box in re.findall(r"<textarea\b[^>]*>", page.read_text()):
        # One without a name goes nowhere: it holds a text for the reader to take along.
        assert " name=" not in box or "_nobody_checks.html" in page.read_text()


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_a_page_that_leads_away_does_not_say_where_from(page: Path) -> None:
    for link in re.findall(r"<a\b[^>]*href=[\"']https?:[^>]*>", page.read_text()):
        assert "noreferrer" in link


@pytest.mark.parametrize(
    "text",
    ['<p style="x">', "<style>", "<script>a()</script>", '<a onclick="a()">'],
)
def test_inline_style_and_script_would_be_noticed(text: str) -> None:
    assert _INLINE.search(text)


def test_a_picture_from_elsewhere_would_be_noticed() -> None:
    assert _LOADED.search('<img src="https://elsewhere.example/a.png">')
