"""What the tests of this room stand on: a person, and a circle of theirs."""

import pytest

from accounts.models import Person
from circles.models import Circle
from tests import factories


@pytest.fixture
def ada() -> Person:
    """A person in Berlin who joined weeks ago."""
    return factories.person(name="Ada Lovelace", address="ada@example.org")


@pytest.fixture
def circle(ada: Person) -> Circle:
    """Her circle, still empty."""
    return Circle.objects.of(ada)
