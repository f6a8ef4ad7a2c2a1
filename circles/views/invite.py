"""Who would you like beside you? The invitation, seen before it leaves."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import ASK_BACK, person_of
from circles import letters
from circles.forms import READY, CorrectForm, InviteForm
from circles.models import Circle, Member
from outbox.preview import framed


def invite(request: HttpRequest, *, first: bool = False) -> HttpResponse:
    """Ask somebody, by mail or by a link the person sends themselves."""
    if request.method != "POST" or "ready" in request.POST:
        return _invite_page(request, _begun(request), first=first)
    by_hand = request.POST.get("way") == "self"
    form = InviteForm(request.POST, by_hand=by_hand)
    if not form.is_valid():
        return _invite_page(request, form, first=first)
    circle = Circle.objects.of(person_of(request))
    try:
        member = _ask(circle, form)
    except ValidationError as refusal:
        form.add_error("address" if refusal.code in {"own", "asked"} else None, refusal)
        return _invite_page(request, form, first=first)
    request.session.pop(ASK_BACK, None)
    if by_hand:
        return redirect("begin_beside_link" if first else "invite_link", member.public_id)
    messages.success(request, _("The invitation is on its way."))
    return redirect("begin_rhythm" if first else "circle")


def invite_preview(request: HttpRequest) -> HttpResponse:
    """The mail as it will arrive, from what stands in the form. Nothing is kept."""
    name, words = InviteForm(request.POST or None).glance()
    return framed(letters.draft(person=person_of(request), name=name, words=words))


def invite_link(request: HttpRequest, public_id: uuid.UUID, *, first: bool = False) -> HttpResponse:
    """The one-use link and a ready text for any messenger."""
    members = Member.objects.visible_to(person_of(request))
    member = get_object_or_404(members.pending(timezone.now()), public_id=public_id)
    context = {
        "member": member,
        "invitation": member.invitation,
        "text": letters.by_hand(member),
        "first": first,
    }
    return render(request, "circles/invite_link.html", context)


def member_correct(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Ask once more at a corrected address."""
    now = timezone.now()
    members = Member.objects.visible_to(person_of(request))
    member = get_object_or_404(members, public_id=public_id)
    if not member.can_be_corrected(now):
        return redirect("member", public_id)
    form = CorrectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            member.correct(form.cleaned_data["address"], now=now)
        except ValidationError as refusal:
            form.add_error("address", refusal)
        else:
            messages.success(request, _("The invitation is on its way to the new address."))
            return redirect("circle")
    return render(request, "circles/correct.html", {"member": member, "form": form})


def _ask(circle: Circle, form: InviteForm) -> Member:
    now = timezone.now()
    if form.by_hand:
        member = circle.invite_by_hand(**form.about(), now=now)
    else:
        member = circle.invite(address=form.cleaned_data["address"], **form.about(), now=now)
    assert isinstance(member, Member)
    return member


def _begun(request: HttpRequest) -> InviteForm:
    """A fresh form, or the typed one with another of the ready sentences in its box."""
    if request.method != "POST":
        return InviteForm(initial={"name": request.session.get(ASK_BACK, "")})
    typed: dict[str, Any] = request.POST.dict()
    chosen = typed.get("ready", "")
    if chosen.isdigit() and int(chosen) < len(READY):
        typed["words"] = str(READY[int(chosen)])
    return InviteForm(initial=typed)


def _invite_page(request: HttpRequest, form: InviteForm, *, first: bool) -> HttpResponse:
    context = {
        "form": form,
        "first": first,
        "fresh": request.method != "POST",
        "ready": READY,
        "called": person_of(request).called,
    }
    return render(request, "circles/invite.html", context)
