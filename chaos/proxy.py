"""A small TCP proxy: it delays, drops, swallows, and cuts after so many bytes or after a word."""

import contextlib
import socket
import threading
import time


class Proxy:
    """Listens on a free port and passes everything on to one other port, until told otherwise."""

    def __init__(self, target: int, port: int = 0) -> None:
        self.target = target
        self.delay = 0.0
        self.swallows = False  # accepts, and passes nothing on
        self.refuses = False  # hangs up on whoever comes
        self.cut_after_bytes: int | None = None  # counted towards the server
        self.cut_after_word = b""  # this word is passed on, and its answer never
        self.cuts = 0
        self._lines: set[socket.socket] = set()
        self._door = socket.create_server(("127.0.0.1", port), backlog=64)
        self.port = self._door.getsockname()[1]
        threading.Thread(target=self._welcome, daemon=True).start()

    def cut(self) -> None:
        """Hang up on everybody who is connected now."""
        for line in list(self._lines):
            self._hang_up(line)

    def close(self) -> None:
        """Listen no more."""
        with contextlib.suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self.cut()

    def _welcome(self) -> None:
        while True:
            try:
                near, _peer = self._door.accept()
            except OSError:
                return
            if self.refuses:
                near.close()
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                near.close()
                continue
            self._lines |= {near, far}
            for source, sink, up in ((near, far, True), (far, near, False)):
                threading.Thread(target=self._pass, args=(source, sink, up), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, up: bool) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if self.swallows:
                    continue
                if self.delay:
                    time.sleep(self.delay)
                word = self.cut_after_word
                if up and word and word in data:
                    self.cut_after_word = b""
                    # Gone before the answer can come back; what was asked still arrives.
                    self._hang_up(source)
                    sink.sendall(data)
                    self.cuts += 1
                    break
                passed += len(data) if up else 0
                if self.cut_after_bytes is not None and passed > self.cut_after_bytes:
                    self.cuts += 1
                    break
                sink.sendall(data)
        self._hang_up(source)
        self._hang_up(sink)

    def _hang_up(self, line: socket.socket) -> None:
        self._lines.discard(line)
        with contextlib.suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)
        line.close()
