"""Look after the keys: wrap them under the newest master key, drop what cannot be opened."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from vault import backup, ring
from vault.models import Key


class Command(BaseCommand):
    help = "rotate: wrap every key under the newest master key. prune: drop rows without a key."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["rotate", "prune"])

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "prune":
            self.stdout.write(f"{backup.prune()} rows without a key were dropped.")
            return
        newest = ring.newest(ring.master())
        with transaction.atomic():
            old = list(Key.objects.exclude(ring=newest).select_for_update())
            for key in old:
                key.rotate()
        self.stdout.write(f"{len(old)} keys are now under master key {newest}.")
