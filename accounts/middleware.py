"""The reader's language, and the door: pages are private unless they are marked public."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from rest_framework.views import APIView

from accounts.access import keep_typed

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def person_language(get_response: GetResponse) -> GetResponse:
    """Speak the language a signed-in person chose, whatever their browser says."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not _is_for_everyone(request) and request.user.is_authenticated:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
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
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        if _is_open(view):
            return None
        if not request.user.is_authenticated:
            if request.method == "POST":
                keep_typed(request, timezone.now())
            return redirect("home")
        if request.user.welcomed_at is None and not getattr(view, "before_welcome", False):
            return redirect("welcome")
        return None


def _is_open(view: Any) -> bool:
    # The API answers strangers itself, with a status instead of a page: SignedInPerson.
    is_api = issubclass(getattr(view, "cls", object), APIView)
    return is_api or getattr(view, "open_to_all", False)
