"""The command that gives and takes roles, and a slip of the finger in the address."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Person
from moderation import roles
from moderation.models import Access

pytestmark = pytest.mark.django_db


@pytest.fixture
def kim() -> Person:
    call_command("roles", "kim@example.org", roles.MODERATOR)
    return Person.objects.get()


def refused(*said: str) -> str:
    """What the command says when it ends with an error."""
    with pytest.raises(CommandError) as error:
        call_command("roles", *said)
    return str(error.value)


def test_taking_from_an_address_nobody_has_says_so_and_makes_nobody(kim: Person) -> None:
    said = refused("kin@example.org", roles.MODERATOR, "--take")

    assert said == "kin@example.org is not known here. Is it spelt right? Nothing changed."
    assert list(Person.objects.all()) == [kim]
    assert roles.roles_of(kim) == {roles.MODERATOR}
    assert Access.objects.filter(what="role").count() == 1


def test_taking_what_somebody_does_not_have_says_so_and_takes_nothing(kim: Person) -> None:
    said = refused("Kim@example.org", roles.MODERATOR, roles.OPERATOR, "--take")

    assert said == "Kim@example.org is no operator. Nothing changed."
    assert roles.roles_of(kim) == {roles.MODERATOR}
    assert Access.objects.filter(what="role").count() == 1


@pytest.mark.parametrize("take", [[], ["--take"]])
def test_what_is_no_address_is_refused_with_an_example(kim: Person, take: list[Any]) -> None:
    assert "One looks like name@example.org." in refused("kim.example.org", roles.AUDITOR, *take)
    assert list(Person.objects.all()) == [kim]
