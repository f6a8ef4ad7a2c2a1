"""What goes wrong in the API, told as problem details (RFC 9457) in the person's language."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.exceptions import ValidationError as Invalid
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

KIND = "application/problem+json"


class TooLarge(APIException):
    """More than anybody types."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def tell(error: Exception, context: dict[str, Any]) -> Response | None:
    """One shape for every refusal; what is our own fault goes on to the page for that."""
    if isinstance(error, Invalid):
        # A verb refused, in the sentence that pages show.
        error = ValidationError(error.messages)
    if isinstance(error, RequestDataTooBig):
        error = TooLarge(_("This is more than fits."))
    response = exception_handler(error, context)
    if response is None:
        return None
    said = response.data
    problem = _problem(response.status_code)
    if isinstance(said, dict) and set(said) == {"detail"}:
        problem["detail"] = str(said["detail"])
    else:
        problem["errors"] = said if isinstance(said, dict) else {"": said}
    response.data, response.content_type = problem, KIND
    return response


def is_api(request: HttpRequest) -> bool:
    """Whether a program asks: it reads no pages."""
    return request.path.startswith(reverse("api_nowhere"))


def plain(status: int) -> HttpResponse:
    """The same shape where no view of the API could answer."""
    return JsonResponse(_problem(status), status=status, content_type=KIND)


def _problem(status: int) -> dict[str, Any]:
    return {"type": "about:blank", "title": _title(status), "status": status}


def _title(status: int) -> str:
    titles = {
        HTTPStatus.BAD_REQUEST: _("This cannot be taken as it is."),
        HTTPStatus.UNAUTHORIZED: _("Please come in with a token."),
        HTTPStatus.FORBIDDEN: _("This is not open to you."),
        HTTPStatus.NOT_FOUND: _("There is nothing here."),
        HTTPStatus.METHOD_NOT_ALLOWED: _("That cannot be done here."),
        HTTPStatus.CONFLICT: _("It is too late for that."),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _("This is more than fits."),
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE: _("Please send JSON."),
        HTTPStatus.UNPROCESSABLE_ENTITY: _("This does not fit what came before."),
        HTTPStatus.TOO_MANY_REQUESTS: _("That was very often. Please wait a little."),
        HTTPStatus.SERVICE_UNAVAILABLE: _(
            "We are away for a moment. Please come back in a minute."
        ),
    }
    return titles.get(HTTPStatus(status)) or _("That did not work.")
