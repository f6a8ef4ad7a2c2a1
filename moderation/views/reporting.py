"""Reporting: by a link without an account, signed in, or a helpline by anybody."""

import datetime as dt
import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access import open_while_stopped, person_of
from checkins.models import Reply
from circles.models import Member
from library import helplines
from library.access import public
from moderation import items, targets
from moderation.forms import LineReportForm, ReportForm
from moderation.items import Item
from moderation.models import Report
from moderation.models.report import due_at
from outbox import limits, links

_READ_WITHIN = targets.in_hours(targets.REST)
_LINES_WITHIN = targets.in_hours(targets.WRONG_LINE)
_A_DAY = dt.timedelta(days=1)
_REPORTS_A_DAY = 20
_ENOUGH = _(
    "You told us a lot today, and it has arrived. This one has not. Please send it again tomorrow."
)


@public
def by_link(request: HttpRequest, public_id: uuid.UUID, letter: str) -> HttpResponse:
    """Report what the link shows; the same page then says what happens next."""
    now = timezone.now()
    thing = links.holder(request, letter, public_id, now).thing
    # The reader is the member, whoever is signed in in this browser.
    request.reader_country = getattr(thing, "member", thing).country  # type: ignore[attr-defined]
    if letter == "s":
        found = items.behind_share(thing)
    elif letter in {"i", "j"}:
        found = items.behind_invitation(thing)
    else:
        found = items.on_own_page(thing, Reply.objects.on_own_page(thing, now))
    return _page(request, found, by=Report.By.MEMBER, plain=True)


def letter(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Report a letter from the circle, or whoever wrote it."""
    found = get_object_or_404(Reply.objects.to_person(person_of(request)), public_id=public_id)
    return _page(request, items.of_letter(found), by=Report.By.PERSON)


def member(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Report a member, or the words of their break."""
    found = get_object_or_404(Member.objects.visible_to(person_of(request)), public_id=public_id)
    return _page(request, items.of_member(found), by=Report.By.PERSON)


@public
@open_while_stopped
def line(request: HttpRequest, code: str, line_id: str) -> HttpResponse:
    """Report a wrong number. No account, no name; the country's page is one step away."""
    now = timezone.now()
    shown = [one.line for one in helplines.lines_for(code, now) if one.line.id == line_id]
    if not shown:
        raise Http404
    request.reader_country = code  # type: ignore[attr-defined]
    form = LineReportForm(request.POST or None)
    is_sent = request.method == "POST" and form.is_valid()
    who = limits.client(request)
    if is_sent and not limits.allow("line report", who, at_most=20, within=_A_DAY, now=now):
        is_sent = False
        form.add_error(None, _ENOUGH)
    if is_sent:
        (item,) = items.of_line(code, line_id)
        said = {"reason": Report.Reason.WRONG_LINE, "words": form.cleaned_data["words"]}
        Report.objects.store(item, by=Report.By.ANYONE, now=now, **said)
    context = {"form": form, "line": shown[0], "is_sent": is_sent, "hours": _LINES_WITHIN}
    return render(request, "moderation/report_line.html", context)


def _page(request: HttpRequest, found: list[Item], *, by: str, plain: bool = False) -> HttpResponse:
    now, stored = timezone.now(), None
    form = ReportForm(request.POST or None, found=found)
    if request.method == "POST" and form.is_valid():
        who = f"{by}|{found[0].member and found[0].member.pk}"
        if limits.allow("report", who, at_most=_REPORTS_A_DAY, within=_A_DAY, now=now):
            stored = Report.objects.store(by=by, now=now, **form.said())
        else:
            form.add_error(None, _ENOUGH)
    context = {
        "form": form,
        "stored": stored,
        "danger_hours": targets.in_hours(due_at(Report.Reason.DANGER, now) - now),
        "hours": _READ_WITHIN,
        "frame": "base_plain.html" if plain else "base.html",
    }
    return render(request, "moderation/report.html", context)
