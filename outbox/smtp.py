"""Talking to the mail server: one connection, and a deadline that holds against any server.

What cannot be known is said so: after the final dot a lost answer means "perhaps sent", and nothing
else does.
"""

import contextlib
import queue
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from outbox.stop import stop

BEFORE_DOT = 60.0
AFTER_DOT = 120.0
_TO_CONNECT = 20.0
_TO_PART = 2.0
_LONGEST_LINE = 8192
_MORE = getattr(socket, "MSG_MORE", 0)

_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
_NOBODY = {550, 551, 553}
# RFC 4954: they want to know who we are.
_SIGN_IN_FIRST = 530
# RFC 3463: the sender's address, ours, is what they do not like. Nobody's mailbox ends for that.
_OUR_ADDRESS = ("5.1.7", "5.1.8")
# What has to be said before the mail itself, and the answers that let it go on.
_STEPS = {"mail": {250, 251}, "rcpt": {250, 251}, "data": {354}}
_NEAR = {"localhost", "127.0.0.1", "::1"}
_WRITTEN = (
    "SMTP_URL is written smtp+tls://name:password@host:587, with @ as %40 and / as %2F in both."
)


_Answer = tuple[int, bytes]


class Trouble(Exception):
    """A mail that was not accepted. ``setback`` is a step and a code: never the server's words."""

    def __init__(self, step: str, code: int = 0, reply: bytes = b"") -> None:
        self.step, self.code = step, code
        self._status = reply[:6].decode("ascii", "replace")
        super().__init__(self.setback)

    @property
    def setback(self) -> str:
        return f"{self.step} {self.code}" if self.code else self.step


class Refused(Trouble):
    """The server said no for good (5xx)."""

    @property
    def is_about_address(self) -> bool:
        """Whether there is nobody by this address; a relay that does not know *us* is no bounce."""
        if self.step != "rcpt":
            return False
        if self._status[1:2] == ".":  # an enhanced status: 5.1 is the address, 5.2 the mailbox
            about = self._status.startswith(("5.1.", "5.2.1"))
            return about and not self._status.startswith(_OUR_ADDRESS)
        return self.code in _NOBODY

    @property
    def is_about_us(self) -> bool:
        """Whether it is the sender, us, that they refuse: then every other mail meets the same."""
        return self.step == "mail" or self.code == _SIGN_IN_FIRST


class Later(Trouble):
    """The server said not now (4xx)."""


class Broken(Trouble):
    """The connection failed before the final dot: the mail did not leave."""


class Unsure(Trouble):
    """The connection failed after the final dot: nobody can know."""


@dataclass(frozen=True)
class Relay:
    """Where mail is handed over, read from ``SMTP_URL``."""

    host: str
    port: int
    tls: str
    name: str
    password: str


def relay(url: str) -> Relay:
    """Read ``smtp://``, ``smtp+tls://`` (STARTTLS, required and verified) or ``smtps://``.

    Raises ImproperlyConfigured, and quotes nothing: a sign too much makes a password a port.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ImproperlyConfigured(_WRITTEN) from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ImproperlyConfigured(_WRITTEN)
    if parts.scheme == "smtp" and parts.password and parts.hostname not in _NEAR:
        raise ImproperlyConfigured("SMTP_URL has a password: use smtp+tls:// or smtps://.")
    return Relay(
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        tls=parts.scheme,
        name=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def own_name() -> str:
    """What we call ourselves when we greet a mail server: the site's host."""
    return urlsplit(settings.SITE_URL).hostname or "localhost"


class _Lines:
    """The server's answers, read under the line's deadline: dripping them out does not help."""

    def __init__(self, line: "_Line") -> None:
        self._line, self._held = line, b""

    def readline(self, limit: int) -> bytes:
        if b"\n" not in self._held:
            self._receive(limit)
        end = self._held.find(b"\n") + 1 or len(self._held)
        answer, self._held = self._held[:end], self._held[end:]
        return answer

    def _receive(self, limit: int) -> None:
        while b"\n" not in self._held and len(self._held) < limit:
            # A look at the clock each second: the deadline comes nearer when we are told to stop.
            self._line.sock.settimeout(min(1.0, self._line.left()))
            with contextlib.suppress(TimeoutError):
                more = self._line.sock.recv(4096)
                if not more:
                    break
                self._held += more
        # What comes next may be a handshake, which asks for no second look.
        self._line.sock.settimeout(max(1.0, self._line.until - time.monotonic()))

    def whole_reply(self) -> _Answer | None:
        """An answer of one line, which nearly all are; None when it has more or is none."""
        line = self.readline(_LONGEST_LINE)
        if line[3:4] in b" \r\n" and line.endswith(b"\n") and line[:3].isdigit():
            return int(line[:3]), line[4:].strip(b" \t\r\n")
        self._held = line + self._held
        return None

    def close(self) -> None:
        self._held = b""


