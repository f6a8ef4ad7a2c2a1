"""Listen for mail that comes back, for those who host their own mail."""

import asyncio
import logging
import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from outbox import listener


class Command(BaseCommand):
    help = "Takes bounces, complaints and answers by SMTP or LMTP, for our own addresses alone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8024)
        parser.add_argument("--lmtp", action="store_true", help="speak LMTP instead of SMTP")

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.BOUNCE_DOMAIN or settings.REPLY_DOMAIN):
            raise CommandError("Set BOUNCE_DOMAIN or REPLY_DOMAIN first: see docs/inbound.md.")
        # At INFO it would write every address into its log.
        logging.getLogger("mail.log").setLevel(logging.WARNING)
        asyncio.run(self._serve(options["host"], options["port"], lmtp=options["lmtp"]))

    async def _serve(self, host: str, port: int, *, lmtp: bool) -> None:
        ended = asyncio.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, ended.set)
        await listener.serve(
            host, port, lmtp=lmtp, clock=timezone.now, ended=ended, ready=self._ready
        )

    def _ready(self, port: int) -> None:
        self.stdout.write(f"Listening on port {port}.")
        self.stdout.flush()
