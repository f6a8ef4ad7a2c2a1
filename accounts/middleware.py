"""The reader's language, and the door: pages are private unless they are marked public."""

import contextlib
import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.db import InternalError, OperationalError
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from rest_framework.views import APIView

from accounts.access import KEPT, MARK_COOKIE, keep_typed, mark_of

GetResponse = Callable[[HttpRequest], HttpResponseBase]

STAFF_IDLE = dt.timedelta(minutes=15)


def person_language(get_response: GetResponse) -> GetResponse:
    """Speak the language and tell the hours of a signed-in person, whatever their browser says."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        clock = None
        if not _is_for_everyone(request) and request.user.is_authenticated:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
            clock = request.user.local(timezone.now()).tzinfo
        with timezone.override(clock):
            response = get_response(request)
        response.headers.setdefault("Content-Language", translation.get_language())
        return response

    return middleware


def _is_for_everyone(request: HttpRequest) -> bool:
    # The help pages are one page for all: caches keep them, and they stand without a database.
    # Asking who reads would touch the session.
    return request.path_info.startswith(reverse("help_now"))


class SignInRequired:
    """Send strangers to the sign-in page and keep what they had typed."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        person = request.user
        if person.is_authenticated and settings.SESSION_COOKIE_NAME not in response.cookies:
            # A view that takes the cookie away is on its way out; it is not given back here.
            if person.is_staff:
                request.session.set_expiry(STAFF_IDLE)
            _mark_browser(request, response)
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        if _is_open(view):
            return None
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        if request.user.welcomed_at is None and not _before_welcome(request, view):
            return redirect("welcome")
        if request.user.is_stopped and not _open_while_stopped(request, view):
            return redirect("stopped")
        if request.user.asleep_at:
            messages.success(request, _("Good to see you. Your account slept, and all is here."))
        # While a replica takes over nothing can be noted; what can be read is there all the same.
        with contextlib.suppress(InternalError, OperationalError):
            request.user.note_here(timezone.now())
        if request.method == "POST" and request.session.get(KEPT, {}).get("path") == request.path:
            del request.session[KEPT]
        return None


def _is_open(view: Any) -> bool:
    # The API answers strangers itself, with a status instead of a page: SignedInPerson.
    is_api = issubclass(getattr(view, "cls", object), APIView)
    return is_api or getattr(view, "open_to_all", False)


def _open_while_stopped(request: HttpRequest, view: Any) -> bool:
    # What somebody may see before they said yes reaches nobody else either.
    return _before_welcome(request, view) or getattr(view, "open_while_stopped", False)


def _before_welcome(request: HttpRequest, view: Any) -> bool:
    # Staff have no page of their own to be welcomed to; the office asks for more than this.
    match = request.resolver_match
    in_office = match is not None and match.app_name == "admin" and request.user.is_staff
    return in_office or getattr(view, "before_welcome", False)


def _to_sign_in(request: HttpRequest) -> HttpResponseBase:
    if request.method == "POST":
        keep_typed(request, timezone.now())
        return redirect("home")
    return redirect(f"{reverse('home')}?{urlencode({'next': request.path})}")


def _mark_browser(request: HttpRequest, response: HttpResponseBase) -> None:
    mark = mark_of(request.user)
    if request.COOKIES.get(MARK_COOKIE) != mark:
        response.set_cookie(
            MARK_COOKIE,
            mark,
            max_age=settings.SESSION_COOKIE_AGE,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
