"""What goes wrong in the API, told as problem details (RFC 9457) in the person's language."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import ValidationError as Invalid
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

KIND = "application/problem+json"


def tell(error: Exception, context: dict[str, Any]) -> Response | None:
    """One shape for every refusal; what is our own fault goes on to the page for that."""
    if isinstance(error, Invalid):
        # A verb refused, in the sentence that pages show.
        error = ValidationError(error.messages)
    response = exception_handler(error, context)
    if response is None:
        return None
    said = response.data
    problem: dict[str, Any] = {"type": "about:blank", "title": _title(response.status_code)}
    problem["status"] = response.status_code
    if isinstance(said, dict) and set(said) == {"detail"}:
        problem["detail"] = str(said["detail"])
    else:
        problem["errors"] = said if isinstance(said, dict) else {"": said}
    response.data, response.content_type = problem, KIND
    return response


def _title(status: int) -> str:
    titles = {
        HTTPStatus.BAD_REQUEST: _("This cannot be taken as it is."),
        HTTPStatus.UNAUTHORIZED: _("Please come in with a token."),
        HTTPStatus.FORBIDDEN: _("This is not open to you."),
        HTTPStatus.NOT_FOUND: _("There is nothing here."),
        HTTPStatus.METHOD_NOT_ALLOWED: _("That cannot be done here."),
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE: _("Please send JSON."),
        HTTPStatus.UNPROCESSABLE_ENTITY: _("This does not fit what came before."),
        HTTPStatus.TOO_MANY_REQUESTS: _("That was very often. Please wait a little."),
    }
    return titles.get(HTTPStatus(status)) or _("That did not work.")
