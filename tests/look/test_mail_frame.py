"""Every mail has one frame, says the same in both parts, and tells nothing from outside."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from tests.look.sheet import themes
from tests.look.site_map import draw

FRAME = Path(settings.BASE_DIR, "templates/mail/base.html")
SENTENCE = (
    "Your words go to the people you choose. No staff reads along, and this is not an emergency "
    "service: in danger, call "
)


@pytest.fixture
def context() -> dict[str, Any]:
    """What every mail is given."""
    return {
        "subject": "A note from Noor",
        "name": 'Mina "M" & <Co>',
        "link": "https://here.example/l/1",
        "stop_link": "https://here.example/u/1",
        "help": SimpleNamespace(emergency_number="112", url="/help/DE/"),
        "site_url": "https://here.example",
    }


@pytest.mark.parametrize("part", ["html", "txt"])
def test_both_parts_hold_the_same(context: dict[str, Any], part: str) -> None:
    text = render_to_string(f"mail/base.{part}", context)
    for piece in ("here.example/l/1", "here.example/u/1", "https://here.example/help/DE/"):
        assert piece in text
    assert SENTENCE + "112." in " ".join(text.split())


def test_the_text_part_is_not_escaped_and_the_other_is(context: dict[str, Any]) -> None:
    assert 'Hi Mina "M" & <Co>.' in render_to_string("mail/base.txt", context)
    assert "<Co>" not in render_to_string("mail/base.html", context)


def test_text_of_a_mail_is_not_escaped_in_its_own_blocks_either(context: dict[str, Any]) -> None:
    source = '{% extends "mail/base.txt" %}{% block body %}{{ name }}{% endblock %}'
    assert draw(source, **context).count("<Co>") == 2


def test_without_a_known_country_the_sentence_is_still_whole(context: dict[str, Any]) -> None:
    context["help"] = SimpleNamespace(emergency_number="", url="/help/")
    for part in ("html", "txt"):
        text = " ".join(render_to_string(f"mail/base.{part}", context).split())
        assert SENTENCE + "your local emergency number." in text


def test_a_mail_that_does_not_repeat_offers_no_stop(context: dict[str, Any]) -> None:
    context["stop_link"] = ""
    for part in ("html", "txt"):
        assert "Stop these mails" not in render_to_string(f"mail/base.{part}", context)


def test_the_first_line_a_mailbox_shows_tells_nothing(context: dict[str, Any]) -> None:
    html = render_to_string("mail/base.html", context)
    body = re.sub(r"<[^>]+>", " ", html[html.index("<body>") :])
    assert body.split()[:5] == ["A", "few", "lines", "for", "you."]


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_a_mail_says_its_language_twice(
    context: dict[str, Any], language: str, direction: str
) -> None:
    # Mailboxes often take the first one away.
    with translation.override(language):
        html = render_to_string("mail/base.html", context)
    assert html.count(f'lang="{language}" dir="{direction}"') == 2


def test_its_colours_are_those_of_the_pages() -> None:
    known = {colour for name in ("light", "dark") for colour in themes()[name].values()}
    light, _, dark = FRAME.read_text().rpartition("@media")
    for colour in re.findall(r"#[0-9a-f]{6}", light + dark):
        assert colour in known
    assert set(re.findall(r"#[0-9a-f]{6}", light)) <= set(themes()["light"].values())
