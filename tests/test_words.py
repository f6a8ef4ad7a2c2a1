"""What people read: every sentence of pages and mails, and how templates are written.

Each rule is shown a breach. A sentence that must break a rule stands in ALLOWED with its reason.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from supportnet.local.sentences import collect

pytestmark = pytest.mark.once

# What we are not, and claims nobody has shown (medical words, promises of safety).
_CLAIMS = r"""diagnos\w* | treats? | treatments?\ of | therapy | patients? | clients? | users? |
    monitors? | monitoring | detect\w* | prevents? | risk\ scores? | clinically\ proven | hipaa |
    you\ are\ safe\ now | cures? | heals?"""
# How suicide is not spoken of; "died by suicide" and "attempt survivor" are.
_HARM = r"""commit(?:ted|s|ting)?\ suicide | (?:un)?successful\ attempts? | failed\ attempts? |
    completed\ suicides? | epidemics?"""
# Guilt, scores and pushing.
_PUSHING = r"""missed | reminders? | streaks? | scores? | points | overdue | oops | failed |
    sorry\ you | please\ respond | stay\ strong | cheer\ up | are\ you\ still\ there |
    compliance | caregivers? | mentally\ ill | days?\ since | percent | no\ one\ replied"""
_FORBIDDEN = re.compile(
    rf"\b(?:{_CLAIMS}|{_HARM}|{_PUSHING})\b|!|\d\s*%(?!\()", re.IGNORECASE | re.VERBOSE
)
_MARKUP = re.compile(r"<[^>]*>|&\w+;")
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|%%|\{\w*\}")
_SENTENCE_END = re.compile(r"(?<=[.?:])\s+|\n")
_LONGEST = 20

# sentence (or its beginning) -> why it may
ALLOWED: dict[str, str] = {
    "It is not health care. It does not diagnose": "says what this is not, in the words law uses",
}

_CODE = re.compile(r"{%\s*comment.*?endcomment\s*%}|{#.*?#}", re.DOTALL)
_TRANSLATED = re.compile(
    r"{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}", re.DOTALL
)
_TEMPLATE_CODE = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
_NOT_TEXT = re.compile(r"<style.*?</style>|<!--.*?-->|<!doctype[^>]*>", re.DOTALL | re.IGNORECASE)
_READ_ATTRIBUTES = re.compile(r"""\b(?:alt|title|placeholder|aria-label)\s*=\s*["'](.*?)["']""")
# Names that are the same in every language.
_NAMES = {"SupportNet", "UTC", "WhatsApp"}
# Not read by people: directions for robots, a class of the page.
_NOT_READ = {"templates/robots.txt", "templates/base_quiet.html"}
_INLINE = {
    "a style of its own": r"<style|\sstyle\s*=",
    "a script of its own": r"<script(?![^>]*\ssrc=)|\son\w+\s*=|javascript:",
    "something from elsewhere": (
        r"""<(?:img|script|link|iframe)[^>]*(?:src|href)\s*=\s*["']?(?:https?:)?//"""
    ),
    "unescaped words": r"\|\s*safe\b|autoescape\s+off",
}


@cache
def _sentences() -> dict[str, str]:
    found = {}
    for message in collect(Path(settings.BASE_DIR)):
        texts = [message.id] if isinstance(message.id, str) else message.id
        found.update({text: str(message.locations[0][0]) for text in texts if text})
    return found


@cache
def _templates() -> dict[str, str]:
    root = Path(settings.BASE_DIR)
    paths = sorted((root / "templates").glob("**/*.*"))
    return {str(path.relative_to(root)): path.read_text() for path in paths}


def forbidden(text: str) -> Iterator[str]:
    """Words that we do not say."""
    plain = _MARKUP.sub(" ", _PLACEHOLDER.sub("x", text))
    for word in _FORBIDDEN.finditer(plain):
        yield word[0]


def too_long(text: str) -> Iterator[str]:
    """Sentences that a tired reader loses."""
    plain = _MARKUP.sub(" ", _PLACEHOLDER.sub("x", text))
    for sentence in _SENTENCE_END.split(plain):
        if len(sentence.split()) > _LONGEST:
            yield sentence.strip()


def untranslated(template: str) -> Iterator[str]:
    """Text that stands in a template without being a sentence of the catalogue."""
    plain = _TRANSLATED.sub("", _CODE.sub("", template))
    plain = _NOT_TEXT.sub("", _TEMPLATE_CODE.sub("", plain))
    read = [*_READ_ATTRIBUTES.findall(plain), _MARKUP.sub(" ", plain)]
    for word in re.findall(r"[^\W\d_]{2,}", " ".join(read)):
        if word not in _NAMES:
            yield word


def inline(path: str, template: str) -> Iterator[str]:
    """What the content security policy forbids, and what would tell others who reads."""
    plain = _CODE.sub("", template)
    for what, pattern in _INLINE.items():
        # A mail has no stylesheet to link to: its own is put into the tags before it leaves.
        mails_own = path.startswith("templates/mail/") and "style" in what
        if re.search(pattern, plain, re.IGNORECASE) and not mails_own:
            yield what


@pytest.mark.parametrize("rule", [forbidden, too_long], ids=lambda rule: rule.__name__)
def test_sentences(rule) -> None:
    wrong = [
        f"{place}: {', '.join(found)} in {text!r}"
        for text, place in _sentences().items()
        if not any(text.startswith(start) for start in ALLOWED)
        if (found := list(rule(text)))
    ]
    assert "\n".join(wrong) == ""


def test_every_text_in_a_template_can_be_translated() -> None:
    pages = {path: text for path, text in _templates().items() if path not in _NOT_READ}
    wrong = [f"{path}: {word}" for path, text in pages.items() for word in untranslated(text)]
    assert "\n".join(wrong) == ""


def test_templates_bring_nothing_that_the_policy_forbids() -> None:
    pages = {path: text for path, text in _templates().items() if path.endswith(".html")}
    wrong = [f"{path}: {what}" for path, text in pages.items() for what in inline(path, text)]
    assert "\n".join(wrong) == ""


@pytest.mark.parametrize(
    "text",
    [
        "We monitor you.",
        "It treats low mood.",
        "She committed suicide.",
        "You missed a day.",
        "Well done!",
        "A gentle reminder.",
        "80 % answered",
        "Dear user",
        "Your <b>score</b>",
    ],
)
def test_a_forbidden_word_is_seen(text: str) -> None:
    assert list(forbidden(text))


@pytest.mark.parametrize(
    "text",
    [
        "You do not have to answer.",
        "She died by suicide.",
        "This is not an emergency service: in danger, call %(number)s.",
        "Good to see you.",
    ],
)
def test_kind_words_pass(text: str) -> None:
    assert list(forbidden(text)) == []


def test_breaches_in_templates_are_seen() -> None:
    assert list(untranslated("{% load i18n %}<p title='{{ x }}'>Hello there</p>")) == [
        "Hello",
        "there",
    ]
    assert list(untranslated('<a aria-label="Close">{{ x }}</a>')) == ["Close"]
    assert list(untranslated('{% translate "Hi" %} {# no #} &nbsp; SupportNet')) == []
    for text in (
        '<p style="x">',
        "<script>go()</script>",
        "<p onclick='x'>",
        '<img src="//cdn.example/x.png">',
        "{{ words|safe }}",
    ):
        assert list(inline("templates/x.html", text))
    assert list(inline("templates/x.html", "<script src=\"{% static 'x.js' %}\"></script>")) == []


def test_a_long_sentence_is_seen() -> None:
    assert list(too_long("word " * 21))
    assert list(too_long("word " * 11 + ". " + "word " * 11)) == []


def test_every_exception_is_needed() -> None:
    unused = [
        start for start in ALLOWED if not any(text.startswith(start) for text in _sentences())
    ]
    assert unused == []
