"""Who may come in: closed by default, a short list of public pages, words kept at the door."""

import datetime as dt
from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest
from rest_framework.permissions import BasePermission

View = TypeVar("View", bound=Callable[..., Any])

KEPT = "kept"
KEPT_FOR = dt.timedelta(hours=1)
# Never kept and never shown again: what opens an account, and what proves a form is ours.
SECRET_FIELDS = {
    "csrfmiddlewaretoken",
    "password",
    "password1",
    "password2",
    "oldpassword",
    "code",
    "credential",
}
_MOST_KEPT = 64 * 1024


def public(view: View) -> View:
    """Mark a view that needs no sign-in. The list of them is short and stands in a test."""
    view.open_to_all = True  # type: ignore[attr-defined]
    return view


def before_welcome(view: View) -> View:
    """Mark a view that a signed-in person may see before the welcome page is done."""
    view.before_welcome = True  # type: ignore[attr-defined]
    return view


class SignedInPerson(BasePermission):
    """The API's one permission: somebody signed in who has been welcomed."""

    def has_permission(self, request: Any, view: Any) -> bool:
        person = request.user
        return bool(person and person.is_authenticated and person.welcomed_at)


def typed_fields(request: HttpRequest) -> list[tuple[str, str]]:
    """What stood in a posted form, without what must not be kept."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name not in SECRET_FIELDS
        for value in values
    ]


def keep_typed(request: HttpRequest, now: dt.datetime) -> bool:
    """Keep a posted form, sealed in the session, until its writer has signed in."""
    fields = typed_fields(request)
    if not fields or sum(len(value) for _, value in fields) > _MOST_KEPT:
        return False
    request.session[KEPT] = {
        "path": request.path,
        "fields": fields,
        "at": now.timestamp(),
    }
    return True


def kept(request: HttpRequest, now: dt.datetime) -> dict[str, Any] | None:
    """The form kept in this session, or None when there is none or its hour is over."""
    found = request.session.get(KEPT)
    if found and now.timestamp() - found["at"] <= KEPT_FOR.total_seconds():
        return dict(found)
    return None
