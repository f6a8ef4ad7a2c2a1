"""A frame kept for many mails: each of them reads as if it had been rendered alone."""

import html
import re
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library import frames
from library.frames import Said
from outbox import mail, word_back
from outbox.links import Link
from outbox.mail import Mail

CANARY = "canary under the stairs"
PRINTED = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=80).map(
    str.strip
)


def composed(name: str, *, subject: str = "A note", language: str = "en") -> Mail:
    return mail.compose(
        "mail/base",
        {"name": name},
        subject=subject,
        language=language,
        links={"page": Link("s", uuid.UUID(int=7))},
    )


def read(written: Mail) -> tuple[str, str]:
    """What people read: the characters, however they are written down."""
    return written.text, html.unescape(written.html)


@given(PRINTED)
def test_words_set_into_a_frame_read_like_words_rendered_with_it(name: str) -> None:
    assert read(composed(Said(name))) == read(composed(name))


@pytest.mark.parametrize(
    "name",
    ["<b>Ada</b>", "Ada & Ben", 'Ada "A"', "%(name)s {{ name }}", "\ue0000\ue001", "\ue0001\ue001"],
)
def test_words_are_never_read_as_anything_else(name: str) -> None:
    written = composed(Said(name))
    assert f"Hi {name}." in written.text
    assert f"<bdi>{html.escape(name, quote=False)}</bdi>" in written.html


def test_each_mail_has_its_own_words() -> None:
    ada, ben = composed(Said("Ada"), subject="For Ada"), composed(Said("Ben"), subject="For Ben")
    assert "Ada" not in ben.text + ben.html
    assert "<title>For Ben</title>" in ben.html
    assert ada.text == ben.text.replace("Ben", "Ada")


def test_no_words_leave_no_gap() -> None:
    assert "Hi" not in composed(Said("")).text
    assert read(composed(Said(""))) == read(composed(""))


def test_a_frame_speaks_one_language() -> None:
    assert 'dir="ltr"' in composed(Said("Ada")).html
    assert 'dir="rtl"' in composed(Said("Ada"), language="ar-xb").html


def test_what_is_kept_holds_nobodys_words() -> None:
    frames._kept.clear()
    composed(Said(CANARY), subject=CANARY)
    assert 'dir="ltr"' in repr(frames._kept)
    assert CANARY not in repr(frames._kept)


def test_a_word_back_keeps_nothing_of_its_sentence() -> None:
    frames._kept.clear()
    mail = word_back.written("en", sentence=f"{CANARY} takes no more words today.")
    assert f"{CANARY} takes no more words today." in mail.text
    assert "mail/word_back" in repr(frames._kept)
    assert CANARY not in repr(frames._kept)


def test_lines_of_a_note_stay_lines_and_many_empty_ones_become_one() -> None:
    name = "Ada  \n\n\n\nand Ben"
    assert "Hi Ada\n\nand Ben." in composed(Said(name)).text
    assert re.search(r"Ada\s+and Ben", composed(Said(name)).html)
