"""What no template may hold: style and script of its own, and other people's places."""

import re
from itertools import pairwise
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
TEXTS = sorted(
    text
    for folder in _FOLDERS
    for text in folder.rglob("*.txt")
    if "mail" in text.parts or "email" in text.parts
)
_INLINE = re.compile(r"\sstyle\s*=|<style\b|<script(?![^>]*\ssrc=)|\son[a-z]+\s*=\s*[\"']", re.I)
_LOADED = re.compile(
    r"<(?:script|link|img|iframe|source|video|audio)\b[^>]*(?:src|href)=[\"']?(?:https?:)?//", re.I
)


# A line of a plain mail that is an address, and the end of the sentence that leads to one.
_ADDRESS = re.compile(r"\{\{ (?:site_url|stop_link|settings_url|programs|link|links\.\w+) \}\}")
_COLON = re.compile(r":(?:\" %\}|\{% endblocktranslate %\})?(?:\{% endif %\})?$")


def _name(page: Path) -> str:
    return str(page.relative_to(settings.BASE_DIR))


def test_there_are_pages_and_mails_to_look_at() -> None:
    assert len(PAGES) > 100
    assert len(MAILS) > 20
    assert len(TEXTS) > 20


def test_no_page_has_style_or_script_of_its_own() -> None:
    assert [_name(page) for page in PAGES if _INLINE.search(page.read_text())] == []


def test_no_mail_in_plain_text_speaks_of_a_button() -> None:
    said = {_name(text): text.read_text().replace("block button_label", "") for text in TEXTS}
    assert [name for name, words in said.items() if "button" in words.lower()] == []


def test_words_and_a_colon_stand_before_each_address_of_a_mail_in_plain_text() -> None:
    bare = {
        f"{_name(text)}: {line}"
        for text in TEXTS
        for before, line in pairwise(text.read_text().splitlines())
        if _ADDRESS.match(line) and not _COLON.search(before)
    }
    assert bare == set()


def test_a_page_begins_with_one_heading() -> None:
    assert [_name(page) for page in PAGES if not _begins_with_a_heading(page.read_text())] == []


def _begins_with_a_heading(text: str) -> bool:
    if "{% extends" not in text or "{% block main %}" not in text:
        return True
    pieces = re.findall(r'{% include "([^"]+)"', text)
    whole = [text, *(Path(settings.BASE_DIR, "templates", piece).read_text() for piece in pieces)]
    return any("<h1" in piece for piece in whole)


def test_every_class_a_page_uses_is_in_the_sheet() -> None:
    ours, office = _classes_in(css()), _classes_in(_office())
    unknown = {
        f"{_name(page)}: {name}"
        for page in PAGES
        for name in _classes_of(page) - (office if "admin" in page.parts else ours)
    }
    assert unknown == set()


def _office() -> str:
    """What the office looks like: Django's sheets and what we add to them."""
    django = Path(contrib_admin.__file__).parent / "static" / "admin" / "css"
    added = Path(settings.BASE_DIR, "static", "css", "office.css")
    return "".join(sheet.read_text() for sheet in [added, *django.glob("*.css")])


def _classes_in(sheet: str) -> set[str]:
    return set(re.findall(r"\.([a-z][\w-]*)", sheet))


def _classes_of(page: Path) -> set[str]:
    used = re.findall(r'class="([^"]*)"', re.sub(r"{%.*?%}|{{.*?}}", " ", page.read_text()))
    return set(" ".join(used).split())


def test_nothing_is_loaded_from_another_place() -> None:
    assert [_name(page) for page in [*PAGES, *MAILS] if _LOADED.search(page.read_text())] == []


def test_a_mail_holds_no_picture_and_no_script() -> None:
    heavy = re.compile(r"<(?:img|script|link|iframe)\b|url\(", re.I)
    assert [_name(mail) for mail in MAILS if heavy.search(mail.read_text())] == []


def test_every_box_for_words_says_that_nobody_checks_it() -> None:
    silent = [
        _name(page)
        for page in PAGES
        for box in re.findall(r"<textarea\b[^>]*>", page.read_text())
        # One without a name goes nowhere: it holds a text for the reader to take along.
        if " name=" in box and "_nobody_checks.html" not in page.read_text()
    ]
    assert silent == []


def test_a_page_that_leads_away_does_not_say_where_from() -> None:
    telling = [
        f"{_name(page)}: {link}"
        for page in PAGES
        for link in re.findall(r"<a\b[^>]*href=[\"']https?:[^>]*>", page.read_text())
        if "noreferrer" not in link
    ]
    assert telling == []


@pytest.mark.parametrize(
    "text",
    ['<p style="x">', "<style>", "<script>a()</script>", '<a onclick="a()">'],
)
def test_inline_style_and_script_would_be_noticed(text: str) -> None:
    assert _INLINE.search(text)


def test_a_picture_from_elsewhere_would_be_noticed() -> None:
    assert _LOADED.search('<img src="https://elsewhere.example/a.png">')
