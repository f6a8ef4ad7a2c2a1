"""A mail server that takes everything and keeps nothing: python -m bench.sink PORT.

For machines without postfix's smtp-sink. It speaks as much SMTP as our two sides do.
"""

import socket
import sys
import threading

_ANSWERS = {b"EHLO": b"250-sink\r\n250 PIPELINING\r\n", b"DATA": b"354 go on\r\n"}


def main(port: int) -> None:
    listener = socket.create_server(("127.0.0.1", port), backlog=100)
    while True:
        line, _address = listener.accept()
        threading.Thread(target=_talk, args=(line,), daemon=True).start()


def _talk(line: socket.socket) -> None:
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    line.sendall(b"220 sink\r\n")
    rest, in_mail = b"", False
    while more := line.recv(65536):
        rest += more
        while (end := rest.find(b"\r\n.\r\n" if in_mail else b"\r\n")) >= 0:
            command = rest[:4].upper()
            rest = rest[end + (5 if in_mail else 2) :]
            if in_mail:
                in_mail, answer = False, b"250 taken\r\n"
            else:
                in_mail, answer = command == b"DATA", _ANSWERS.get(command, b"250 ok\r\n")
                # A mail of no lines would end with the line break of its own command.
                rest = b"\r\n" + rest if in_mail else rest
            line.sendall(answer)


if __name__ == "__main__":
    main(int(sys.argv[1]))
