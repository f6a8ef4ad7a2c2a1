"""`make demo`: a made-up person, a circle and eighteen months, so that every page is full."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from supportnet.demo import history, story

_READY = """
{name} is here: a made-up person with a circle of five and eighteen months of history.

  Sign in at     {site}
  with           {address}
  The code       arrives in {site}/mailbox/

Nobody was written to. All other addresses end in .example and lead nowhere.
"""


class Command(BaseCommand):
    help = "Adds a made-up person, a circle and eighteen months of history. Twice is once."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.LOCAL:
            raise CommandError("Made-up people are for one machine. Set SUPPORTNET_MODE=local.")
        if not history.exists():
            history.write(timezone.now())
        self.stdout.write(
            _READY.format(name=story.NAME, site=settings.SITE_URL, address=story.ADDRESS)
        )
