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


Verdict = Go | Wait | Drop


def always(message: "Message", now: dt.datetime) -> Verdict:
    """For mails that wait for nothing."""
    return Go()


@dataclass(frozen=True)
class Kind:
    """How one kind of message becomes a mail, and when it may leave.

    ``render`` gets a batch and returns a mail for each message that still has something to say.
    A kind that leaves in numbers answers ``may_all_leave`` for a batch, in place of ``may_leave``.
    ``forget_body`` empties the sealed body once the mail was accepted. What is not routine, like a
    sign-in code that was asked for a moment ago, also goes to a mailbox that wants no mail.
    """

    name: str
    render: "Callable[[Sequence[Message]], dict[int, Mail]]"
    may_leave: "Callable[[Message, dt.datetime], Verdict]" = always
    may_all_leave: "Callable[[Sequence[Message], dt.datetime], dict[int, Verdict]] | None" = None
    forget_body: bool = True
    is_routine: bool = True

    def verdicts(self, messages: "Sequence[Message]", now: dt.datetime) -> dict[int, Verdict]:
        """Go, wait or drop, for each message of a batch."""
        if self.may_all_leave is not None:
            return self.may_all_leave(messages, now)
        return {message.pk: self.may_leave(message, now) for message in messages}


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind known to this worker."""
    _kinds[kind.name] = kind


def known() -> dict[str, Kind]:
    """The kinds this worker can send; messages of others stay for a newer worker."""
    return _kinds
