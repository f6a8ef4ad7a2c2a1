"""Sentences are found wherever they stand, and a language out of step is noticed."""

from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext, ngettext

from supportnet.local.sentences import collect, complaints, languages, mirror, renew

pytestmark = pytest.mark.once

_EMPTY = 'msgid ""\nmsgstr ""\n"Language: de\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    room = tmp_path / "room"
    pages = tmp_path / "templates"
    translations = tmp_path / "locale" / "de" / "LC_MESSAGES"
    for folder in (room, pages, translations):
        folder.mkdir(parents=True)
    (room / "__init__.py").write_text("")
    (room / "views.py").write_text('said = ngettext("%(n)s day", "%(n)s days", n)\n')
    (pages / "page.html").write_text(
        '{% load i18n %}<p title="{% translate "A title" %}">it\'s\n'
        "   {% blocktranslate trimmed %}Two\n    lines{% endblocktranslate %}</p>"
    )
    (translations / "django.po").write_text(_EMPTY)
    return tmp_path


def test_finds_sentences_in_python_and_in_templates(project: Path) -> None:
    found = {message.id for message in collect(project) if message.id}
    assert found == {("%(n)s day", "%(n)s days"), "A title", "Two lines"}


def test_a_translation_is_in_step_after_renewal_and_not_before(project: Path) -> None:
    (german,) = languages(project / "locale")
    sources = collect(project)
    assert len(complaints(german, sources)) == 4

    renew(german, sources)

    assert complaints(german, sources) == []


def test_a_compiled_file_older_than_its_translation_is_noticed(project: Path) -> None:
    (german,) = languages(project / "locale")
    sources = collect(project)
    renew(german, sources)

    text = german.read_text().replace('msgid "A title"\nmsgstr ""', 'msgid "A title"\nmsgstr "T"')
    german.write_text(text)

    (complaint,) = complaints(german, sources)
    assert "was not compiled" in complaint


def test_our_own_translations_are_in_step() -> None:
    sources = collect(settings.BASE_DIR)
    for path in languages(settings.BASE_DIR / "locale"):
        assert complaints(path, sources) == []


def test_the_mirror_keeps_what_is_not_text() -> None:
    turned = mirror('Hello <a href="%(url)s">{name}</a> 5%%')
    assert '<a href="%(url)s">{name}</a>' in turned
    assert turned.endswith(" 5%%")
    assert "Hello" not in turned


def test_the_mirror_is_spoken_from_right_to_left() -> None:
    with translation.override("ar-xb"):
        assert translation.get_language_bidi()
        assert gettext("Skip to the page") == mirror("Skip to the page")
        assert gettext("Skip to the page") != "Skip to the page"
        assert ngettext("x", "y", 2) == "y"
