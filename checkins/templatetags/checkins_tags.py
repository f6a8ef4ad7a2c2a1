"""Small words that pages of the check-ins room use."""

import datetime as dt
from typing import Any

from django import template
from django.forms import BoundField, ChoiceField
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from checkins import moments
from checkins.forms.answer import HEARS, AnswerForm
from checkins.forms.reply import ReplyForm, UndoForm
from checkins.models import Answer, Reply
from checkins.models.reply import last_undoable
from checkins.pieces import fields, filled
from circles.models import Member
from library.frames import Said

register = template.Library()

_HEARS = dict(HEARS)
_WORDS = dict(Answer.Word.choices)
_GESTURES = frozenset(Reply.Gesture.values)


@register.filter
def hears(level: str | None) -> str:
    """What a member with this level hears, in the person's words."""
    return str(_HEARS.get(level or "", _("nothing")))


@register.filter
def ago(at: dt.datetime, now: dt.datetime) -> str:
    """When something was said, as one would tell it at ``now``."""
    return moments.ago_words(at, now)


@register.filter
def word_label(word: str) -> str:
    """The label of one of the six words."""
    return str(_WORDS.get(word, ""))


@register.simple_tag
def levels() -> list[tuple[str, Any]]:
    """What a member may get of one answer."""
    return HEARS


@register.simple_tag
def one_tap_answers() -> list[tuple[str, Any]]:
    """What the person can say in one tap to a gesture that asks."""
    return list(Reply.Choice.choices)


@register.simple_tag
def answer_fields(form: AnswerForm) -> SafeString:
    """The word, and a little more."""
    return fields("checkins/_answer_fields.html", form, tells_hard_days="with_words" in form.fields)


@register.simple_tag
def reply_fields(form: ReplyForm) -> SafeString:
    """A gesture, words, and what they are meant as."""
    field = form.fields["gesture"]
    assert isinstance(field, ChoiceField)
    gestures = tuple(iter(field.widget.choices))
    if any(value not in _GESTURES for value, _label in gestures):
        # The circle's own: somebody wrote them, so nothing drawn of them is kept.
        return render_to_string("checkins/_reply_fields.html", {"form": form})
    return fields("checkins/_reply_fields.html", form, gestures=gestures)


@register.simple_tag
def chip(member: Member, field: BoundField) -> SafeString:
    """What a member hears of this answer, and the choice of another level."""
    level = field.value()
    return filled(
        "checkins/_chip.html",
        level=level if level in _HEARS else "",
        is_open=bool(field.errors),
        public_id=member.public_id,
        name=Said(member.name),
    )


@register.simple_tag
def letter(reply: Reply, now: dt.datetime, csrf_token: str) -> SafeString:
    """A letter from the circle as Today shows it."""
    return filled(
        "checkins/_letter.html",
        **_look(reply),
        public_id=reply.public_id,
        name=Said(reply.member.name),
        made_on=Said(timezone.localtime(reply.made_at).date().isoformat()),
        when=Said(moments.ago_words(reply.made_at, now)),
        gesture_label=Said(reply.gesture_label),
        words=Said(reply.words),
        kinds=Said(", ".join(reply.kind_labels)),
        answered=format_html_join("", "{}", ((_my_answer(one),) for one in reply.my_answers)),
        csrf_token=Said(csrf_token),
    )


@register.simple_tag
def said_here(reply: Reply, name: str) -> SafeString:
    """One of the words both ways, as the member reads it behind a link."""
    return filled(
        "checkins/_said_here.html",
        gesture=_shape(reply),
        by_person=reply.by_person,
        thanked=reply.thanked_at is not None,
        name=Said(name),
        gesture_label=Said(reply.gesture_label),
        words=Said(reply.words),
    )


def _shape(reply: Reply) -> str:
    # A gesture of the circle's own is words like others: all of them are drawn alike.
    return reply.gesture if reply.gesture in _GESTURES else "own"


def _look(reply: Reply) -> dict[str, str | bool]:
    can_be_answered = reply.can_be_answered
    return {
        "gesture": _shape(reply),
        "can_be_answered": can_be_answered,
        "asks": can_be_answered and reply.asks and not reply.my_answers,
        "thanked": reply.thanked_at is not None,
        "helped": reply.helped_at is not None,
        "kept": reply.kept_at is not None,
        "by_mail": reply.by_mail,
    }


def _my_answer(answer: Reply) -> SafeString:
    return filled(
        "checkins/_my_answer.html",
        gesture_label=Said(answer.gesture_label),
        words=Said(answer.words),
    )


@register.inclusion_tag("checkins/_own_letters.html")
def letters_with(member: Member, now: dt.datetime) -> dict[str, Any]:
    """Hellos of a member and what the person answered, for the member's own page."""
    conversation = Reply.objects.on_own_page(member, now)
    hellos = [letter for letter in conversation if letter.by_person or not letter.share_id]
    return {
        "conversation": conversation,
        "name": member.circle.person.called,
        "member": member,
        "undo_id": last_undoable(hellos, now),
        "undo": UndoForm(),
    }
