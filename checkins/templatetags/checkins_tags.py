"""Small words that pages of the check-ins room use."""

import datetime as dt
from typing import Any

from django import template
from django.utils.translation import gettext as _

from checkins import moments
from checkins.forms.answer import HEARS
from checkins.models import Answer, Reply
from checkins.models.reply import last_undoable
from circles.models import Member

register = template.Library()

_HEARS = dict(HEARS)
_WORDS = dict(Answer.Word.choices)


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
    }
