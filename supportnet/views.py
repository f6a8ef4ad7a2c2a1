"""Pages that span the rooms: Today, the person's zone, my data; and files machines ask for."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from accounts.access import open_while_stopped, person_of
from accounts.forms import ZoneForm
from accounts.models import Person
from accounts.showing import asks_once_more
from checkins.forms.answer import AnswerForm
from checkins.models import CheckIn, Reply, Schedule
from circles.models import Member
from library.access import public
from supportnet import metrics as numbers
from supportnet import my_data, openapi
from supportnet.consent import withdraw
from supportnet.forms import EraseForm
from supportnet.zone import change_zone

# So many letters lie on Today; each one folded away brings up the next.
ON_TODAY = 12


def today(request: HttpRequest) -> HttpResponse:
    """The question, every day; who hears what; and what the circle wrote."""
    person, now = person_of(request), timezone.now()
    circle = list(Member.objects.of(person).beside_or_pending(now))
    beside = [member for member in circle if member.state == Member.State.ACCEPTED]
    tells = any(member.circle.tells_hard_days for member in beside)
    form = AnswerForm(request.POST or None, members=beside, tells_hard_days=tells)
    if request.method == "POST" and form.is_valid() and form.is_blank():
        CheckIn.objects.leave_out(person, now)
        messages.success(request, _("All right. Nothing was kept, and nobody is told."))
        return redirect("today")
    if request.method == "POST" and form.is_valid():
        return _answered(person, form, choices=form.choices())
    asked = [member for member in circle if member not in beside]
    asks = any(member.circle.asks_about_letters for member in circle)
    lost = [member for member in circle if member.has_bounced]
    context = {"form": form, "members": beside, "asked": asked, "asks_about_letters": asks}
    context["lost"] = lost
    return render(request, "today/today.html", {**_today(person, now), **context})


def begin_answer(request: HttpRequest) -> HttpResponse:
    """The first answer, right after the first sign-in: only the person's own."""
    person = person_of(request)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and form.is_blank():
        return redirect("begin_beside")
    if request.method == "POST" and form.is_valid():
        # Whoever comes by here again may have a circle by then; the page says "for you alone".
        nobody: dict[int, str | None] = {one.pk: None for one in Member.objects.of(person).beside()}
        return _answered(person, form, choices=nobody, then="begin_beside")
    return render(request, "today/begin_answer.html", {"form": form, "person": person})


@require_safe
def today_replies(request: HttpRequest) -> HttpResponse:
    """The letters alone, for the page that asks again while it is open."""
    person = person_of(request)
    members = Member.objects.of(person).beside()
    context = {**_letters(person, timezone.now()), "members": members}
    return render(request, "checkins/_replies.html", context)


def _answered(
    person: Person, form: AnswerForm, *, choices: dict[int, str | None], then: str = ""
) -> HttpResponse:
    now = timezone.now()
    answer = CheckIn.objects.say_today(
        person,
        **form.said(),
        choices=choices,
        with_words=form.lets_words_through(),
        now=now,
    )
    if answer.is_really_hard:
        return redirect("near", answer.check_in.public_id)
    return redirect(then) if then else redirect("said", answer.check_in.public_id)


def _today(person: Person, now: dt.datetime) -> dict[str, Any]:
    schedule = Schedule.objects.of(person)
    return {
        "person": person,
        "said": CheckIn.objects.said_today(person, now),
        "next_asking": schedule.next_words(now) if schedule else "",
        # Who is never asked gets no mails that could come back.
        "mailbox": schedule.mailbox if schedule else None,
        **_letters(person, now),
    }


def _letters(person: Person, now: dt.datetime) -> dict[str, Any]:
    letters = list(Reply.objects.for_today(person, now)[: ON_TODAY + 1])
    return {
        "replies": letters[:ON_TODAY],
        "more_letters": len(letters) > ON_TODAY,
        "local_now": person.local(now),
    }


