"""The person's moments in their own calendar."""

import datetime as dt

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import person_of
from checkins import calendar
from checkins.models import Feed, Schedule
from checkins.models.feed import LETTER
from library.access import public
from outbox import limits, links

_OFTEN, _AN_HOUR = 30, dt.timedelta(hours=1)


def feed(request: HttpRequest) -> HttpResponse:
    """The address for a calendar program, or the way to one."""
    return render(request, "checkins/feed.html", {"feed": Feed.objects.of(person_of(request))})


@require_POST
def feed_make(request: HttpRequest) -> HttpResponse:
    """An address, or another one in its place."""
    Feed.objects.make(person_of(request), now=timezone.now())
    messages.success(request, _("Here is your address."))
    return redirect("feed")


@require_POST
def feed_end(request: HttpRequest) -> HttpResponse:
    """No address any more."""
    found = Feed.objects.of(person_of(request))
    if found is not None:
        found.end()
        messages.success(request, _("The address opens nothing any more."))
    return redirect("feed")


@public
@require_safe
def moments(request: HttpRequest, token: str) -> HttpResponse:
    """What a calendar program fetches: it keeps no cookie, so the token opens this alone."""
    now = timezone.now()
    found = links.fetched(LETTER, token, now).thing
    if not limits.allow("feed", found.public_id, at_most=_OFTEN, within=_AN_HOUR, now=now):
        response = HttpResponse(status=429, content_type="text/plain")
        response.headers["Retry-After"] = str(int(_AN_HOUR.total_seconds()))
        return links.close_door(response)
    schedule = Schedule.objects.of(found.person)
    with translation.override(found.person.language):
        text = calendar.rhythm_file(schedule, seed=found.public_id, now=now)
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="moments.ics"'
    return links.close_door(response)
