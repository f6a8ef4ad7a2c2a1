"""Django's own mail, until the outbox takes it."""

from django.core.mail.backends.locmem import EmailBackend


class OutboxBackend(EmailBackend):
    """Keeps mail in memory."""
