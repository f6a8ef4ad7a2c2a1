"""Reading the addresses people type and paste."""

import pytest
from django.core.exceptions import ValidationError

from outbox import addresses


@pytest.mark.parametrize(
    "typed",
    [
        "anna@example.org",
        "  anna@example.org \n",
        "Anna Berg <anna@example.org>",
        "mailto:anna@example.org",
        "<anna@example.org>",
        "anna@example.org,",
        "anna@EXAMPLE.org.",
        "an\u200bna@example.org",
        "anna\x0b@example.org".replace("\x0b", "\x00"),
    ],
)
def test_what_people_paste_is_understood(typed: str) -> None:
    assert addresses.clean(typed) == "anna@example.org"


def test_what_stands_before_the_at_sign_stays_as_typed() -> None:
    assert addresses.clean("Anna.Berg+care@example.org") == "Anna.Berg+care@example.org"


def test_a_domain_of_any_script_can_be_written_to() -> None:
    assert addresses.clean("anna@bücher.example") == "anna@xn--bcher-kva.example"


@pytest.mark.parametrize(
    "typed",
    ["", "anna", "anna@", "@example.org", "a b@example.org", "a@example.org\nBcc: b@example.org",
     "anna@example..org", "ännä@example.org", "\u212aim@example.org", "\u017fam@example.org",
     f"{'a' * 250}@example.org", "a@b@example.org"],
)  # fmt: skip
def test_what_is_no_address_gets_a_kind_sentence(typed: str) -> None:
    with pytest.raises(ValidationError) as refused:
        addresses.clean(typed)
    assert refused.value.messages == [
        "This does not look like a mail address yet. One looks like name@example.org."
    ]


@pytest.mark.parametrize(
    "other", ["ANNA@example.org", "anna+x@example.org", "Anna+care+2@Example.ORG"]
)
def test_case_and_plus_variants_are_one_address(other: str) -> None:
    assert addresses.same("anna@example.org", other)
    assert addresses.address_hash("anna@example.org") == addresses.address_hash(other)


@pytest.mark.parametrize("other", ["anne@example.org", "anna@example.com", "a.nna@example.org"])
def test_others_are_others(other: str) -> None:
    assert not addresses.same("anna@example.org", other)
    assert addresses.address_hash("anna@example.org") != addresses.address_hash(other)


def test_the_hash_does_not_show_the_address() -> None:
    assert "anna" not in addresses.address_hash("anna@example.org")


def test_a_masked_address_can_be_recognised_and_not_read() -> None:
    assert addresses.mask("annabel@example.org") == "a***@e…"
    assert addresses.mask("al@example.org") == "a***@e…"
