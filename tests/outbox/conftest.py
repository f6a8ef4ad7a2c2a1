"""What the tests of the sending loop stand on: a mailbox, and a kind whose rules they choose."""

from collections.abc import Iterator

import pytest

from outbox import kinds
from outbox.kinds import Kind
from outbox.models import Mailbox
from tests import factories
from tests.outbox.turns import Odd


@pytest.fixture
def box() -> Mailbox:
    """The mailbox of Anna."""
    return factories.mailbox(address="anna@example.org")


@pytest.fixture
def odd() -> Iterator[Odd]:
    """A kind that is known for the length of a test."""
    odd = Odd()
    kinds.register(Kind("odd", odd.render, odd.may_leave))
    yield odd
    del kinds.known()["odd"]
