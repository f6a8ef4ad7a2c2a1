"""Reporting by link: no account, no name, stored for the moderators."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from library.access import public
from moderation.forms import ReportForm
from moderation.models import Report
from outbox import links

# What a link of each letter opens, as a report names it.
_ABOUT = {"s": "share", "i": "invitation", "y": "member"}


@public
def report(request: HttpRequest, public_id: uuid.UUID, letter: str) -> HttpResponse:
    """Report what the link shows; the same page then says what happens next."""
    now = timezone.now()
    thing = links.holder(request, letter, public_id, now).thing
    # The reader is the member, whoever is signed in in this browser.
    request.reader_country = getattr(thing, "member", thing).country  # type: ignore[attr-defined]
    form = ReportForm(request.POST or None)
    stored = None
    if request.method == "POST" and form.is_valid():
        stored = Report.objects.store(
            about=_ABOUT[letter], about_id=public_id, now=now, **form.cleaned_data
        )
    return render(request, "moderation/report.html", {"form": form, "stored": stored})
