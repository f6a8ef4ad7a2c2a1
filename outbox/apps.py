"""The outbox room."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class OutboxConfig(AppConfig):
    name = "outbox"

    def ready(self) -> None:
        # Each room's kinds of mail and purposes of links.
        autodiscover_modules("emails", "access")
