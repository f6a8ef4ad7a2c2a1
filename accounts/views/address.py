"""Codes to one's own address: to show that it is you, to use another, to come in by an operator."""

import datetime as dt
import uuid

from allauth.account.utils import get_next_redirect_url
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts.access import before_welcome, open_while_stopped, person_of
from accounts.forms import CodeForm, NewAddressForm
from accounts.new_address import AddressCode
from accounts.showing import asks_once_more, has_own_way, has_shown, leading_back
from accounts.views.arriving import may_ask, may_try, send_code
from library.access import public
from outbox import limits, links

_DAY = dt.timedelta(days=1)


@open_while_stopped
@asks_once_more
def address(request: HttpRequest) -> HttpResponse:
    """Say where mail and codes go from now on."""
    person = person_of(request)
    form = NewAddressForm(request.POST or None, person=person)
    if request.method == "POST" and form.is_valid():
        return _send(request, form.cleaned_data["email"], then=reverse("address_code"))
    return render(request, "accounts/address.html", {"form": form, "email": person.email})


@before_welcome
def show(request: HttpRequest) -> HttpResponse:
    """For whoever signs in by a code alone: show by one more that it is you, then go on."""
    person, back = person_of(request), _back(request) or reverse("settings")
    if has_shown(request) or has_own_way(person):
        return redirect(back)
    if request.method == "POST":
        return _send(request, person.email, then=leading_back("address_code", to=back))
    return render(request, "accounts/show.html", {"email": person.email})


def _back(request: HttpRequest) -> str | None:
    """Where they were before they were asked; nowhere when it is the address that changes."""
    found: str | None = get_next_redirect_url(request)
    return found


def _begun_at(request: HttpRequest) -> str:
    """The page that sent the code, for another one."""
    back = _back(request)
    return leading_back("show", to=back) if back else reverse("address")


def _send(request: HttpRequest, to: str, *, then: str) -> HttpResponse:
    now = timezone.now()
    mine = limits.allow("new address", person_of(request).pk, at_most=10, within=_DAY, now=now)
    if not may_ask(request, to, now) or not mine:
        return render(request, "errors/429.html", status=429)
    AddressCode.begin(request, to)
    return redirect(then)


@before_welcome
@sensitive_post_parameters("code")
def address_code(request: HttpRequest) -> HttpResponse:
    """The code from the mail, typed in the same browser."""
    process, form = AddressCode.waiting(request), CodeForm(request.POST or None)
    if process is None:
        return redirect(_begun_at(request))
    if request.method == "POST" and form.is_valid():
        if not may_try(process, timezone.now()):
            return render(request, "errors/429.html", status=429)
        if process.fits(form.cleaned_data["code"]):
            return _finished(request, process)
        if not process.record_invalid_attempt():
            messages.info(request, _("That did not match five times. Here you get a new code."))
            return redirect(_begun_at(request))
        form.add_error("code", _("That is not the code we sent. Please look at the newest mail."))
    facts = {"form": form, "process": process, "begun_at": _begun_at(request)}
    return render(request, "accounts/address_code.html", facts)


def _finished(request: HttpRequest, process: AddressCode) -> HttpResponse:
    is_of_old = process.is_of_old
    try:
        process.finish(timezone.now())
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect("address")
    if is_of_old:
        return redirect(_back(request) or "address")
    messages.success(request, _("Changed. Mail and codes go to your new address from now on."))
    return redirect("settings")


@before_welcome
@require_POST
def address_code_again(request: HttpRequest) -> HttpResponse:
    """The same code once more."""
    process, back = AddressCode.waiting(request), _back(request)
    if process is None:
        return redirect(_begun_at(request))
    if not process.can_resend or not may_ask(request, process.address, timezone.now()):
        return render(request, "errors/429.html", status=429)
    process.resend()
    messages.info(request, _("The code is on its way once more."))
    return redirect(leading_back("address_code", to=back) if back else "address_code")


@public
def way_in(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """By the link of an operator's mail: a code for this browser, without typing the address.

    The link opens nothing by itself. It does what typing the address on the first page does.
    """
    now = timezone.now()
    person = links.holder(request, "a", public_id, now).thing
    if request.method != "POST":
        return links.close_door(render(request, "accounts/way_in.html"))
    if not may_ask(request, person.email, now):
        return render(request, "errors/429.html", status=429)
    send_code(request, person)
    return redirect("code")
