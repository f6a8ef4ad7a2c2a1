"""The member's page behind a link: what they were given, and a way to answer. No account."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import ASK_BACK
from checkins import given
from checkins.forms.reply import ReplyForm, UndoForm
from checkins.models import Reply, Share
from checkins.models.reply import TooMany, gestures_for
from circles.models import Member
from library.access import public
from outbox import links


@public
def share_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Read what was shared; answer with a gesture, words, or both."""
    now = timezone.now()
    share = _held_share(request, public_id)
    form = ReplyForm(request.POST or None, gestures=gestures_for(share.member.circle))
    if request.method == "POST" and form.is_valid():
        try:
            share.reply(**form.cleaned_data, now=now)
        except TooMany as error:
            form.add_error(None, str(error))
        else:
            return redirect("share", public_id)
    context = given.page_of(share, now) | {"form": form, "undo": UndoForm()}
    return render(request, "checkins/share.html", context)


@public
@require_POST
def share_undo(request: HttpRequest, public_id: uuid.UUID, reply_id: uuid.UUID) -> HttpResponse:
    """Take the last reply back by the link it came with."""
    share = _held_share(request, public_id)
    if _is_sure(request):
        share.undo_reply(reply_id, now=timezone.now())
    return redirect("share", public_id)


@public
@require_POST
def share_begin(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """A circle of the member's own: this browser remembers whom they may want to ask back."""
    share = _held_share(request, public_id)
    request.session[ASK_BACK] = share.member.circle.person.called
    return redirect("home")


@public
def member_hello(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Send the person a hello: right after saying yes, or at any time from the own page."""
    now = timezone.now()
    member = links.holder(request, "y", public_id, now).thing
    assert isinstance(member, Member)
    request.reader_country = member.country  # type: ignore[attr-defined]
    name = member.circle.person.called
    is_first = not Reply.objects.of_member(member).exists()
    form = ReplyForm(request.POST or None, gestures=gestures_for(member.circle)[:3])
    if request.method == "POST" and form.is_valid():
        try:
            Reply.objects.hello(member, **_hello(form), now=now)
        except TooMany as error:
            form.add_error(None, str(error))
        else:
            return redirect("member_page", public_id)
    context = {
        "form": form,
        "member": member,
        "name": name,
        "is_first": is_first,
        "first_word": member.shown_first_word if is_first else "",
    }
    return render(request, "checkins/member_hello.html", context)


@public
@require_POST
def hello_undo(request: HttpRequest, public_id: uuid.UUID, reply_id: uuid.UUID) -> HttpResponse:
    """Take a hello back by the link of the member's own page."""
    now = timezone.now()
    member = links.holder(request, "y", public_id, now).thing
    assert isinstance(member, Member)
    if _is_sure(request):
        Reply.objects.undo_hello(member, reply_id, now=now)
    return redirect("member_page", public_id)


def _is_sure(request: HttpRequest) -> bool:
    undo = UndoForm(request.POST)
    if undo.is_valid():
        return True
    messages.error(request, _("Nothing was undone. Please tick first that you would like it."))
    return False


def _held_share(request: HttpRequest, public_id: uuid.UUID) -> Share:
    share = links.holder(request, "s", public_id, timezone.now()).thing
    assert isinstance(share, Share)
    request.reader_country = share.member.country  # type: ignore[attr-defined]
    return share


def _hello(form: ReplyForm) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in ("gesture", "words")}
