"""A small mail server for the way back, for those who host their own mail: SMTP or LMTP.

It takes mail for our own addresses alone and passes none on. A mail is taken with 250 only after
everything that follows from it is committed; until then the other server keeps it and tries again.
"""

import asyncio
import datetime as dt
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import connections

from outbox import inbound, incoming, returns

Clock = Callable[[], dt.datetime]

logger = logging.getLogger(__name__)

_TAKEN = "250 2.0.0 Taken"
_LATER = "451 4.3.0 Not now, please try again"
_UNREADABLE = "554 5.6.0 This mail is too large or too deep to be read"
_NOT_HERE = "550 5.1.1 There is nobody by this address"
_TOO_MANY = "452 4.5.3 Too many addresses at once"
_MOST_RECIPIENTS = 20
_PATIENCE = 60
# Longer than the standard allows: some mail programs do not know it.
_LONGEST_LINE = 100_000


class Door:
    """What is said at each step. The work itself is done in threads: it waits for the database."""

    def __init__(self, clock: Clock, *, answers_each: bool) -> None:
        self._clock, self._answers_each = clock, answers_each
        self._pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="inbound")

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        if not returns.is_ours(address):
            return _NOT_HERE
        if len(envelope.rcpt_tos) >= _MOST_RECIPIENTS:
            return _TOO_MANY
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        raw = content.encode() if isinstance(content, str) else content or b""
        sender, recipients = envelope.mail_from or "", list(envelope.rcpt_tos)
        loop = asyncio.get_running_loop()
        said = await loop.run_in_executor(self._pool, _taken, raw, sender, recipients, self._clock)
        # LMTP wants one answer for each recipient.
        return "\r\n".join([said] * len(recipients)) if self._answers_each else said

    def close(self) -> None:
        """Wait for the mails in hand."""
        self._pool.shutdown()


class _Smtp(SMTP):
    line_length_limit = _LONGEST_LINE


class _Lmtp(LMTP):
    line_length_limit = _LONGEST_LINE


async def serve(
    host: str,
    port: int,
    *,
    lmtp: bool,
    clock: Clock,
    ended: asyncio.Event,
    ready: Callable[[int], None],
) -> None:
    """Listen until ``ended``; ``ready`` hears the port."""
    door, protocol = Door(clock, answers_each=lmtp), _Lmtp if lmtp else _Smtp
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: protocol(
            door,
            hostname="inbound",
            ident="SupportNet",
            enable_SMTPUTF8=True,
            data_size_limit=incoming.LARGEST,
            timeout=_PATIENCE,
        ),
        host=host,
        port=port,
    )
    async with server:
        ready(int(server.sockets[0].getsockname()[1]))
        await ended.wait()
    await loop.run_in_executor(None, door.close)


def _taken(raw: bytes, sender: str, recipients: list[str], clock: Clock) -> str:
    try:
        fate = inbound.receive(raw, sender=sender, recipients=recipients, now=clock())
    except Exception:
        # Whatever it is, the other server still has the mail, and its writer is told in the end.
        logger.exception("a mail could not be taken")
        return _LATER
    finally:
        connections.close_all()
    return _UNREADABLE if fate == "unreadable" else _TAKEN
