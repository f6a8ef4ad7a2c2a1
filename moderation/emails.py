"""The one kind of mail of this room. It waits for nothing: a decision is told when it is made."""

from moderation.letters import KIND
from outbox import kinds
from outbox.emails import written

kinds.register(kinds.Kind(KIND, render=written))
