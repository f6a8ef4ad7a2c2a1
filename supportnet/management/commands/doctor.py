"""Look this installation over and say what to do."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from supportnet import doctor


class Command(BaseCommand):
    help = "Look this installation over: ok, look, wrong, and what to do. Ends with 1 when wrong."
    # It runs them itself, and says what it found between the rest.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--backups", type=Path, default=Path(settings.VAR_DIR) / "backups")

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = 0
        for finding in doctor.look_over(options["backups"], timezone.now):
            wrong += finding.level == doctor.WRONG
            self.stdout.write(f"{finding.level:<6} {finding.what}")
            if finding.advice:
                self.stdout.write(f"       → {finding.advice}")
        if wrong:
            self.stdout.write(f"\nWhat is wrong: {wrong}. Begin with the first.")
            raise SystemExit(1)
        self.stdout.write("\nNothing is wrong.")
