"""A sender's notes on a disk that is full: what is torn is told before a mail is handed over."""

import contextlib
import resource
from collections.abc import Iterator

import pytest

from outbox import journal
from outbox.journal import Journal, Unwritable


@contextlib.contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file of this process may grow beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_line_that_finds_no_room_is_told_before_anything_is_handed_over() -> None:
    sender = Journal()
    with room_for(0), pytest.raises(Unwritable):
        sender.hands_over(11, 1)
    sender.close(settled=True)


def test_after_a_torn_line_nothing_is_handed_over_that_nobody_could_read_there() -> None:
    sender = Journal()
    sender.hands_over(11, 1)
    with room_for(len("H 11 1\n") + 3), pytest.raises(Unwritable):
        sender.accepted(11, 1, "queued as 42")

    # There is room again; but what follows half a line would be read as a part of it.
    with pytest.raises(Unwritable):
        sender.hands_over(12, 1)
    sender.close(settled=False)

    (notes,) = journal.left_behind()
    assert (notes.handed, notes.accepted) == ({11}, set())
