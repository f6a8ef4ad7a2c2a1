"""A mail in a frame beside its form: the same words, and links that open nothing."""

from django.http import HttpResponse
from django.utils.html import format_html

from outbox.mail import Texts

# The mail may style itself. It runs nothing, loads nothing, and only our own pages may frame it.
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'; sandbox"
)


def framed(texts: Texts | None, otherwise: str = "") -> HttpResponse:
    """The page for the frame; ``otherwise`` stands there when there is no mail."""
    page = texts.html if texts else format_html("<!doctype html><p>{}</p>", otherwise)
    response = HttpResponse(page)
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response
