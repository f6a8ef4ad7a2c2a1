"""What has to be settled before strangers write here."""

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.checks import CheckMessage, Error

from moderation import targets


def policy_is_written(**kwargs: Any) -> list[CheckMessage]:
    """The public page names who decides in danger, and the duty hours can be read."""
    found: list[CheckMessage] = []
    if not settings.LOCAL and not settings.DANGER_DECIDED_BY.strip():
        found.append(
            Error(
                "DANGER_DECIDED_BY is not set: the public page on moderation is not whole.",
                hint="Say who decides when a life is in imminent danger. See docs/moderation.md.",
                id="moderation.E001",
            )
        )
    try:
        targets.hours(settings.DUTY_HOURS)
        ZoneInfo(settings.DUTY_ZONE)
    except (ValueError, OSError, KeyError):
        found.append(
            Error(
                "DUTY_HOURS or DUTY_ZONE cannot be read.",
                hint="Write them as in 09:00-18:00 and Europe/Berlin.",
                id="moderation.E002",
            )
        )
    return found
