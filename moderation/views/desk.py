"""The moderator's desk: what waits, one report at a time, and the way to decide it.

Lists hold no words. A report's own words, and the message if the reporter allowed it, are for the
one moderator who has it in hand; everything else is behind glass.
"""

import datetime as dt
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import person_of
from accounts.models import Person
from moderation import answers, chain, items, letters, roles
from moderation.forms import AppealAnswerForm, DecisionForm, GlassForm, TopicsForm
from moderation.models import Access, Appeal, Decision, Desk, Opening, Report
from moderation.models.access import AccessQuerySet

SHOWN = 30
# After so long in the office a gentle word that a break is fine.
_LONG = dt.timedelta(hours=2)
_SINCE = "office_since"

View = Callable[..., HttpResponse]


def for_roles(*wanted: str) -> Callable[[View], View]:
    """Only for staff with one of these roles; being a superuser is none of them."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if roles.roles_of(person_of(request)).isdisjoint(wanted):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return checked

    return decorate


_desk = for_roles(roles.MODERATOR, roles.HELPLINE_EDITOR)
_moderators = for_roles(roles.MODERATOR)


def is_long_here(request: HttpRequest) -> bool:
    """Whether somebody has been in the office for two hours without leaving it."""
    now = timezone.now().timestamp()
    if _SINCE not in request.session:
        request.session[_SINCE] = now
    return bool(now - request.session[_SINCE] >= _LONG.total_seconds())


def front(request: HttpRequest) -> dict[str, Any]:
    """What the office opens on: what is in hand, what waits, and what is there for oneself."""
    person, now = person_of(request), timezone.now()
    held = roles.roles_of(person)
    context: dict[str, Any] = {"roles": sorted(held), "now": now}
    context["helps_in"] = roles.OPERATOR in held
    if roles.AUDITOR in held:
        context["log_waits"] = Access.objects.needs_review(now)
    if held.isdisjoint({roles.MODERATOR, roles.HELPLINE_EDITOR}):
        return context
    moderates = roles.MODERATOR in held
    waiting = Report.objects.queue_for(person, only_lines=not moderates, now=now)
    context |= {
        "on_desk": True,
        "moderates": moderates,
        "in_hand": Report.objects.in_hand_of(person, now),
        "waiting": waiting[:SHOWN],
        "contact": settings.MODERATORS_CONTACT,
        "alone": settings.ONE_MODERATOR,
    }
    if moderates:
        topics = Desk.objects.of(person).topics
        context["topics_form"] = TopicsForm(initial={"topics": topics})
        context["appeals_in_hand"] = Appeal.objects.in_hand_of(person, now)
        context["appeals"] = Appeal.objects.queue_for(person, now)[:SHOWN]
    return context


@_desk
@require_safe
def report(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One report. Its words open up for whoever has it in hand."""
    found = _found(request, public_id)
    found.note_seen(by=person_of(request), now=timezone.now())
    return _report_page(request, found)


