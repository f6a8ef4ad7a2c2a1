"""Take one mail from standard input, as a mail server's pipe hands it over."""

import logging
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from outbox import inbound, incoming

logger = logging.getLogger(__name__)

# By sysexits.h: the mail server tells the writer, or keeps the mail and tries again.
_REFUSED = 65
_TRY_AGAIN = 75


class Command(BaseCommand):
    help = "Take one mail from standard input: a bounce, a complaint or an answer."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--sender", help="the return path; without it the headers tell")
        parser.add_argument("recipients", nargs="*", help="whom it is for; else the headers tell")

    def handle(self, *args: Any, **options: Any) -> None:
        raw = sys.stdin.buffer.read(incoming.LARGEST + 1)
        try:
            fate = inbound.receive(
                raw,
                sender=options["sender"],
                recipients=options["recipients"],
                now=timezone.now(),
            )
        except Exception:
            # As at the listener: Postfix would send whatever else we end with to the writer.
            logger.exception("a mail could not be taken")
            sys.exit(_TRY_AGAIN)
        self.stdout.write(fate)
        if fate == "unreadable":
            sys.exit(_REFUSED)
