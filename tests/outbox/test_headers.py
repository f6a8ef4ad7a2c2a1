"""What may stand in a header, a title, a name."""

import unicodedata
from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbox import headers

FAMILY = "👩\u200d👩\u200d👧"
PERSIAN = "می\u200cخواهم"


@pytest.mark.parametrize("hidden", ["\n", "\r", "\x0b", "\x0c", "\x1c", "\x1e", "\x85", "\u2028"])
def test_whatever_ends_a_line_becomes_a_blank(hidden: str) -> None:
    assert headers.clean(f"Ada{hidden}Bcc: x@example.org") == "Ada Bcc: x@example.org"


@pytest.mark.parametrize(
    "hidden", ["\x00", "\x07", "\u202e", "\u2066", "\ufeff", "\ud800", "\u200b"]
)
def test_hidden_characters_are_taken_out(hidden: str) -> None:
    assert headers.clean(f"A{hidden}da") == "Ada"


@pytest.mark.parametrize("name", [FAMILY, PERSIAN, "Zoë", "Ñandú", "ابو", "🏳️\u200d🌈", "O'Neil"])
def test_names_of_any_script_stay_as_they_are(name: str) -> None:
    assert headers.clean(name) == name
    assert headers.name(name) == name


@pytest.mark.parametrize(
    "name", ["bank@example.org", "https://example.org", "www.example", "example.org", "YOUR.BANK/x"]
)
def test_a_name_that_looks_like_an_address_is_no_name(name: str) -> None:
    assert headers.looks_like_address(name)
    assert headers.name(name) == ""


@pytest.mark.parametrize("name", ["Dr. Weber", "Dr.Weber", "J. R.", "Ada B.", "Anna-Lena"])
def test_a_full_stop_does_not_make_an_address(name: str) -> None:
    assert headers.name(name) == name


def test_a_long_name_ends_at_sixty_characters() -> None:
    assert headers.name("ab" * 40) == "ab" * 30


def test_a_long_name_is_not_cut_inside_an_emoji() -> None:
    assert headers.name("a" * 58 + FAMILY) == "a" * 58


@given(st.text(alphabet=st.characters(), max_size=80))
def test_no_text_can_break_out_of_a_header(text: str) -> None:
    line = headers.clean(text)
    head = policy.SMTP.header_factory("Subject", line).fold(policy=policy.SMTP)
    mail = message_from_bytes(f"{head}To: a@example.org\r\n\r\n".encode(), policy=policy.default)

    assert mail.keys() == ["Subject", "To"]
    assert not any(unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"} for letter in line)
