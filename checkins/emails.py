"""The kinds of mail this room sends; found by the outbox."""

from checkins import emails_circle

__all__ = ["emails_circle"]
