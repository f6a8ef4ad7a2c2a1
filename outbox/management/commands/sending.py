"""Say how sending goes on after it was held."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone

from outbox.bell import bell
from outbox.models import Hold, Message


class Command(BaseCommand):
    help = "status: is sending held? resume: send what waits. skip: drop what waits, then go on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["status", "resume", "skip"])

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "status":
            self.stdout.write(self._status())
            return
        with transaction.atomic():
            if options["what"] == "skip":
                dropped = Message.objects.skip_waiting(now=timezone.now())
                self.stdout.write(f"{dropped} waiting mails were dropped.")
            Hold.objects.all().delete()
            bell.on_commit()
        self.stdout.write("Sending goes on.")

    def _status(self) -> str:
        held = Hold.objects.first()
        waiting = Message.objects.unsent().count()
        since = (
            f"Sending is held since {held.began_at:%Y-%m-%d %H:%M} UTC." if held else "Not held."
        )
        return f"{since} {waiting} mails wait."
