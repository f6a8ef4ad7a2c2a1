"""A mail server for one machine: it takes every mail and delivers none."""

import asyncio
import logging
import signal
from typing import Any

from aiosmtpd.smtp import SMTP
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from supportnet.local.mailbox import Mailbox


class Command(BaseCommand):
    help = "Takes mails on 127.0.0.1 and keeps them in files, to be read at /mailbox/."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8025)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.LOCAL:
            raise CommandError("The local mailbox is not for production.")
        # At INFO it would write every address into its log.
        logging.getLogger("mail.log").setLevel(logging.WARNING)
        asyncio.run(_serve(Mailbox(settings.VAR_DIR / "mailbox"), options["port"]))


async def _serve(mailbox: Mailbox, port: int) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, ended.set)
    server = await loop.create_server(
        lambda: SMTP(mailbox, hostname="mailbox.localhost", enable_SMTPUTF8=True),
        host="127.0.0.1",
        port=port,
    )
    async with server:
        await ended.wait()
