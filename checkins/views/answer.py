"""The person's own answer: see it, change it, take it back, tell somebody."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import person_of
from checkins import near
from checkins.answering import Closed
from checkins.forms.answer import AnswerForm, as_said
from checkins.models import CheckIn
from circles.models import Circle, Member
from outbox.preview import framed


def said(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """After answering: what was said, who gets what and when."""
    check_in = _own(request, public_id)
    now = timezone.now()
    deliveries = check_in.deliveries(now)
    context = {
        "check_in": check_in,
        "answer": check_in.said(),
        "deliveries": deliveries,
        "is_open": check_in.is_open(now),
        "can_tell_now": any(delivery.can_hurry for delivery in deliveries),
        "can_take_back": any(delivery.can_take_back for delivery in deliveries),
        "kind_line": _("That is enough for today."),
        "is_today": check_in.local_date == check_in.person.today(now),
    }
    return render(request, "checkins/said.html", context)


def change_answer(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Change what was said while the check-in is open."""
    check_in = _own(request, public_id)
    now = timezone.now()
    members = Member.objects.of(check_in.person).beside()
    tells = Circle.objects.known(check_in.person).tells_hard_days
    form = AnswerForm(
        request.POST if request.method == "POST" else None,
        members=members,
        tells_hard_days=tells,
        initial=as_said(check_in, members),
    )
    if form.is_valid() and form.is_blank():
        form.add_error(None, _("Nothing is left of it. To take it away, go back and delete it."))
    if not form.is_valid():
        return _change_page(request, check_in, form)
    try:
        answer = check_in.answer(
            **form.said(), choices=form.choices(), with_words=form.lets_words_through(), now=now
        )
    except Closed:
        return render(request, "checkins/answer_closed.html", {"form": form})
    return redirect("near" if answer.is_really_hard else "said", public_id)


@require_POST
def take_back(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take back what was shared; what waited is never sent."""
    _own(request, public_id).take_back(timezone.now())
    return redirect("said", public_id)


@require_POST
def tell_now(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Let what waits leave at once; it waits for nothing but quiet hours."""
    _own(request, public_id).tell_now(timezone.now())
    return redirect("said", public_id)


@require_POST
def forget_answer(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Delete the answer and what was shared of it."""
    _own(request, public_id).forget(timezone.now())
    return redirect("today")


def near_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Who and what is near: emergency number, people, lines, what helps."""
    check_in = _own(request, public_id)
    now = timezone.now()
    if request.method == "POST":
        chosen = near.chosen(check_in, request.POST.getlist("member"))
        check_in.tell(chosen, now, with_words="with_words" in request.POST)
        return redirect("near", public_id)
    return render(request, "checkins/near.html", near.context(check_in, now))


@require_POST
def today_mail(request: HttpRequest, member_id: uuid.UUID) -> HttpResponse:
    """The exact mail a member would get of what stands in the form; nothing is saved."""
    person = person_of(request)
    member = get_object_or_404(Member.objects.of(person).beside(), public_id=member_id)
    changing = _changing(request)
    form = AnswerForm(
        request.POST,
        members=[member],
        tells_hard_days=Circle.objects.known(person).tells_hard_days,
        initial=as_said(changing, [member]) if changing is not None else None,
    )
    if not form.is_valid():
        return framed(None, _("The mail shows here once the form can be sent."))
    mail = CheckIn.objects.preview(
        person,
        member,
        **form.said(),
        choices=form.choices(),
        with_words=form.lets_words_through(),
        changing=changing,
        now=timezone.now(),
    )
    return framed(mail, _("Nothing leaves for %(name)s.") % {"name": member.name})


def _own(request: HttpRequest, public_id: uuid.UUID) -> CheckIn:
    return get_object_or_404(CheckIn.objects.of(person_of(request)), public_id=public_id)


def _changing(request: HttpRequest) -> CheckIn | None:
    """The person's own check-in whose answer the form changes; a form of Today names none."""
    try:
        public_id = uuid.UUID(request.POST.get("check_in", ""))
    except ValueError:
        return None
    return _own(request, public_id)


def _change_page(request: HttpRequest, check_in: CheckIn, form: AnswerForm) -> HttpResponse:
    return render(request, "checkins/change.html", {"form": form, "check_in": check_in})
