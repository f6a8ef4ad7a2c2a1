"""Mailboxes, messages and the facts of delivery. This room knows nobody's story."""

from outbox.models.facts import Alarm, Hold, Limit, Outage, Pulse
from outbox.models.mailbox import Mailbox, Suppression
from outbox.models.message import LeftAt, Message

__all__ = [
    "Alarm",
    "Hold",
    "LeftAt",
    "Limit",
    "Mailbox",
    "Message",
    "Outage",
    "Pulse",
    "Suppression",
]