class _Line(smtplib.SMTP):
    """smtplib with one deadline over all that is sent and read, whatever the server does."""

    sock: Any
    file: Any

    def __init__(self, relay: Relay, hello: str) -> None:
        self._relay, self.until = relay, 0.0
        super().__init__(local_hostname=hello)
        self._host = relay.host  # smtplib verifies the certificate of STARTTLS against it

    def within(self, seconds: float) -> None:
        """All that follows has to be done by then."""
        self.until = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds until the deadline; raises TimeoutError when it has passed."""
        left = min(self.until - time.monotonic(), stop.seconds_left)
        if left <= 0:
            raise TimeoutError
        return left

    def _get_socket(self, host: str, port: int, timeout: float) -> Any:
        sock = self._reach(_looked_up(host, port, within=self.left()))
        # The dot goes out as a packet of its own; it must not wait for an acknowledgement.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._relay.tls == "smtps":
            sock.settimeout(self.left())
            return ssl.create_default_context().wrap_socket(sock, server_hostname=host)
        return sock

    def _reach(self, places: list[Any]) -> socket.socket:
        """The first of a name's addresses that answers, all of them under the one deadline."""
        for number, (family, kind, protocol, _name, address) in enumerate(places, start=1):
            sock = socket.socket(family, kind, protocol)
            try:
                sock.settimeout(self.left() / (len(places) - number + 1))
                sock.connect(address)
            except OSError:
                sock.close()
                if number == len(places):
                    raise
            else:
                return sock
        raise OSError("the name has no address")

    def send(self, s: Any, *, more: bool = False) -> None:
        """Hand bytes to the network; with ``more`` they may wait a moment for those behind them."""
        data = s.encode(self.command_encoding) if isinstance(s, str) else s
        rest = memoryview(data)
        flags = _MORE if more and not isinstance(self.sock, ssl.SSLSocket) else 0
        try:
            while rest:
                self.sock.settimeout(self.left())
                rest = rest[self.sock.send(rest, flags) :]
        except (OSError, AttributeError):
            self.close()
            raise smtplib.SMTPServerDisconnected("the connection ended") from None

    def say(self, *commands: str) -> None:
        """Send commands in one packet."""
        if any(sign in command for command in commands for sign in "\r\n"):
            raise ValueError("a command is one line")
        self.send("".join(f"{command}\r\n" for command in commands))

    def getreply(self) -> _Answer:
        if self.file is None:
            self.file = _Lines(self)
        try:
            return self.file.whole_reply() or super().getreply()
        except OSError:
            self.close()  # what was not read here would be taken for the next answer
            raise


