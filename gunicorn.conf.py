"""How the pages are served, on one machine and in production alike. Addresses come by --bind."""

import logging
import os
import socket
import struct
from typing import Any

from supportnet import meant
from supportnet.logs import Lines, NoWords, shape

worker_class = "gthread"
workers = meant.number("WEB_WORKERS", os.environ.get("WEB_WORKERS", "2"))
threads = meant.number("WEB_THREADS", os.environ.get("WEB_THREADS", "4"))
timeout = 60
graceful_timeout = 15
# The application is read once and forked: a fresh process answers at once, where reading it anew
# would take a core for seconds, from people who wait. So HUP brings fresh processes of the same
# code; new code comes with a restart.
preload_app = True
# A process makes room before what it never gives back counts; not all of them at the same time.
max_requests = 20_000
max_requests_jitter = 20_000
control_socket_disable = True
# Seconds that a visitor may say nothing in the middle of a question, or take nothing of an answer.
_STALLED = 20
# No access log: request lines hold the codes of links.
accesslog = None


def on_starting(server: Any) -> None:
    """The server's own error log quotes paths of requests that fail early."""
    log = logging.getLogger("gunicorn.error")
    log.addFilter(_is_news)
    log.addFilter(NoWords())
    mode = os.environ.get("SUPPORTNET_MODE", "production")
    if shape(os.environ.get("LOG_FORMAT", ""), mode) == "json":
        for handler in log.handlers:
            handler.setFormatter(Lines())


def when_ready(server: Any) -> None:
    """A thread waits for its visitor without end: a handful who stop would hold up everybody.

    What comes in by a listening socket inherits its limits. Against those who send a letter now and
    then a proxy in front still is what helps, one that reads a question before it passes it on.
    """
    for listener in server.LISTENERS:
        for limit in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            listener.sock.setsockopt(socket.SOL_SOCKET, limit, struct.pack("ll", _STALLED, 0))


def _is_news(record: logging.LogRecord) -> bool:
    # Somebody who stopped in the middle is no error of ours.
    return not (record.exc_info and isinstance(record.exc_info[1], BlockingIOError))
