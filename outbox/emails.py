"""The outbox's own kinds: mails of the site itself, sign-in codes above all, and a word back."""

from collections.abc import Sequence

from outbox import kinds, monday
from outbox.mail import Mail, from_body
from outbox.models import Message
from outbox.models.mailbox import WORD_BACK


def written(messages: Sequence[Message]) -> dict[int, Mail]:
    """The render of every kind whose mails were written early and sealed into the message."""
    bodies = {message.pk: message.body for message in messages}  # opened once: each time costs
    return {message_id: from_body(body) for message_id, body in bodies.items() if body}


kinds.register(kinds.Kind(monday.KIND, render=written))
# Both answer what somebody did a moment ago.
kinds.register(kinds.Kind("account", render=written, is_routine=False))
kinds.register(kinds.Kind(WORD_BACK, render=written, is_routine=False))
