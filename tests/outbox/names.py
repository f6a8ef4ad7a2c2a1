"""What looking up a name brings, for a while: silence, nothing, or several addresses."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def silent() -> Iterator[None]:
    """No look-up ever ends."""
    over = threading.Event()
    with _instead(lambda *asked, **options: over.wait()):
        yield
    over.set()


@contextmanager
def unknown() -> Iterator[None]:
    """There is no such name."""

    def nobody(*asked: Any, **options: Any) -> None:
        raise socket.gaierror

    with _instead(nobody):
        yield


@contextmanager
def at_ports(*ports: int) -> Iterator[None]:
    """Every name has these addresses, in this order."""
    found = [
        place
        for port in ports
        for place in socket.getaddrinfo("127.0.0.1", port, type=socket.SOCK_STREAM)
    ]
    with _instead(lambda *asked, **options: found):
        yield


@contextmanager
def _instead(look_up: Callable[..., Any]) -> Iterator[None]:
    before = socket.getaddrinfo
    socket.getaddrinfo = look_up
    try:
        yield
    finally:
        socket.getaddrinfo = before
