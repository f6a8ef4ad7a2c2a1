"""Write a backup: one file of data without keys, one file of wrapped keys."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from vault import backup


class Command(BaseCommand):
    help = "Write a backup of the data and, in a file of its own, of the wrapped keys."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, default=settings.VAR_DIR / "backups")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            data, keys = backup.write(options["to"], now=timezone.now())
        except backup.BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"data: {data}\nkeys: {keys}")
        self.stdout.write("Keep the two apart, and no data file for longer than 30 days.")
