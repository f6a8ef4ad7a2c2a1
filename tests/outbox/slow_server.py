"""A mail server that never quite answers: byte by byte, for as long as anyone listens."""

import socket
import threading
from typing import Self

_GREETING = b"220 slow\r\n"
_YES = {
    "EHLO": b"250 slow\r\n",
    "MAIL": b"250 ok\r\n",
    "RCPT": b"250 ok\r\n",
    "RSET": b"250 ok\r\n",
}


class SlowServer:
    """Answers until ``stage`` (GREETING, EHLO, MAIL, RCPT, DATA or DOT), then drips."""

    def __init__(self, stage: str) -> None:
        self._stage = stage
        self._over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"smtp://127.0.0.1:{self._listener.getsockname()[1]}"
        self.connections = 0
        self.drips = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                line, _address = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            with line:
                try:
                    self._talk(line)
                except OSError:
                    continue

    def _talk(self, line: socket.socket) -> None:
        self._say(line, "GREETING", _GREETING)
        with line.makefile("rb") as said:
            for command in iter(said.readline, b""):
                stage = command[:4].decode().upper()
                if stage == "DATA":
                    self._say(line, "DATA", b"354 go on\r\n")
                    while said.readline() not in {b".\r\n", b""}:
                        pass
                    self._say(line, "DOT", b"250 taken\r\n")
                else:
                    self._say(line, stage, _YES.get(stage, b"221 bye\r\n"))

    def _say(self, line: socket.socket, stage: str, answer: bytes) -> None:
        if stage != self._stage:
            line.sendall(answer)
            return
        self.drips.set()
        while not self._over.wait(0.02):
            line.sendall(answer[:1])
