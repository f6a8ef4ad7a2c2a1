"""What the web server does with visitors who stop in the middle."""

import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from django.conf import settings

from supportnet.local.valkey import free_port
from tests.processes import until

IN_ITS_HEADERS = b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
IN_ITS_WORDS = (
    b"POST /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 900\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nCookie: csrftoken=%s\r\n\r\nnote=half a"
) % (b"a" * 32)


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """A web server with two hands, as `gunicorn.conf.py` sets it up."""
    port = free_port()
    more = {"SUPPORTNET_VAR": str(tmp_path), "WEB_WORKERS": "1", "WEB_THREADS": "2"}
    command = [sys.executable, "-m", "gunicorn", "supportnet.wsgi", "--bind", f"127.0.0.1:{port}"]
    with subprocess.Popen(command, cwd=settings.BASE_DIR, env=os.environ | more) as process:
        try:
            until(lambda: is_up(port))
            yield port
        finally:
            process.kill()


def is_up(port: int) -> bool:
    with suppress(OSError), closing(socket.create_connection(("127.0.0.1", port), 1)):
        return True
    return False


@pytest.mark.once
@pytest.mark.long(seconds=25)
def test_visitors_who_stop_in_the_middle_hold_up_nobody_for_long(port: int) -> None:
    slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(2)]
    for line, begun in zip(slow, (IN_ITS_HEADERS, IN_ITS_WORDS), strict=True):
        line.sendall(begun)

    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=60) as answer:
        assert answer.status == 200

    for line in slow:
        line.close()
