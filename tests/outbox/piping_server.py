"""A mail server that takes several commands in one breath, and answers as it was told."""

import socket
import threading
from collections import defaultdict
from typing import Self

_USUAL = {"MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go on", "DOT": "250 taken"}


class PipingServer:
    """Offers PIPELINING. ``answers`` come first, by command; DATA is asked whatever came before.

    ``bursts`` are the commands as they arrived together; ``mails`` what was taken, and for whom.
    """

    def __init__(self, **answers: list[str]) -> None:
        self._answers = defaultdict(list, {stage: list(said) for stage, said in answers.items()})
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"smtp://127.0.0.1:{self._listener.getsockname()[1]}"
        self.bursts: list[list[str]] = []
        self.mails: list[tuple[list[str], bytes]] = []
        self.connections = 0
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)

    def _serve(self) -> None:
        while True:
            try:
                line, _address = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            with line:
                line.sendall(b"220 piping\r\n")
                _Talk(self, line).go_on()

    def answer(self, stage: str) -> str:
        """What comes next at this stage."""
        return self._answers[stage].pop(0) if self._answers[stage] else _USUAL.get(stage, "250 ok")


class _Talk:
    """One connection."""

    def __init__(self, server: PipingServer, line: socket.socket) -> None:
        self._server, self._line = server, line
        self._to: list[str] = []
        self._content: bytes | None = None  # a mail that is arriving

    def go_on(self) -> None:
        """Until either side hangs up."""
        rest = b""
        try:
            while more := self._line.recv(65536):
                *lines, rest = (rest + more).split(b"\r\n")
                if self._content is None:
                    self._server.bursts.append([line.decode() for line in lines])
                if not all(self._take(line) for line in lines):
                    return
        except OSError:
            return

    def _take(self, line: bytes) -> bool:
        if self._content is not None:
            return self._take_content(line)
        stage = line[:4].decode().upper()
        if stage == "EHLO":
            return self._say("250-piping\r\n250 PIPELINING")
        answer = self._server.answer(stage)
        if stage == "MAIL":
            self._to = []
        elif stage == "RCPT" and answer.startswith("2"):
            self._to.append(line[9:-1].decode())
        elif stage == "DATA" and answer.startswith("3"):
            self._content = b""
        return self._say(answer)

    def _take_content(self, line: bytes) -> bool:
        assert self._content is not None
        if line != b".":
            self._content += line + b"\r\n"
            return True
        answer = self._server.answer("DOT")
        if answer.startswith("2"):
            self._server.mails.append((self._to, self._content))
        self._content = None
        return self._say(answer)

    def _say(self, answer: str) -> bool:
        if answer == "hang up":
            return False
        self._line.sendall(f"{answer}\r\n".encode())
        return True
