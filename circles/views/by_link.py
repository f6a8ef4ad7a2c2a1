"""The pages behind an invitee's and a member's links. No account, nothing of others."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from circles.access import OWN_PAGE
from circles.forms import OwnAddressForm
from circles.member_forms import BackForm, HoursForm, LeaveForm, UndoForm, YesNoNeverForm
from circles.models import Invitation, Member
from library.access import public
from outbox import links
from outbox.links import Found


@public
def invitation(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The letter: yes, no, never. After a Yes its link leads to the member's own page."""
    now = timezone.now()
    found: Invitation = links.holder(request, "i", public_id, now).thing
    member = found.member
    form = YesNoNeverForm(request.POST or None)
    if request.method == "POST" and found.is_open(now) and form.is_valid():
        said = form.cleaned_data["said"]
        if said != "yes":
            member.decline(now, never=said == "never")
            return redirect("invitation", public_id)
        if member.accept(now):
            return _let_in(redirect("member_hello", member.public_id), member)
    context = {"form": form, "invitation": found, "member": member, **_about(request, member)}
    if found.can_be_undone(now):
        return render(request, "circles/declined.html", {**context, "form": UndoForm()})
    if member.state == Member.State.ACCEPTED:
        return _let_in(render(request, "circles/accepted.html", context), member)
    return render(request, "circles/invitation.html", context)


@public
@require_POST
def invitation_undo(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take back a No or a Never within a day."""
    now = timezone.now()
    found: Invitation = links.holder(request, "i", public_id, now).thing
    form = UndoForm(request.POST)
    if not found.can_be_undone(now):
        return redirect("invitation", public_id)
    if not form.is_valid():
        context = {"form": form, "invitation": found, **_about(request, found.member)}
        return render(request, "circles/declined.html", context)
    found.member.undo_decline(now)
    return redirect("invitation", public_id)


@public
def invitation_by_hand(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """An invitation from a messenger: the invitee types an address, and looks at it once more."""
    now = timezone.now()
    found: Invitation = links.holder(request, "j", public_id, now).thing
    form = OwnAddressForm(request.POST or None)
    context = {"form": form, "invitation": found, **_about(request, found.member)}
    if request.method != "POST" or not form.is_valid() or "change" in request.POST:
        return render(request, "circles/by_hand.html", context)
    if "sure" not in request.POST:
        return render(request, "circles/by_hand_sure.html", context)
    found.use(form.cleaned_data["address"], language=get_language() or "en", now=now)
    return render(request, "circles/by_hand_sent.html", context)


@public
def member_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The member's own page: a hello, their hours, a break, leaving."""
    member = _holder(request, "y", public_id)
    form = HoursForm(request.POST or None, member=member)
    if request.method == "POST" and form.is_valid():
        member.set_hours(**form.said())
        messages.success(request, _("Kept."))
        return redirect("member_page", public_id)
    return _own_page(request, member, form, BackForm())


@public
def member_leave(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """A break, or the end of it, by a required choice."""
    return _leave(request, _holder(request, "y", public_id), "member_page")


@public
def member_stop(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The same behind the stop link of a mail, for people who open it instead of one click."""
    return _leave(request, _holder(request, "u", public_id), "member_stop")


@public
@require_POST
def member_return(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Come back from a break, or from leaving within a day."""
    member = _holder(request, "y", public_id)
    back = BackForm(request.POST)
    if member.is_away and not back.is_valid():
        return _own_page(request, member, HoursForm(member=member), back)
    member.return_(timezone.now())
    messages.success(request, _("You are back. Good to see you."))
    return redirect("member_page", public_id)


def _own_page(
    request: HttpRequest, member: Member, form: HoursForm, back: BackForm
) -> HttpResponse:
    context = {"form": form, "back": back, "member": member, "now": timezone.now()}
    context |= _about(request, member)
    return render(request, "circles/member_page.html", context)


def _leave(request: HttpRequest, member: Member, then: str) -> HttpResponse:
    form = LeaveForm(request.POST or None, member=member)
    if request.method == "POST" and form.is_valid():
        now, choice = timezone.now(), form.cleaned_data["choice"]
        if choice == "break":
            member.take_break(now, form.said())
        else:
            member.leave(now, form.said(), never=choice == "never")
        return _let_in(redirect("member_page", member.public_id), member)
    context = {"form": form, "member": member, "then": then, **_about(request, member)}
    return render(request, "circles/leave.html", context)


def _holder(request: HttpRequest, letter: str, public_id: uuid.UUID) -> Member:
    member = links.holder(request, letter, public_id, timezone.now()).thing
    assert isinstance(member, Member)
    return member


def _let_in(response: HttpResponse, member: Member) -> HttpResponse:
    links.let_in(response, OWN_PAGE, member.public_id, Found(member.generation, member))
    return response


def _about(request: HttpRequest, member: Member) -> dict[str, Any]:
    # The reader is the member, whoever is signed in in this browser.
    request.reader_country = member.country  # type: ignore[attr-defined]
    person = member.circle.person
    return {
        "called": person.called,
        "away": member.away_text,
        "operator": settings.OPERATOR_EMAIL,
    }
