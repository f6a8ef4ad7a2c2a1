"""Put a backup back. Stop web, worker and beat first."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from outbox.models import Hold
from vault import backup


class Command(BaseCommand):
    help = (
        "Restore a backup's data file with the newest keys file beside it. Stop everything first."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("data", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["data"].exists():
            raise CommandError("There is no such data file.")
        try:
            dropped = backup.restore(options["data"])
        except backup.BackupError as error:
            raise CommandError(str(error)) from error
        Hold.objects.begin("restored", now=timezone.now())
        self.stdout.write(f"Restored. {dropped} rows of people erased since then were dropped.")
        self.stdout.write(
            "Sending is held, because some of what waits may have left already. Start everything,"
            " look, and then say: manage.py sending resume, or manage.py sending skip."
        )
