"""Say how sending goes on after it was held."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone

from outbox import guard
from outbox.bell import bell
from outbox.models import Hold, Message


class Command(BaseCommand):
    help = (
        "status: is sending held? resume: send what waits. skip: drop what waits, then go on. "
        "hold: let nothing leave but sign-in codes."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["status", "resume", "skip", "hold"])

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "status":
            self.stdout.write(self._status())
            return
        now = timezone.now()
        if options["what"] == "hold":
            Hold.objects.begin("operator", now=now)
            self.stdout.write("Sending is held. Sign-in codes still leave.")
            return
        with transaction.atomic():
            if options["what"] == "skip":
                dropped = Message.objects.skip_waiting(now=now)
                self.stdout.write(f"{dropped} waiting mails were dropped.")
            guard.go_on(now=now)
            bell.on_commit()
        self.stdout.write("Sending goes on.")

    def _status(self) -> str:
        hold = Hold.objects.first()
        waiting = Message.objects.unsent().count()
        undecided = Message.objects.filter(state=Message.State.HELD).count()
        lines = [
            f"SENDING IS HELD since {hold.began_at:%Y-%m-%d %H:%M} UTC ({hold.why})."
            " Say resume or skip."
            if hold
            else "Sending is not held.",
            "1 mail waits." if waiting == 1 else f"{waiting} mails wait.",
        ]
        if undecided:
            lines.append(f"{undecided} of them perhaps left; the office has them.")
        return " ".join(lines)
