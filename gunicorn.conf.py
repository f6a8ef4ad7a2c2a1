"""How the pages are served, on one machine and in production alike. Addresses come by --bind."""

import logging
import os
from typing import Any

from supportnet.logs import Lines, NoWords, shape

worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
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
# No access log: request lines hold the codes of links.
accesslog = None


def on_starting(server: Any) -> None:
    """The server's own error log quotes paths of requests that fail early."""
    log = logging.getLogger("gunicorn.error")
    log.addFilter(NoWords())
    mode = os.environ.get("SUPPORTNET_MODE", "production")
    if shape(os.environ.get("LOG_FORMAT", ""), mode) == "json":
        for handler in log.handlers:
            handler.setFormatter(Lines())
