"""A turn of the sending loop: the moment of it, a kind of mail to try, and what became of a row."""

import datetime as dt
from collections.abc import Callable, Sequence

from django.db import connection, transaction

from outbox.emails import written
from outbox.kinds import Drop, Go, Wait
from outbox.mail import Mail
from outbox.models import Message


def at(moment: dt.datetime) -> Callable[[], dt.datetime]:
    """A clock that stands at a moment."""
    return lambda: moment


def state(message: Message) -> tuple[str, str, str]:
    """What the row says by now: its state, why it ended, what held it up last."""
    message.refresh_from_db()
    return message.state, message.reason, message.setback


class Odd:
    """A kind whose rules and texts the test chooses."""

    def __init__(self) -> None:
        self.says: Go | Wait | Drop = Go()
        self.poison: set[int] = set()
        self.endless: set[int] = set()
        self.rendered: list[list[int]] = []
        self.during: Callable[[], object] = lambda: None

    def may_leave(self, message: Message, now: dt.datetime) -> Go | Wait | Drop:
        return self.says

    def render(self, messages: Sequence[Message]) -> dict[int, Mail]:
        ids = [message.pk for message in messages]
        self.rendered.append(ids)
        self.during()
        if self.poison & set(ids):
            raise RecursionError
        if self.endless & set(ids):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = 50")
                cursor.execute("SELECT pg_sleep(30)")
        return written(messages)
