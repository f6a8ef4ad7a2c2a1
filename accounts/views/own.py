"""The person's own settings."""

import datetime as dt

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import before_welcome, open_while_stopped, person_of
from accounts.forms import AwayForm, MailForm, YouForm
from accounts.showing import shown_lately

# Says "no way out on top, please" and nothing about anybody. Kept by the browser alone.
STAY_COOKIE = "stay"
_A_YEAR = dt.timedelta(days=365)


@open_while_stopped
def settings_page(request: HttpRequest) -> HttpResponse:
    """Everything that can be set, in words, each with its own page."""
    person = person_of(request)
    return render(request, "accounts/settings.html", {"person": person})


@open_while_stopped
def you(request: HttpRequest) -> HttpResponse:
    """Name, language and country."""
    person = person_of(request)
    now = {"name": person.display_name, "language": person.language, "country": person.country}
    form = YouForm(request.POST or None, initial=now)
    if request.method == "POST" and form.is_valid():
        person.be_called(**{name: form.cleaned_data[name] for name in now})
        messages.success(request, _("Changed."))
        return redirect("settings")
    return render(request, "accounts/form_page.html", {"form": form, "title": _("You")})


@open_while_stopped
def mail_settings(request: HttpRequest) -> HttpResponse:
    """What mails to the person look like."""
    person = person_of(request)
    names_ = ("own_subject", "plain_mail", "reply_mail")
    form = MailForm(request.POST or None, initial={name: getattr(person, name) for name in names_})
    if request.method == "POST" and form.is_valid():
        person.choose_mail(**{name: form.cleaned_data[name] for name in names_})
        messages.success(request, _("Changed."))
        return redirect("settings")
    return render(request, "accounts/form_page.html", {"form": form, "title": _("Mails to you")})


@require_POST
def write_again(request: HttpRequest) -> HttpResponse:
    """Mail came back, and the person says that the address is right."""
    person_of(request).write_again(timezone.now())
    messages.success(request, _("All right. The next mail goes to your address again."))
    return redirect("today")


@open_while_stopped
def when_away(request: HttpRequest) -> HttpResponse:
    """What a year without the person does to the account."""
    person = person_of(request)
    stands = "erase" if person.erased_when_away else "sleep"
    form = AwayForm(request.POST or None, initial={"then": stands})
    if request.method == "POST" and form.is_valid():
        person.choose_when_away(erased=form.cleaned_data["then"] == "erase")
        messages.success(request, _("Changed."))
        return redirect("settings")
    title = _("If you are away for a year")
    return render(request, "accounts/form_page.html", {"form": form, "title": title})


@open_while_stopped
@require_POST
def way_out(request: HttpRequest) -> HttpResponse:
    """Hide "Leave this page" in this browser, for those it puts off, or show it again."""
    response = redirect("settings")
    if "hide" in request.POST:
        secure = settings.SESSION_COOKIE_SECURE
        response.set_cookie(
            STAY_COOKIE, "1", max_age=_A_YEAR, secure=secure, httponly=True, samesite="Lax"
        )
    else:
        response.delete_cookie(STAY_COOKIE, samesite="Lax")
    return response


@before_welcome
def sign_in_settings(request: HttpRequest) -> HttpResponse:
    """The ways in: the code always works; a password, keys and an app can be added."""
    person = person_of(request)
    kinds = person.second_factors()
    return render(
        request,
        "accounts/sign_in_settings.html",
        {
            "has_password": person.has_usable_password(),
            "has_app": Authenticator.Type.TOTP in kinds,
            "has_keys": Authenticator.Type.WEBAUTHN in kinds,
            "came_by_code": _came_by_code(request),
            "sessions": person.sessions.alive(timezone.now()).count(),
        },
    )


@require_POST
def password_away(request: HttpRequest) -> HttpResponse:
    """Back to codes alone; only for somebody who came in with a code just now."""
    if not _came_by_code(request):
        messages.error(request, _("Sign out, come in with a code, then take the password away."))
    else:
        person = person_of(request)
        person.take_password_away()
        update_session_auth_hash(request, person)
        messages.success(request, _("The password is gone. The code by mail works as before."))
    return redirect("sign_in_settings")


def _came_by_code(request: HttpRequest) -> bool:
    lately = shown_lately(request, timezone.now())
    return any(record["method"] == "code" for record in lately)
