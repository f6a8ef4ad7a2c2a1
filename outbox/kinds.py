"""The kinds of mail there are. Each room registers its own in ``emails.py``."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from outbox.mail import Mail

if TYPE_CHECKING:
    from outbox.models import Message


@dataclass(frozen=True)
class Go:
    """The mail may leave now."""


@dataclass(frozen=True)
class Wait:
    """Not now: quiet hours, a pause. Asked again at ``until``."""

    until: dt.datetime


@dataclass(frozen=True)
class Drop:
    """Nobody wants this mail any more."""


def always(message: "Message", now: dt.datetime) -> Go | Wait | Drop:
    """For mails that wait for nothing."""
    return Go()


@dataclass(frozen=True)
class Kind:
    """How one kind of message becomes a mail, and when it may leave.

    ``render`` gets a batch and returns a mail for each message that still has something to say.
    ``forget_body`` empties the sealed body once the mail was accepted. What is not routine, like a
    sign-in code that was asked for a moment ago, also goes to a mailbox that wants no mail.
    """

    name: str
    render: "Callable[[Sequence[Message]], dict[int, Mail]]"
    may_leave: "Callable[[Message, dt.datetime], Go | Wait | Drop]" = always
    forget_body: bool = True
    is_routine: bool = True


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind known to this worker."""
    _kinds[kind.name] = kind


def known() -> dict[str, Kind]:
    """The kinds this worker can send; messages of others stay for a newer worker."""
    return _kinds
