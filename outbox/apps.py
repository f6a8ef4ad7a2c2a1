"""The outbox room."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "outbox"
