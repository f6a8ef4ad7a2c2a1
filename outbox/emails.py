"""The outbox's own kind: mails of the site itself, sign-in codes above all."""

from collections.abc import Sequence

from outbox import kinds
from outbox.mail import Mail, from_body
from outbox.models import Message


def written(messages: Sequence[Message]) -> dict[int, Mail]:
    """The render of every kind whose mails were written early and sealed into the message."""
    bodies = {message.pk: message.body for message in messages}  # opened once: each time costs
    return {message_id: from_body(body) for message_id, body in bodies.items() if body}


kinds.register(kinds.Kind("account", render=written, is_routine=False))
