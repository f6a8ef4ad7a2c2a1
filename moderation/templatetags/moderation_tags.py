"""What pages of the rooms below say of moderation."""

from typing import Any

from django import template

from circles.models import Member
from moderation.models import Opening

register = template.Library()


@register.inclusion_tag("moderation/_looked.html")
def looked_at(member: Member) -> dict[str, Any]:
    """Which of a member's words a moderator opened, once they were told."""
    return {"openings": Opening.objects.told_to_member(member.pk)}
