"""What the person does with a letter from the circle."""

import datetime as dt
import uuid
from itertools import groupby

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import open_while_stopped, person_of
from checkins.forms.reply import ONE_TAP, OldLettersForm, PersonAnswerForm
from checkins.models import Answer, CheckIn, Reply
from circles.models import Circle

PAGE = 30
LETTERS = 12


@require_POST
def reply(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One tap on a letter: thank, this helped, keep, fold, delete, or answer."""
    now = timezone.now()
    letter = get_object_or_404(Reply.objects.to_person(person_of(request)), public_id=public_id)
    what = request.POST.get("do", "")
    if what in ONE_TAP:
        ONE_TAP[what](letter, now)
        return redirect("look_back" if what == "let_go" else "today")
    form = PersonAnswerForm(request.POST)
    if not form.is_valid():
        return _not_sent(request, letter, form)
    try:
        letter.answer_with(form.cleaned_data["choice"], form.cleaned_data["words"], now=now)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return _not_sent(request, letter, form)
    name = letter.member.name
    messages.success(request, _("It is on its way to %(name)s.") % {"name": name})
    return redirect("today")


def _not_sent(request: HttpRequest, letter: Reply, form: PersonAnswerForm) -> HttpResponse:
    """What was typed stands in its box again; where nothing was, Today says so."""
    if form.data.get("words"):
        return render(request, "checkins/write_back.html", {"form": form, "letter": letter})
    for errors in form.errors.values():
        messages.error(request, str(errors[0]))
    return redirect("today")


@open_while_stopped
def look_back(request: HttpRequest) -> HttpResponse:
    """Kept words and past answers, newest first, twelve and thirty at a time."""
    person = person_of(request)
    before = _day(request.GET.get("before", "")) or person.today(timezone.now()) + dt.timedelta(1)
    answers, more = Answer.objects.history_page(person, before=before, most=PAGE)
    CheckIn.objects.named(answers)
    place = Reply.objects.kept_place(person, request.GET.get("kept_before", ""))
    kept, has_more = Reply.objects.kept_page(person, before=place, most=LETTERS)
    months = groupby(answers, key=lambda answer: answer.local_date.replace(day=1))
    context = {
        "months": [(month, list(days)) for month, days in months],
        "kept": kept,
        "kept_later": place is not None,
        "kept_earlier": kept[-1].public_id if has_more else "",
        "earlier": answers[-1].local_date.isoformat() if more else "",
    }
    return render(request, "checkins/look_back.html", context)


def old_letters(request: HttpRequest) -> HttpResponse:
    """What becomes of letters when they are three months old."""
    person = person_of(request)
    circle = Circle.objects.known(person)
    form = OldLettersForm(request.POST or None, initial={"old_letters": circle.old_letters})
    if request.method == "POST" and form.is_valid():
        Circle.objects.of(person).choose_old_letters(form.cleaned_data["old_letters"])
        messages.success(request, _("Saved. You can change it in your settings."))
        return redirect("today" if circle.asks_about_letters else "settings")
    return render(request, "accounts/form_page.html", {"form": form, "title": _("Old letters")})


def _day(typed: str) -> dt.date | None:
    try:
        return parse_date(typed)
    except ValueError:  # well written, but no day: 30 February
        return None
