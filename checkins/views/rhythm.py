"""Rhythm: when the person wants to be asked."""

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import person_of
from accounts.models import Person
from checkins import moments
from checkins.forms.rhythm import PauseForm, ResumeForm, RhythmForm
from checkins.models import Schedule
from library import zones
from library.access import public
from library.context import help_for
from outbox import links

_SHOWN = 5


def rhythm(request: HttpRequest) -> HttpResponse:
    """The rhythm as it is, the next five moments, a break, and the way to change it."""
    return _page(request, template="checkins/rhythm.html", then="rhythm")


def begin_rhythm(request: HttpRequest) -> HttpResponse:
    """The same question as a first step. Nothing is preselected, and "Not now" is a good answer."""
    return _page(request, template="checkins/begin_rhythm.html", then="today")


@require_POST
def pause(request: HttpRequest) -> HttpResponse:
    """A break in one step."""
    now, schedule = timezone.now(), Schedule.objects.of(person_of(request))
    form = PauseForm(request.POST)
    if schedule is not None and form.is_valid():
        schedule.pause(now=now, until=form.until(now))
        messages.success(request, _("All right. We ask nothing until then. Today is still here."))
    return redirect("rhythm")


@require_POST
def resume(request: HttpRequest) -> HttpResponse:
    """The end of a break."""
    schedule = Schedule.objects.of(person_of(request))
    if schedule is not None:
        schedule.resume(now=timezone.now())
        messages.success(request, _("Good to see you. There is nothing to catch up on."))
    return redirect("rhythm")


@require_POST
def stop(request: HttpRequest) -> HttpResponse:
    """No rhythm any more."""
    schedule = Schedule.objects.of(person_of(request))
    if schedule is not None:
        schedule.stop(now=timezone.now())
        messages.success(request, _("We will not ask by mail. You can still say how you are."))
    return redirect("rhythm")


@public
def mail_rhythm(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Behind the small link of an asking mail: a break from these mails, without signing in."""
    now = timezone.now()
    person = links.holder(request, "p", public_id, now).thing.person
    schedule = Schedule.objects.of(person)
    resumes = "resume" in request.POST
    form = PauseForm(request.POST if request.method == "POST" and not resumes else None)
    back = ResumeForm(request.POST if resumes else None)
    if schedule is not None and (form.is_valid() or back.is_valid()):
        if resumes:
            schedule.resume(now=now)
        else:
            schedule.pause(now=now, until=form.until(now))
        return links.close_door(redirect("mail_rhythm", public_id))
    translation.activate(person.language)
    facts = _facts(person, schedule, now)
    context = {**facts, "form": form, "back": back, "help": help_for(person.country)}
    return links.close_door(render(request, "checkins/mail_rhythm.html", context))


def _page(request: HttpRequest, *, template: str, then: str) -> HttpResponse:
    now, person = timezone.now(), person_of(request)
    schedule = Schedule.objects.of(person)
    form = RhythmForm(request.POST or None, schedule=schedule)
    draft = form.draft(person, now) if form.is_bound and form.is_valid() else None
    if draft is not None and "look" not in request.POST:
        draft.keep(now=now)
        messages.success(request, _("Saved. You can change this at any time."))
        return redirect(then)
    context = _facts(person, schedule, now)
    if draft is not None:
        context["looked_at"] = _told(draft, now)
    return render(request, template, {**context, "form": form})


def _facts(person: Person, schedule: Schedule | None, now: dt.datetime) -> dict[str, Any]:
    """What a page says about the rhythm as it stands."""
    facts: dict[str, Any] = {
        "schedule": schedule,
        "zone": zones.zone_name(person.zone),
        "zone_gone": zones.clock(schedule.zone if schedule else person.zone) is None,
        "parked": schedule is not None and schedule.parked_at is not None,
    }
    if schedule is None or facts["zone_gone"]:
        return facts
    paused = schedule.is_paused(now)
    return {
        **facts,
        **_told(schedule, now),
        "paused": paused,
        "paused_until": paused
        and schedule.paused_until
        and moments.words(schedule.paused_until, schedule.zone),
    }


def _told(schedule: Schedule, now: dt.datetime) -> dict[str, Any]:
    return {
        "rhythm": moments.rhythm_words(
            weekdays=schedule.weekdays,
            every_weeks=schedule.every_weeks,
            local_time=schedule.local_time,
        ),
        "moments": [
            moments.words(slot.at, schedule.zone) for slot in schedule.moments(_SHOWN, now)
        ],
    }
