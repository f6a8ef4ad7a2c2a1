"""Coming in: the first page, the code from the mail, a password or a key instead."""

import datetime as dt

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.code_verification import AbstractCodeVerificationProcess
from allauth.account.internal.flows.login import perform_password_login
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import Login
from allauth.account.stages import LoginByCodeStage, LoginStageController
from allauth.core.internal.cryptokit import compare_user_code
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts.access import is_keeping
from accounts.forms import AddressForm, CodeForm, PasswordForm
from accounts.models import Person
from library import zones
from library.access import public
from outbox import limits

GUESS = "guess"
NEXT = "next"
_HOUR, _DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@public
def home(request: HttpRequest) -> HttpResponse:
    """The question with an address box. Whoever is signed in goes on to their own day."""
    if request.user.is_authenticated:
        return redirect(get_adapter().get_login_redirect_url(request))
    form = AddressForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        waits = is_keeping(request, timezone.now())
        context = {"form": form, "next": _next(request), "words_wait": waits}
        page = render(request, "home/home.html", context)
        page.headers["X-Robots-Tag"] = "all"
        return page
    address, now = form.cleaned_data["email"], timezone.now()
    if not may_ask(request, address, now):
        return render(request, "errors/429.html", status=429)
    send_code(request, Person.objects.begin(address, now=now))
    return redirect("code")


def may_ask(request: HttpRequest, address: str, now: dt.datetime) -> bool:
    """Whether one more code may go to this address, asked for from here."""
    # All are counted before the answer, so that no limit hides another.
    checks = [
        limits.allow("code for address", address, at_most=6, within=_HOUR, now=now),
        limits.allow("code for client", limits.client(request), at_most=30, within=_HOUR, now=now),
    ]
    return all(checks)


def may_try(process: AbstractCodeVerificationProcess, now: dt.datetime) -> bool:
    """Whether one more code may be compared.

    The count in the session stops nobody who sends many at the same moment: each of them reads it
    before another has written.
    """
    whose, at_most = process.state["user_id"], app_settings.LOGIN_BY_CODE_MAX_ATTEMPTS
    code = f"{whose}|{process.state['at']}"
    return limits.allow("code compared", code, at_most=at_most, within=_DAY, now=now)


def send_code(request: HttpRequest, person: Person) -> None:
    """A code that works in this browser alone."""
    guess = zones.guess(request)
    request.session[GUESS] = [guess.country, guess.zone, guess.language]
    process = LoginCodeVerificationProcess.initiate(
        request=request, user=person, email=person.email
    )
    process.state[NEXT] = _next(request)
    process.persist()


def _next(request: HttpRequest) -> str:
    path = request.POST.get(NEXT) or request.GET.get(NEXT) or ""
    # A path of our own and nothing else: no host, no scheme.
    here = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if here else ""


@public
@sensitive_post_parameters("code")
def code(request: HttpRequest) -> HttpResponseBase:
    """The code from the mail, typed in the same browser that asked for it."""
    process = _process(request)
    if process is None:
        return _ask_again(request, _("That code has ended. Here you get a new one."))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not _may_type(request, process):
            return render(request, "errors/429.html", status=429)
        if compare_user_code(actual=form.cleaned_data["code"], expected=process.code):
            return process.finish(redirect_url=process.state.get(NEXT) or None)
        if not process.record_invalid_attempt():
            return _ask_again(request, _("That did not match five times. Here you get a new code."))
        form.add_error("code", _("That is not the code we sent. Please look at the newest mail."))
    return render(
        request,
        "accounts/code.html",
        {"form": form, "email": process.state["email"], "can_resend": process.can_resend},
    )


def _may_type(request: HttpRequest, process: LoginCodeVerificationProcess) -> bool:
    now, here = timezone.now(), limits.client(request)
    typed = limits.allow("code typed", here, at_most=60, within=_HOUR, now=now)
    return may_try(process, now) and typed


@public
@require_POST
def code_again(request: HttpRequest) -> HttpResponse:
    """A fresh code to the same address."""
    process = _process(request)
    if process is None:
        return _ask_again(request, _("That code has ended. Here you get a new one."))
    if not process.can_resend or not may_ask(request, process.state["email"], timezone.now()):
        return render(request, "errors/429.html", status=429)
    process.resend()
    messages.info(request, _("A new code is on its way. The older one has ended."))
    return redirect("code")


def _process(request: HttpRequest) -> LoginCodeVerificationProcess | None:
    stage = LoginStageController.enter(request, LoginByCodeStage.key)
    process = LoginCodeVerificationProcess.resume(stage) if stage else None
    if process and process.user and process.user.email != process.state["email"]:
        # The address was changed meanwhile: a code that went to the old one opens nothing.
        process.abort()
        return None
    return process


def _ask_again(request: HttpRequest, why: str) -> HttpResponse:
    if not request.user.is_authenticated:
        messages.info(request, why)
    return redirect("home")


@public
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """The other ways in: a password, or a key of the device."""
    if request.user.is_authenticated:
        return redirect("home")
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        clear_login(request)
        address, password = form.cleaned_data["email"].lower(), form.cleaned_data["password"]
        try:
            person = get_adapter().authenticate(request, email=address, password=password)
        except ValidationError as error:
            person = None
            form.add_error(None, error)
        if person:
            credentials = {"email": address, "password": password}
            login = Login(user=person, email=address, redirect_url=_next(request) or None)
            return perform_password_login(request, credentials, login)
        if not form.errors:
            form.add_error(None, _("The address and the password do not fit together."))
    return render(request, "account/login.html", {"form": form, "next": _next(request)})


@public
def not_active(request: HttpRequest) -> HttpResponse:
    """For an account that was closed for the time being."""
    return render(request, "accounts/not_active.html", {"home": reverse("home")})
