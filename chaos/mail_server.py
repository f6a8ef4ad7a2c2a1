"""The drill's own mail server. What it writes down is the truth about what was sent.

It answers as a script tells it: ``server.on("dot", Cut(taken=True))``. Stages are connect, ehlo,
starttls, mail, rcpt, data, body (in the middle of a mail) and dot (after the final one).
"""

import contextlib
import hashlib
import json
import re
import socket
import ssl
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, Self

_LINK = re.compile(rb"https?://[^\s\"<>]+/l/[\w-]+")
_QUIT = (b"QUIT", b"NOOP", b"RSET")
_WELL = {
    "connect": "220 chaos ESMTP",
    "ehlo": "250 chaos",
    "starttls": "220 go on",
    "mail": "250 ok",
    "rcpt": "250 ok",
    "data": "354 go on",
    "dot": "250 taken",
}


@dataclass(frozen=True)
class Reply:
    """Answer with this line."""

    line: str


@dataclass(frozen=True)
class Wait:
    """Answer as ever, but so many seconds later."""

    seconds: float


@dataclass(frozen=True)
class Drip:
    """Answer as ever, a byte each so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Cut:
    """Close the line. At the dot: after the mail was taken, or without taking it."""

    taken: bool = False


@dataclass(frozen=True)
class Silence:
    """Never answer; the other side has to give up. At the dot the mail is taken, or not."""

    taken: bool = False


@dataclass(frozen=True)
class Hold:
    """Say nothing until the rule is released or the other side is dead."""

    taken: bool = False


Act = Reply | Wait | Drip | Cut | Silence | Hold


@dataclass
class Rule:
    """One line of the script, and what came of it."""

    stage: str
    act: Act
    to: str = ""  # only mails to addresses that contain this
    times: int | None = 1
    skip: int = 0  # so many pass first
    hits: int = 0
    peers: list[int] = field(default_factory=list)  # the ports of those it was applied to
    released: threading.Event = field(default_factory=threading.Event)

    def release(self) -> None:
        """Let those who are held go on."""
        self.released.set()


@dataclass(frozen=True)
class Taken:
    """One mail as it was accepted."""

    id: str
    to: str
    sender: str  # of the envelope: where it would be returned to
    began: float
    at: float
    digest: str
    link: str
    clear: bool
    headers: dict[str, str]


class MailServer:
    """Listens on a port of the loopback, a thread for each connection."""

    def __init__(
        self,
        log: Path,
        port: int = 0,
        *,
        tls: ssl.SSLContext | None = None,
        offers_tls: bool = True,
        dedupe: str = "",
    ) -> None:
        self.log = log
        self.tls, self.offers_tls = tls, offers_tls
        self.dedupe = dedupe  # a header: a mail that carries a known value is not delivered again
        self.cuts = 0  # lines cut or left without an answer after the dot
        self.reached: Counter[str] = Counter()
        self.in_clear: list[str] = []  # commands that came before the line was secured
        self.commands: list[tuple[float, str, str]] = []  # when, which stage, to whom
        self._rules: list[Rule] = []
        self._taken: list[Taken] = []
        self._known: set[str] = set()
        self._lock = threading.Lock()
        self._lines: dict[socket.socket, int] = {}
        self.dropped = 0  # what a de-duplicating relay had delivered before
        self._door: socket.socket | None = None
        self.port = port

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *error: object) -> None:
        self.shut()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def open(self) -> None:
        """Listen; after `shut`, again on the same port."""
        door = socket.create_server(("127.0.0.1", self.port), backlog=64)
        self.port = door.getsockname()[1]
        self._door = door
        threading.Thread(target=self._welcome, args=(door,), daemon=True).start()

    def shut(self) -> None:
        """Refuse everybody, and hang up on those who are here."""
        if self._door is not None:
            with contextlib.suppress(OSError):
                self._door.shutdown(socket.SHUT_RDWR)
            self._door.close()
            self._door = None
        for line in list(self._lines):
            _hang_up(line)

    def on(
        self, stage: str, act: Act, *, to: str = "", times: int | None = 1, skip: int = 0
    ) -> Rule:
        """Act like this at a stage; ``times`` None is until `recover`."""
        rule = Rule(stage, act, to, times, skip)
        with self._lock:
            self._rules.append(rule)
        return rule

    def recover(self) -> None:
        """Behave again."""
        with self._lock:
            rules, self._rules = self._rules, []
        for rule in rules:
            rule.release()

    def taken(self) -> list[Taken]:
        """Every mail that was accepted, in order."""
        with self._lock:
            return list(self._taken)

    def peers(self) -> list[int]:
        """The ports of those who are connected now."""
        return list(self._lines.values())

    def _welcome(self, door: socket.socket) -> None:
        while True:
            try:
                line, peer = door.accept()
            except OSError:
                return
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._lines[line] = peer[1]
            threading.Thread(target=self._serve, args=(line, peer[1]), daemon=True).start()

    def _serve(self, line: socket.socket, peer: int) -> None:
        session = _Session(self, line, peer)
        with contextlib.suppress(OSError, _Gone):
            session.run()
        # Once secured it is another socket than the one that came in.
        self._lines.pop(session.line, None)
        _hang_up(session.line)

    def rule_for(self, stage: str, to: str, peer: int) -> Rule | None:
        """The rule that holds here and now, counted as used."""
        with self._lock:
            self.reached[stage] += 1
            self.commands.append((time.time(), stage, to))
            for rule in self._rules:
                if rule.stage != stage or rule.to not in to or rule.hits == rule.times:
                    continue
                if rule.skip:
                    rule.skip -= 1
                    continue
                rule.hits += 1
                rule.peers.append(peer)
                return rule
        return None

    def take(self, mail: Taken) -> None:
        """Write one mail down; a relay that de-duplicates drops what it knows."""
        with self._lock:
            if self.dedupe:
                key = mail.headers.get(self.dedupe.lower(), "") + mail.to
                if key in self._known:
                    self.dropped += 1
                    return
                self._known.add(key)
            self._taken.append(mail)
            with self.log.open("a") as log:
                log.write(json.dumps(mail.__dict__) + "\n")

    def count_cut(self) -> None:
        """The other side cannot know what became of its mail."""
        with self._lock:
            self.cuts += 1


class _Gone(Exception):
    """The line ended."""


class _Session:
    """One connection, from the greeting to its end."""

    def __init__(self, server: MailServer, line: socket.socket, peer: int) -> None:
        self.server, self.line, self.peer = server, line, peer
        self.held = b""
        self.clear = True
        self.to = self.sender = ""
        self.began = 0.0

    def run(self) -> None:
        self._act("connect")
        while True:
            words = self._read().strip()
            verb = words[:4].upper()
            if self.clear:
                self.server.in_clear.append(verb.decode("ascii", "replace"))
            if verb in (b"EHLO", b"HELO"):
                self._greet()
            elif verb == b"STAR":
                self._secure()
            elif verb == b"MAIL":
                self.began, self.to = time.time(), ""
                self.sender = words.partition(b"<")[2].partition(b">")[0].decode()
                self._act("mail")
            elif verb == b"RCPT":
                self.to = words.partition(b"<")[2].partition(b">")[0].decode()
                self._act("rcpt")
            elif verb == b"DATA":
                if self._act("data").startswith("354"):
                    self._body()
            elif verb in _QUIT:
                self._say("221 bye" if verb == b"QUIT" else "250 ok")
            else:
                self._say("502 what")

    def _greet(self) -> None:
        tls = self.server.tls and self.server.offers_tls and self.clear
        self._act("ehlo", "250-chaos\r\n250 STARTTLS" if tls else "250 chaos")

    def _secure(self) -> None:
        if self.server.tls is None:
            self._say("502 no")
        elif self._act("starttls").startswith("220"):
            secured = self.server.tls.wrap_socket(self.line, server_side=True)
            self.server._lines[secured] = self.server._lines.pop(self.line, self.peer)
            self.line, self.held, self.clear = secured, b"", False

    def _body(self) -> None:
        lines = []
        half = self.server.rule_for("body", self.to, self.peer)
        while (line := self._read()) != b".\r\n":
            lines.append(line[1:] if line.startswith(b".") else line)
            if half is not None and len(lines) == 4:
                # A short mail and its dot may both be on their way before the loss is noticed.
                if isinstance(half.act, Cut):
                    self.server.count_cut()
                self._apply(half, "")
        self._dot(b"".join(lines))

    def _dot(self, content: bytes) -> None:
        rule = self.server.rule_for("dot", self.to, self.peer)
        act = rule.act if rule else None
        answer = act.line if isinstance(act, Reply) else _WELL["dot"]
        mail = self._mail(content)
        if getattr(act, "taken", False):
            self.server.take(mail)
        if isinstance(act, Cut | Silence):
            self.server.count_cut()
        if rule:
            self._apply(rule, answer)
        # Taken before the answer leaves: nobody can read an answer to what is not written down.
        if answer.startswith("2") and not getattr(act, "taken", False):
            self.server.take(mail)
        if not isinstance(act, Reply | Drip):
            self._say(answer)

    def _mail(self, content: bytes) -> Taken:
        headers = message_from_bytes(content.partition(b"\r\n\r\n")[0], policy=policy.compat32)
        link = _LINK.search(content.replace(b"=\r\n", b"").replace(b"=3D", b"="))
        return Taken(
            id=str(headers["Message-ID"]),
            to=self.to,
            sender=self.sender,
            began=self.began,
            at=time.time(),
            digest=hashlib.sha256(content).hexdigest(),
            link=link[0].decode() if link else "",
            clear=self.clear,
            headers={name.lower(): str(value) for name, value in headers.items()},
        )

    def _act(self, stage: str, well: str = "") -> str:
        """Answer at a stage, as the script says; what was said."""
        rule = self.server.rule_for(stage, self.to, self.peer)
        answer = well or _WELL[stage]
        if rule and isinstance(rule.act, Reply):
            answer = rule.act.line
        if rule:
            self._apply(rule, answer)
        if not (rule and isinstance(rule.act, Reply | Drip)):
            self._say(answer)
        return answer

    def _apply(self, rule: Rule, answer: str) -> None:
        match rule.act:
            case Reply(line):
                self._say(line)
            case Wait(seconds):
                rule.released.wait(seconds)
            case Drip(seconds):
                self._drip(answer, seconds)
            case Cut():
                raise _Gone
            case Silence():
                while self.line.recv(4096):
                    pass
                raise _Gone
            case Hold():
                self._hold(rule)

    def _hold(self, rule: Rule) -> None:
        while not rule.released.wait(0.02):
            self.line.settimeout(0.001)
            try:
                more = self.line.recv(65536)
            except TimeoutError:
                continue
            finally:
                self.line.settimeout(None)
            if not more:
                raise _Gone
            self.held += more

    def _drip(self, answer: str, seconds: float) -> None:
        pause = threading.Event()
        # Long enough for any deadline.
        for byte in f"{answer} {'.' * 80}\r\n".encode():
            self.line.sendall(bytes([byte]))
            pause.wait(seconds)

    def _say(self, line: str) -> None:
        self.line.sendall(f"{line}\r\n".encode())
        if line.startswith(("421", "221")):
            raise _Gone

    def _read(self) -> bytes:
        while b"\n" not in self.held:
            more = self.line.recv(65536)
            if not more:
                raise _Gone
            self.held += more
        line, _, self.held = self.held.partition(b"\n")
        return line + b"\n"


def _hang_up(line: Any) -> None:
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(OSError):
        line.close()
