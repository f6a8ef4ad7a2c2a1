"""The pages for when something does not work, in the reader's language, with the way to help.

None of them asks the database, so that they stand when it does not.
"""

import sys
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import REASON_BAD_ORIGIN, REASON_BAD_REFERER
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import typed_fields
from outbox.views import is_typed
from supportnet import problems

_RETRY_AFTER = "60"
_READ_ONLY = "25006"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, "400", 400)


def denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, "403", 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Also for a form about what was deleted in another tab: its words come back."""
    # What was not looked at may be anybody's: a webhook's post is not even read.
    typed = _typed(request) if getattr(request, "csrf_processing_done", False) else []
    return _page(request, "404", 404, typed=typed)


def too_many(request: HttpRequest) -> HttpResponse:
    return _page(request, "429", 429)


def server_error(request: HttpRequest) -> HttpResponse:
    """Our fault; or the database is away for a moment, which is said as such."""
    if _is_database_away(sys.exc_info()[1]):
        response = _page(request, "503", 503, typed=_typed(request))
        response.headers["Retry-After"] = _RETRY_AFTER
        return response
    return _page(request, "500", 500, typed=_typed(request))


def _is_database_away(error: BaseException | None) -> bool:
    # While a replica takes over it reads and does not write: that is over in a minute, too.
    is_read_only = getattr(error and error.__cause__, "pgcode", "") == _READ_ONLY
    return isinstance(error, OperationalError | InterfaceError) or (
        isinstance(error, InternalError) and is_read_only
    )


def form_lapsed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was open for too long: its words again, with a fresh token and one button.

    A form that another site posted here gets neither: nothing of it was typed on our pages.
    """
    if _from_elsewhere(request, reason):
        return _page(request, "403", 403)
    return _page(request, "lapsed", 403, path=request.get_full_path(), fields=typed_fields(request))


def _from_elsewhere(request: HttpRequest, reason: str) -> bool:
    stated = request.headers.get("Sec-Fetch-Site", "same-origin")
    marks = (REASON_BAD_ORIGIN.split("%")[0], REASON_BAD_REFERER.split("%")[0])
    return stated not in {"same-origin", "none"} or reason.startswith(marks)


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    if request.method != "POST":
        return []
    # An address that staff looked for is somebody else's; what they wrote themselves comes back.
    hidden = {"address"} if request.path.startswith(reverse("admin:index")) else set()
    try:
        fields = [(name, text) for name, text in typed_fields(request) if name not in hidden]
    except SuspiciousOperation:  # more than any form of ours holds
        return []
    # Under one neutral label: names of fields are ours, not the reader's.
    words = [text for name, text in fields if is_typed(name, text)]
    return [(_("What you wrote"), text) for text in words]


def _page(request: HttpRequest, name: str, status: int, **context: Any) -> HttpResponse:
    if problems.is_api(request):
        return problems.plain(status)
    request.reader_country = ""  # type: ignore[attr-defined]
    return render(request, f"errors/{name}.html", context, status=status)