@public
@require_safe
def what_this_is(request: HttpRequest) -> HttpResponse:
    """What SupportNet is for, and what it is not."""
    return render(request, "public/what_this_is.html")


@public
@require_safe
def how_to_be_there(request: HttpRequest) -> HttpResponse:
    """For members: how to be there for somebody, and for oneself."""
    return render(request, "public/how_to_be_there.html")


@public
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept, why and how long, read from the models themselves."""
    facts = {"inventory": my_data.inventory(), "operator_email": settings.OPERATOR_EMAIL}
    return render(request, "public/privacy.html", facts)


@asks_once_more
def my_data_export(request: HttpRequest) -> HttpResponse:
    """Everything that is kept of the person, to read or to take along."""
    person = person_of(request)
    if request.method == "POST":
        text = my_data.export_json(person, now=timezone.now())
        response = HttpResponse(text, content_type="application/json; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="my-data.json"'
        return response
    return render(request, "my_data/export.html", {"tables": my_data.export_page(person)})


@asks_once_more
def my_data_erase(request: HttpRequest) -> HttpResponse:
    """Erase the account, after one clear choice."""
    form = EraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        my_data.erase(person_of(request))
        request.session.flush()
        return render(request, "my_data/erased.html")
    return render(request, "my_data/erase.html", {"form": form})


def zone(request: HttpRequest) -> HttpResponse:
    """Where the person's clock is."""
    person = person_of(request)
    form = ZoneForm(request.POST or None, initial={"zone": person.zone})
    if request.method == "POST" and form.is_valid():
        change_zone(person, form.cleaned_data["zone"], now=timezone.now())
        messages.success(request, _("Changed. Your rhythm keeps its time of day."))
        return redirect("settings")
    return render(request, "accounts/form_page.html", {"form": form, "title": _("Your time")})


@open_while_stopped
def consent(request: HttpRequest) -> HttpResponse:
    """What the person said yes to, and the way to take it back."""
    person = person_of(request)
    if request.method == "POST":
        withdraw(person, now=timezone.now())
        return redirect("welcome")
    return render(request, "accounts/consent.html", {"consent": person.consents.latest("given_at")})


@public
@require_safe
def api_schema(request: HttpRequest) -> HttpResponse:
    """The API described for programs (OpenAPI)."""
    return JsonResponse(openapi.description(), content_type="application/vnd.oai.openapi+json")


@public
@require_safe
def api_docs(request: HttpRequest) -> HttpResponse:
    """The same for people who write them, to read and to try with a token."""
    return render(request, "public/api.html")


@public
@require_safe
@cache_control(public=True, max_age=86400)
def robots(request: HttpRequest) -> HttpResponse:
    """Only the first page and the help pages belong in a search."""
    return render(request, "robots.txt", content_type="text/plain")


@public
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Numbers for the operator's Prometheus, which shows a token. Without a setting: not there."""
    if not settings.METRICS_TOKEN:
        raise Http404
    shown, wanted = request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"
    if not constant_time_compare(shown, wanted):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(numbers.page(timezone.now()), content_type=CONTENT_TYPE_LATEST)


@public
@require_safe
@cache_control(public=True, max_age=86400)
def favicon(request: HttpRequest) -> HttpResponse:
    """For browsers that ask without looking at the page."""
    return redirect(static("favicon.svg"))


@public
@require_safe
@cache_control(public=True, max_age=86400)
def security(request: HttpRequest) -> HttpResponse:
    """Whom to tell about a weakness."""
    until = (timezone.now() + dt.timedelta(days=180)).replace(microsecond=0)
    lines = [
        f"Contact: mailto:{settings.OPERATOR_EMAIL or settings.MAIL_FROM}",
        f"Expires: {until.isoformat()}",
        f"Canonical: {settings.SITE_URL}/.well-known/security.txt",
        f"Preferred-Languages: {settings.LANGUAGE_CODE}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
