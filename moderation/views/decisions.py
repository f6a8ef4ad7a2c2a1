"""What a decision says to whom it concerns, the way to answer it, and who looked at their data."""

import uuid

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import open_while_stopped, person_of
from library.access import public
from moderation import letters, rules, targets
from moderation.forms import AppealForm
from moderation.models import Access, Appeal, Decision, Opening
from outbox import links


@public
def decision(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The statement behind the link of a mail, and the form to answer it."""
    found = links.holder(request, "d", public_id, timezone.now()).thing
    reader = letters.concerned(found.report)
    request.reader_country = reader.country if reader else ""  # type: ignore[attr-defined]
    return _statement(request, found, plain=True)


@open_while_stopped
def own_decision(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The same for somebody who is signed in."""
    mine = Decision.objects.about_person(person_of(request))
    return _statement(request, get_object_or_404(mine, public_id=public_id))


@open_while_stopped
@require_safe
def stopped(request: HttpRequest) -> HttpResponse:
    """What a stopped account reads on every page but its own things, its plan and help."""
    person = person_of(request)
    if not person.is_stopped:
        return redirect("today")
    context = {"person": person, "decision": Decision.objects.stopping(person)}
    return render(request, "moderation/stopped.html", context)


@open_while_stopped
@require_safe
def who_looked(request: HttpRequest) -> HttpResponse:
    """Every look of staff at something of the person's: when and why, and never who reported."""
    person = person_of(request)
    context = {
        "openings": Opening.objects.told_to(person),
        "looks": Access.objects.about_person(person),
        "decisions": Decision.objects.about_person(person),
    }
    return render(request, "moderation/who_looked.html", context)


@public
@open_while_stopped
@require_safe
def policy(request: HttpRequest) -> HttpResponse:
    """How reports are dealt with here: rules, times, who decides, and what never happens."""
    context = {
        "rules": rules.RULES.items(),
        "danger_hours": targets.in_hours(targets.DANGER),
        "line_hours": targets.in_hours(targets.WRONG_LINE),
        "rest_hours": targets.in_hours(targets.REST),
        "duty": settings.DUTY_HOURS,
        "zone": settings.DUTY_ZONE,
        "alone": settings.ONE_MODERATOR,
        "decides": settings.DANGER_DECIDED_BY,
        "operator_email": settings.OPERATOR_EMAIL,
    }
    return render(request, "moderation/policy.html", context)


def _statement(request: HttpRequest, found: Decision, *, plain: bool = False) -> HttpResponse:
    now = timezone.now()
    form = AppealForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and found.can_be_appealed(now):
        Appeal.objects.make(found, words=form.cleaned_data["words"], now=now)
        return redirect(request.path)
    context = {
        "decision": found,
        "said": letters.says(found.action),
        "appeal": getattr(found, "appeal", None),
        "can_be_appealed": found.can_be_appealed(now),
        "form": form,
        "openings": Opening.objects.told_of(found.report),
        "alone": settings.ONE_MODERATOR,
        "frame": "base_plain.html" if plain else "base.html",
    }
    return render(request, "moderation/decision.html", context)
