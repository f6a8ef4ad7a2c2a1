"""The numbers of the last twelve months, to publish."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from moderation import figures
from moderation.models import Access


class Command(BaseCommand):
    help = "Print the year's numbers of moderation. Counts under five are not told."

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        Access.objects.record(by=None, what=Access.What.EXPORTED, about="numbers", now=now)
        self.stdout.write(f"{now - figures.YEAR:%Y-%m-%d} to {now:%Y-%m-%d}")
        for title, rows in figures.of_the_year(now).items():
            self.stdout.write(f"\n{title}")
            for label, count in rows:
                self.stdout.write(f"  {label}: {count}")
