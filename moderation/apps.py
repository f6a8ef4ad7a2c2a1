"""The moderation room."""

from django.apps import AppConfig
from django.core import checks

from moderation.checks import policy_is_written


class ModerationConfig(AppConfig):
    name = "moderation"

    def ready(self) -> None:
        checks.register(policy_is_written)
