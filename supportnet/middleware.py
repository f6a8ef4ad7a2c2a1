"""Headers that stand on every answer, whoever made it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

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
