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
max_requests = 5000
max_requests_jitter = 500
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
