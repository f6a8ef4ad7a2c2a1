"""Going: quickly, for good on this device, or everywhere."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import MARK_COOKIE, before_welcome, person_of
from library.access import public

ELSEWHERE = "https://www.wikipedia.org/"


@public
@require_safe
def leave_now(request: HttpRequest) -> HttpResponse:
    """Away from here at once: this browser forgets its session, nothing else changes."""
    response = HttpResponse(status=302, headers={"Location": ELSEWHERE})
    forget_cookie(response, settings.SESSION_COOKIE_NAME)
    return response


@public
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ask once, then close the session and let the browser forget its copies."""
    if request.method != "POST":
        return render(request, "accounts/sign_out.html")
    logout(request)
    response = redirect("home")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    forget_cookie(response, MARK_COOKIE)
    return response


@before_welcome
@require_POST
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """End every other session of this person, and every program."""
    person_of(request).end_sessions(but=request.session.session_key)
    person_of(request).end_programs()
    messages.success(request, _("You are signed out everywhere else. Programs are out too."))
    return redirect("sign_in_settings")


def forget_cookie(response: HttpResponse, name: str) -> None:
    """Let this browser forget one of our cookies."""
    response.delete_cookie(
        name,
        path=settings.SESSION_COOKIE_PATH,
        domain=settings.SESSION_COOKIE_DOMAIN,
        samesite="Lax",
    )
