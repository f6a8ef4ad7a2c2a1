"""Around every answer: the headers that stand on it, one line in the log, one more counted."""

import logging
import secrets
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from supportnet import counters, logs

_log = logging.getLogger("supportnet.requests")
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

_ALWAYS = {
    "Permissions-Policy": (
        "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), display-capture=(), "
        "geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


def headers(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Set what is missing: a page is private, unstored and unlisted unless its view said else."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        for name, value in _ALWAYS.items():
            response.headers.setdefault(name, value)
        if not getattr(response, "xframe_options_exempt", False):
            response.headers.setdefault("X-Frame-Options", "DENY")
        if not response.headers.get("Cache-Control"):
            response.headers["Cache-Control"] = "no-store"
        if "no-store" in response.headers["Cache-Control"]:
            response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
        return response

    return middleware


def watched(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Say which route was answered how and how fast; all lines in between carry one id."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        # It stays until the thread's next request: Django says some things after the last of us.
        logs.about.set({"request": secrets.token_hex(8)})
        response = get_response(request)
        _note(request, response.status_code, time.perf_counter() - began)
        return response

    return middleware


def _note(request: HttpRequest, status: int, seconds: float) -> None:
    route = logs.route_name(request)
    if settings.METRICS_TOKEN:
        counters.count(route, status, seconds)
    if not _log.isEnabledFor(logging.INFO):
        return
    method = request.method if request.method in _METHODS else "other"
    ms = round(seconds * 1000, 1)
    facts = {"method": method, "route": route, "status": status, "ms": ms}
    _log.info("%s %s %d in %s ms", method, route, status, ms, extra={"facts": facts})
