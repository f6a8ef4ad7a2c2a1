"""The Circle page, one page for each member, and who sees what."""

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import open_while_stopped, person_of
from circles import sent
from circles.forms import HardDaysForm, HelpsForm, MemberForm
from circles.models import Circle, Member


def circle(request: HttpRequest) -> HttpResponse:
    """Everyone with what they hear and the last thing sent."""
    person = person_of(request)
    cards = sent.cards(person, timezone.now(), most=1)
    context = {
        "cards": [card for card in cards if not card.waits],
        "pending": [card for card in cards if card.waits],
        "circle": Circle.objects.known(person),
    }
    return render(request, "circles/circle.html", context)


def who_sees_what(request: HttpRequest) -> HttpResponse:
    """One screen: every member, exactly what they get, and the last ten things sent to each."""
    person = person_of(request)
    cards = [card for card in sent.cards(person, timezone.now(), most=10) if not card.is_over]
    context = {"cards": cards, "circle": Circle.objects.known(person)}
    return render(request, "circles/who_sees_what.html", context)


def member(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One member: what they are called and what they hear."""
    now = timezone.now()
    found = _mine(request, public_id)
    form = MemberForm(request.POST or None, member=found)
    if request.method == "POST" and form.is_valid():
        found.change(**form.cleaned_data, now=now)
        messages.success(request, _("Changed. Nobody is told."))
        return redirect("circle")
    context = {"form": form, "member": found, "card": sent.card(found, now)}
    return render(request, "circles/member.html", context)


@require_POST
def member_pause(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Let a member hear nothing for a while."""
    try:
        _mine(request, public_id).pause(timezone.now())
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("Stopped from this moment on. Nobody is told."))
    return redirect("who_sees_what" if request.POST.get("from") == "who" else "circle")


@require_POST
def member_resume(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Let a member hear again."""
    _mine(request, public_id).resume(timezone.now())
    messages.success(request, _("From your next answer on they hear from you again."))
    return redirect("who_sees_what" if request.POST.get("from") == "who" else "circle")


def member_remove(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Remove somebody, after one look at what that means."""
    found = _mine(request, public_id)
    if request.method == "POST":
        found.remove(timezone.now())
        messages.success(request, _("Removed. Nobody is told."))
        return redirect("circle")
    return render(request, "circles/remove.html", {"member": found})


@open_while_stopped
def what_helps(request: HttpRequest) -> HttpResponse:
    """What the circle should know, and its own gestures."""
    person = person_of(request)
    form = HelpsForm.of(Circle.objects.known(person), request.POST or None)
    if request.method == "POST" and form.is_valid():
        Circle.objects.of(person).describe(**form.cleaned_data)
        messages.success(request, _("Kept."))
        return redirect("circle")
    return render(request, "circles/what_helps.html", {"form": form})


def hard_days(request: HttpRequest) -> HttpResponse:
    """What a really hard day means, and for whom."""
    person = person_of(request)
    members = list(Member.objects.of(person).said_yes())
    circle = Circle.objects.known(person)
    form = HardDaysForm(request.POST or None, circle=circle, members=members)
    if request.method == "POST" and form.is_valid():
        Circle.objects.of(person).set_hard_days(
            rule=form.cleaned_data["rule"], forms=form.forms(), now=timezone.now()
        )
        messages.success(request, _("Kept. It counts from your next answer on."))
        return redirect("circle")
    return render(request, "circles/hard_days.html", {"form": form})


def _mine(request: HttpRequest, public_id: uuid.UUID) -> Member:
    return get_object_or_404(Member.objects.visible_to(person_of(request)), public_id=public_id)