class Connection:
    """One connection for a batch, opened at first need and again after it broke."""

    def __init__(self, relay: Relay, hello: str) -> None:
        self._relay, self._hello = relay, hello
        self._line: _Line | None = None

    @property
    def is_open(self) -> bool:
        return self._line is not None

    def open(self) -> None:
        """Connect, greet, secure, sign in. Raises Broken."""
        line = _Line(self._relay, self._hello)
        line.within(_TO_CONNECT)
        try:
            code, _reply = line.connect(self._relay.host, self._relay.port)
            if code != 220:
                raise smtplib.SMTPServerDisconnected("not ready")
            line.ehlo_or_helo_if_needed()
            if self._relay.tls == "smtp+tls":
                line.starttls(context=ssl.create_default_context())
                line.ehlo()
            if self._relay.name:
                line.login(self._relay.name, self._relay.password)
        except (smtplib.SMTPException, OSError) as error:
            line.close()
            raise Broken("connect", getattr(error, "smtp_code", 0) or 0) from None
        self._line = line

    def hand_over(
        self, sender: str, recipient: str, data: bytes, before_dot: Callable[[], None]
    ) -> str:
        """Give one mail to the server; returns what it calls it. Raises Trouble.

        ``before_dot`` runs right before the final dot: whatever it raises, the mail did not leave.
        """
        line = self._line
        if line is None:
            raise Broken("connect")
        line.within(BEFORE_DOT)
        self._announce(line, f"MAIL FROM:<{sender}>", f"RCPT TO:<{recipient}>", "DATA")
        try:
            # The dot follows in the same packet: the server wakes once for a mail.
            line.send(_stuffed(data), more=True)
            before_dot()
        except smtplib.SMTPServerDisconnected:
            self.drop()
            raise Broken("body") from None
        except BaseException:
            # In the middle of a mail only hanging up takes it back.
            self.drop()
            raise
        return self._dot(line)

    def close(self) -> None:
        """Part politely, but not for long."""
        if self._line is not None:
            self._line.within(_TO_PART)
            with contextlib.suppress(smtplib.SMTPException, OSError):
                self._line.docmd("QUIT")
        self.drop()

    def drop(self) -> None:
        """Hang up."""
        if self._line is not None:
            self._line.close()
        self._line = None

    def _announce(self, line: _Line, *commands: str) -> None:
        """Say from whom and to whom; returns when the server waits for the mail itself.

        A server that offers it gets all three commands in one breath (RFC 2920) and answers each.
        """
        at_once = line.has_extn("pipelining")
        answers: list[_Answer] = []
        with contextlib.suppress(smtplib.SMTPException, OSError):
            for burst in [commands] if at_once else [(command,) for command in commands]:
                line.say(*burst)
                for _command in burst:
                    answers.append(line.getreply())
                if _first_no(answers):
                    break
        if refusal := _first_no(answers):
            self._start_over(line, answers)
            raise refusal
        if len(answers) < len(_STEPS):
            self.drop()
            raise Broken(list(_STEPS)[len(answers)])

    def _dot(self, line: _Line) -> str:
        line.within(AFTER_DOT)
        try:
            line.send(b".\r\n")
            code, reply = line.getreply()
        except (smtplib.SMTPException, OSError):
            self.drop()
            raise Unsure("dot") from None
        if code == 250:
            return reply.decode("ascii", "replace")
        if code == 421:
            self.drop()
        raise Refused("dot", code) if 500 <= code < 600 else Later("dot", code)

    def _start_over(self, line: _Line, answers: list[_Answer]) -> None:
        """Make the connection fit for the next mail; a server that is closing gets a new one."""
        codes = dict(zip(_STEPS, (code for code, _reply in answers), strict=False))
        waits = codes.get("data") in _STEPS["data"]
        if 421 in codes.values() or (waits and codes["rcpt"] in _STEPS["rcpt"]):
            # It waits for a mail that it has somebody for: only hanging up takes it back.
            self.drop()
            return
        again = 0
        with contextlib.suppress(smtplib.SMTPException, OSError):
            if waits:
                line.docmd(".")  # an empty mail, to nobody: it has just said so
            again, _reply = line.docmd("RSET")
        if again != 250:
            self.drop()


def _looked_up(host: str, port: int, *, within: float) -> list[Any]:
    """The addresses of a name. Nothing can interrupt a look-up: one that hangs is left behind."""
    found: queue.SimpleQueue[list[Any] | OSError] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            found.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except OSError as error:
            found.put(error)

    threading.Thread(target=look_up, name="look-up", daemon=True).start()
    try:
        answer = found.get(timeout=within)
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(answer, OSError):
        raise answer
    return answer


def _first_no(answers: list[_Answer]) -> Trouble | None:
    """The refusal that counts: those after it only say that there is no mail to take."""
    for (step, wanted), (code, reply) in zip(_STEPS.items(), answers, strict=False):
        if code not in wanted:
            return Refused(step, code, reply) if 500 <= code < 600 else Later(step, code)
    return None


def _stuffed(data: bytes) -> bytes:
    stuffed = data.replace(b"\r\n.", b"\r\n..")
    stuffed = b"." + stuffed if stuffed.startswith(b".") else stuffed
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"
