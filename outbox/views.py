"""The doors of a mail: its link, the one-click stop, and the way back through a provider."""

import datetime as dt
import re

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from library.access import public
from outbox import limits, links, webhooks

_A_MINUTE = dt.timedelta(minutes=1)
_A_DAY = dt.timedelta(days=1)
# What a form sends besides what somebody typed: choices in our own words, marks and tokens. A box
# that is missing here is shown too often; one that is here too much would lose somebody's words.
_CHOSEN = re.compile(
    r"adult|change|choice|consent|country|csrfmiddlewaretoken|days?|do|fresh|from|gesture|how|in_mail|"
    r"item|kinds?|language|later|level|long|look|may_read|member|next|now_in_quiet_hours|often|page|plain_mail|"
    r"quiet_from|quiet_to|reads|ready|reason|reply_mail|resume|rule|said|sure|time|wants_outcome|way|with_words|"
    r"word|would_help|zone|(browser|hears|how|named)_.*"
)
_NOTHING = re.compile(r"\s*|[0-9a-f-]{36}")


@csrf_exempt  # its only effect is a mail to the rightful holder, and a dead page sets no cookie
@public
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """The link of a mail: lets its holder in to a clean address."""
    try:
        purpose, subject, found = links.opened(token, timezone.now())
    except links.Dead as dead:
        return dead_end(request, dead)
    response = HttpResponseRedirect(reverse(purpose.page, args=[subject]))
    links.let_in(response, purpose, subject, found)
    return links.close_door(response)


@csrf_exempt  # RFC 8058: mail programs post here without cookie, session or token
@public
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """The one-click stop. A GET shows a button; a POST answers 200 whatever the token is.

    The form of our own page wants a tick: programs that look at mail press buttons too.
    """
    pressed = request.method == "POST"
    unsure = "page" in request.POST and "sure" not in request.POST
    if pressed and not unsure:
        _stop(token, timezone.now())
    context = {"done": pressed and not unsure, "unsure": unsure}
    return links.close_door(render(request, "outbox/stop.html", context))


@csrf_exempt  # machines of the mail provider post here; they show a secret
@public
@require_POST
def webhook(request: HttpRequest, provider: str, what: str) -> HttpResponse:
    """What a mail provider reports or hands over. Closed unless it was set up."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > webhooks.LARGEST:
        return HttpResponse(status=413)
    try:
        webhooks.take(webhooks.events(request, provider, what), now=timezone.now())
    except webhooks.NotOurs as error:
        raise Http404 from error
    except webhooks.Unreadable:
        return HttpResponse(status=400)
    return HttpResponse(status=204)


def dead_end(request: HttpRequest, dead: links.Dead) -> HttpResponse:
    """The one page of all dead links. What was typed is given back, nothing else is told."""
    now = timezone.now()
    if not limits.allow("dead link", limits.client(request), at_most=20, within=_A_MINUTE, now=now):
        given_back = {"typed": typed(request)}
        return links.close_door(render(request, "errors/429.html", given_back, status=429))
    asked = request.method == "POST" and "fresh" in request.POST
    if asked:
        _send_fresh(dead, now)
    context = {"typed": typed(request), "asked": asked}
    return links.close_door(render(request, "errors/410.html", context, status=410))


def typed(request: HttpRequest) -> list[tuple[str, str]]:
    """The texts of a posted form, as (label, value): what somebody wrote is never lost."""
    return [
        (name.rpartition("-")[2].replace("_", " ").capitalize(), text)
        for name, values in request.POST.lists()
        for text in values
        if is_typed(name, text)
    ]


def is_typed(name: str, text: str) -> bool:
    """Whether this part of a posted form is somebody's words, and no choice, mark or token."""
    return not _CHOSEN.fullmatch(name) and not _NOTHING.fullmatch(text)


def _stop(token: str, now: dt.datetime) -> None:
    try:
        ended = links.Dead(*links.opened(token, now))
    except links.Dead as dead:
        # An ended link still stops mail: nobody has to stay subscribed because a week went by.
        ended = dead
    if ended.purpose and ended.purpose.stop and ended.ended:
        ended.purpose.stop(ended.ended.thing, now)


def _send_fresh(dead: links.Dead, now: dt.datetime) -> None:
    if dead.purpose is None or dead.ended is None or dead.purpose.fresh is None:
        return
    who = f"{dead.purpose.letter}|{dead.subject}"
    if limits.allow("fresh link", who, at_most=1, within=_A_DAY, now=now):
        dead.purpose.fresh(dead.ended.thing, now)