@_desk
@require_POST
def claim(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take it in hand."""
    found = _found(request, public_id)
    try:
        found.claim(by=person_of(request), now=timezone.now())
    except PermissionDenied:
        # One sentence for taken and for too close: it does not tell who knows whom.
        messages.error(request, _("This one is for somebody else. Thank you for looking."))
        return redirect("admin:index")
    return redirect("admin:moderation_report_desk", public_id)


@_desk
@require_POST
def give_back(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Put it back, or leave it to others for good. No reason is asked."""
    for_good = "pass" in request.POST
    _found(request, public_id).give_back(
        by=person_of(request), for_good=for_good, now=timezone.now()
    )
    messages.success(request, _("It waits for somebody else. That is fine."))
    return redirect("admin:index")


@_moderators
@require_POST
def glass(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Break the glass over this one message, with a reason its writer will read."""
    found, form = _found(request, public_id), GlassForm(request.POST)
    if not form.is_valid():
        if found.decided_at is not None and hasattr(found.decision, "appeal"):
            return _appeal_page(request, found.decision.appeal, glass_form=form)
        return _report_page(request, found, glass_form=form)
    Opening.objects.open(found, **form.cleaned_data, by=person_of(request), now=timezone.now())
    return redirect("admin:moderation_report_read", public_id)


@_moderators
@require_safe
def read(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The one message behind glass, read-only, while the fifteen minutes last."""
    person, now = person_of(request), timezone.now()
    found = _found(request, public_id)
    opening = Opening.objects.current(found, by=person, now=now)
    if opening is None:
        raise PermissionDenied
    found.note_read(by=person, now=now)
    appeal = found.decision.appeal if found.decided_at else None
    context = {"report": found, "opening": opening, "words": items.read(found), "appeal": appeal}
    return _page(request, "read", _("One message"), context)


@_desk
@require_POST
def decide(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Close the report with a decision, its reasons and its letters."""
    found, person, now = _found(request, public_id), person_of(request), timezone.now()
    form = DecisionForm(request.POST, report=found)
    if not form.is_valid():
        return _report_page(request, found, decision_form=form)
    try:
        Decision.objects.decide(found, **form.said(person.today(now)), by=person, now=now)
    except ValidationError as error:
        form.add_error(None, error)
        return _report_page(request, found, decision_form=form)
    messages.success(request, _("Decided. Whoever it concerns has a mail now. Thank you."))
    return redirect("admin:index")


@_moderators
def appeal(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """An answer to a decision: take it in hand, look again, and say what comes of it."""
    found = get_object_or_404(Appeal.objects.with_report(), public_id=public_id)
    person, now = person_of(request), timezone.now()
    mine = found.is_in_hand_of(person)
    data = request.POST if "answer" in request.POST else None
    form = AppealAnswerForm(data, initial=_signature(person))
    if request.method == "POST" and not mine:
        return _claim_appeal(request, found)
    if "back" in request.POST:
        found.give_back(by=person, now=now)
        messages.success(request, _("It waits for somebody else. That is fine."))
        return redirect("admin:index")
    if mine and form.is_valid():
        found.decide(**form.said(), by=person, now=now)
        messages.success(request, _("Answered. Whoever it concerns has a mail now. Thank you."))
        return redirect("admin:index")
    found.decision.report.note_seen(by=person, now=now)
    return _appeal_page(request, found, form=form)


@_moderators
@require_POST
def topics(request: HttpRequest) -> HttpResponse:
    """What this moderator leaves to others."""
    form = TopicsForm(request.POST)
    if form.is_valid():
        Desk.objects.choose(person_of(request), form.cleaned_data["topics"])
        messages.success(request, _("Kept. Others take those."))
    return redirect("admin:index")


@for_roles(roles.AUDITOR)
def review(request: HttpRequest) -> HttpResponse:
    """What staff looked at since the last review, and whether the chain holds."""
    now = timezone.now()
    rows = Access.objects.since_review()
    last = rows.last()
    up_to = str(last.pk) if last else ""
    if request.method == "POST" and request.POST.get("up_to", "") != up_to:
        messages.info(request, _("New lines came while you read. They stand at the end."))
        return redirect("admin:moderation_access_review")
    if request.method == "POST":
        return _signed(request, rows, now)
    context = {"rows": rows, "breaks": chain.breaks(now), "up_to": up_to}
    return _page(request, "review", _("Who looked at what"), context)


def _signed(request: HttpRequest, rows: AccessQuerySet, now: dt.datetime) -> HttpResponse:
    try:
        rows.review(by=person_of(request), now=now)
    except PermissionDenied:
        messages.error(
            request, _("Your own looks are among them. A second person has to read these.")
        )
        return redirect("admin:moderation_access_review")
    messages.success(request, _("Noted. The next review is in a month."))
    return redirect("admin:index")


def _claim_appeal(request: HttpRequest, found: Appeal) -> HttpResponse:
    try:
        found.claim(by=person_of(request), now=timezone.now())
    except PermissionDenied:
        messages.error(request, _("This one is for somebody else. Thank you for looking."))
        return redirect("admin:index")
    return redirect("admin:moderation_appeal_desk", found.public_id)


def _found(request: HttpRequest, public_id: uuid.UUID) -> Report:
    """A report this member of staff may work on; helpline editors have helplines alone."""
    found = get_object_or_404(Report, public_id=public_id)
    if roles.MODERATOR not in roles.roles_of(person_of(request)) and not found.is_about_line:
        raise PermissionDenied
    return found


def _report_page(
    request: HttpRequest,
    found: Report,
    *,
    glass_form: GlassForm | None = None,
    decision_form: DecisionForm | None = None,
) -> HttpResponse:
    person, now = person_of(request), timezone.now()
    mine = found.decided_at is None and found.is_in_hand_of(person)
    context: dict[str, Any] = {"report": found, "mine": mine, "now": now}
    if mine:
        context |= _to_read(found, glass_form, by=person, now=now)
        context |= {
            "decision_form": decision_form
            or DecisionForm(report=found, initial=_signature(person)),
            "line": items.line_name(found) if found.is_about_line else "",
            "answers": answers.READY,
            "can_tell": letters.reporter(found) is not None and found.wants_outcome,
        }
    return _page(request, "report", _("A report"), context)


def _appeal_page(
    request: HttpRequest,
    found: Appeal,
    *,
    form: AppealAnswerForm | None = None,
    glass_form: GlassForm | None = None,
) -> HttpResponse:
    person, now = person_of(request), timezone.now()
    mine = found.is_in_hand_of(person)
    own = found.decision.made_by_id == person.pk and not settings.ONE_MODERATOR
    context: dict[str, Any] = {"appeal": found, "decision": found.decision}
    context |= {"mine": mine, "own": own}
    if mine:
        context |= _to_read(found.decision.report, glass_form, by=person, now=now)
        context["form"] = form or AppealAnswerForm(initial=_signature(person))
    return _page(request, "appeal", _("An answer to a decision"), context)


def _signature(person: Person) -> dict[str, str]:
    """A name to sign with; nothing for somebody who gave none, for a human name is asked for."""
    return {"signed": person.called if person.display_name else ""}


def _to_read(
    found: Report, glass_form: GlassForm | None, *, by: Person, now: dt.datetime
) -> dict[str, Any]:
    """The message, as far as whoever has it in hand may read it, or the glass over it."""
    if found.may_read:
        found.note_read(by=by, now=now)
    opening = Opening.objects.current(found, by=by, now=now)
    return {"report": found, "opening": opening, "glass_form": glass_form or GlassForm()}


def _page(request: HttpRequest, name: str, title: str, context: dict[str, Any]) -> HttpResponse:
    frame = admin.site.each_context(request)
    return render(request, f"admin/moderation/{name}.html", {**frame, "title": title, **context})
