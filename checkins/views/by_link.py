"""The person's check-in behind the one link of its mail: that one answer, no names, no history."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.access import knows_browser
from checkins import deliveries, near
from checkins.answering import Closed
from checkins.forms.answer import LinkAnswerForm
from checkins.models import CheckIn
from circles.models import Circle
from library.access import public
from outbox import links


@public
def check_in_link(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Answer by link: a word, Send."""
    now = timezone.now()
    check_in = _held(request, public_id)
    circle = Circle.objects.known(check_in.person)
    form = LinkAnswerForm(request.POST or None, tells_hard_days=circle.tells_hard_days)
    if request.method == "POST" and form.is_valid():
        try:
            answer = check_in.answer(
                **form.said(),
                with_words=form.lets_words_through(),
                by_link=True,
                known_browser=knows_browser(request, check_in.person),
                now=now,
            )
        except Closed:
            raise links.Dead from None
        return redirect("link_near" if answer.is_really_hard else "link_said", public_id)
    context = {
        "form": form,
        "check_in": check_in,
        "said": check_in.said(),
        "count": check_in.reach(),
    }
    return render(request, "checkins/link_check_in.html", context)


@public
def link_said(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """After answering by link: how many get it, and when."""
    now = timezone.now()
    check_in = _held(request, public_id)
    found = check_in.deliveries(now)
    told = any(one.can_take_back for one in found)
    context = {
        "check_in": check_in,
        "told": told,
        "counts": deliveries.counts(found, now=now),
        "taken_back": bool(found) and not told,
    }
    return render(request, "checkins/link_said.html", context)


@public
@require_POST
def link_send_now(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """A human pressed the second button: nothing has to wait."""
    check_in = _held(request, public_id)
    check_in.send_now(timezone.now())
    said = check_in.said()
    return redirect("link_near" if said and said.is_really_hard else "link_said", public_id)


@public
@require_POST
def link_take_back(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take back what was shared, by the same link."""
    _held(request, public_id).take_back(timezone.now())
    return redirect("link_said", public_id)


@public
def link_near(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The page after a really hard answer by link: one button, no names."""
    now = timezone.now()
    check_in = _held(request, public_id)
    if request.method == "POST":
        check_in.tell_named(now, known_browser=knows_browser(request, check_in.person))
        return redirect("link_near", public_id)
    context = near.context_by_link(check_in, now)
    return render(request, "checkins/near.html", context)


def _held(request: HttpRequest, public_id: uuid.UUID) -> CheckIn:
    check_in = links.holder(request, "c", public_id, timezone.now()).thing
    assert isinstance(check_in, CheckIn)
    request.reader_country = check_in.person.country  # type: ignore[attr-defined]
    return check_in
