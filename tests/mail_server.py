"""A real mail server for tests: it keeps what it took and answers as it was told."""

import asyncio
import email
import ssl
import threading
from collections import Counter, defaultdict
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from functools import cached_property
from typing import Any, Self

from aiosmtpd.smtp import SMTP as Protocol
from aiosmtpd.smtp import Envelope, Session

_HANG = "hang"
_DROP = "drop"
_WAIT = "wait"


@dataclass(frozen=True)
class Mail:
    """One mail as it was accepted."""

    sender: str
    to: str
    content: bytes

    @cached_property
    def message(self) -> EmailMessage:
        message = email.message_from_bytes(self.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        return message

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @cached_property
    def text(self) -> str:
        return self._part("plain")

    @cached_property
    def html(self) -> str:
        return self._part("html")

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return str(part.get_content()) if isinstance(part, EmailMessage) else ""


class MailServer:
    """Listens on a free port. Stages are MAIL, RCPT and DATA; scripted answers come first."""

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self.mails: list[Mail] = []
        self.reached: Counter[str] = Counter()  # how often somebody came to a stage
        self._script: dict[str, list[str]] = defaultdict(list)
        self._always: dict[str, str] = {}
        self._loop = asyncio.new_event_loop()
        self._may_go_on = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        self.port = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        return self

    def __exit__(self, *error: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def to(self, address: str) -> list[Mail]:
        """What reached one address, oldest first."""
        return [mail for mail in self.mails if mail.to == address]

    def answer(self, stage: str, *answers: str) -> None:
        """Answer the next mails at this stage like this, one after the other."""
        self._script[stage] += answers

    def always(self, stage: str, answer: str) -> None:
        """Answer every mail at this stage like this, until `recover`."""
        self._always[stage] = answer

    def hang(self, stage: str) -> None:
        """Say nothing more at this stage; whoever waits, waits in vain."""
        self.always(stage, _HANG)

    def drop(self, stage: str) -> None:
        """Close the line at this stage, once: at DATA the mail was taken and nobody told."""
        self.answer(stage, _DROP)

    def wait(self, stage: str) -> None:
        """Keep the next mail waiting at this stage, until `go_on`."""
        self._may_go_on.clear()
        self.answer(stage, _WAIT)

    def go_on(self) -> None:
        """Let whoever waits go on."""
        self._loop.call_soon_threadsafe(self._may_go_on.set)

    def recover(self) -> None:
        """Behave again."""
        self._script.clear()
        self._always.clear()

    async def handle_MAIL(
        self, server: Protocol, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        answer = await self._answer("MAIL", server)
        if answer.startswith("2"):
            envelope.mail_from = address
        return answer

    async def handle_RCPT(
        self, server: Protocol, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        answer = await self._answer("RCPT", server)
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Protocol, session: Session, envelope: Envelope) -> str:
        answer = await self._answer("DATA", server)
        if answer.startswith("2") or answer.endswith(_DROP):
            content = envelope.content
            assert isinstance(content, bytes)
            self.mails += [
                Mail(sender=envelope.mail_from or "", to=to, content=content)
                for to in envelope.rcpt_tos
            ]
        return answer

    async def _listen(self) -> int:
        self._server = await self._loop.create_server(
            lambda: Protocol(
                self, hostname="mail.localhost", enable_SMTPUTF8=True, tls_context=self._tls
            ),
            host="127.0.0.1",
            port=0,
        )
        return int(self._server.sockets[0].getsockname()[1])

    async def _end(self) -> None:
        self._server.close()
        waiting = asyncio.all_tasks(self._loop) - {asyncio.current_task()}
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    async def _answer(self, stage: str, server: Protocol) -> str:
        self.reached[stage] += 1
        script = self._script[stage]
        answer = script.pop(0) if script else self._always.get(stage, "250 OK")
        if answer == _HANG:
            await asyncio.Event().wait()
        if answer == _WAIT:
            await self._may_go_on.wait()
            return "250 OK"
        if answer == _DROP:
            assert server.transport is not None
            server.transport.abort()
            return f"421 {_DROP}"
        return answer
