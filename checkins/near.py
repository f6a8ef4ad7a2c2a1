"""What stands on the page after a really hard answer, in the order that matters then.

Emergency number, people, lines, what helps. Nobody is told unless the person chooses: the members
named for such days have a button each; when none was named, everybody beside the person has one.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from checkins import deliveries
from checkins.models import CheckIn
from circles.models import Circle, Member
from library.context import help_for
from library.helplines import lines_for


@dataclass(frozen=True)
class Line:
    """A member on the page: to be told by one tap, or what became of telling them."""

    member: Member
    says: str


def context(check_in: CheckIn, now: dt.datetime) -> dict[str, Any]:
    """What the signed-in person's page shows."""
    circle = Circle.objects.known(check_in.person)
    said = check_in.said()
    # Taken back is not told: the button is there again.
    deliveries = check_in.deliveries(now)
    told = {one.member.pk: one.says for one in deliveries if one.can_take_back}
    people = [Line(one, told.get(one.pk, "")) for one in named(check_in)]
    return {
        "check_in": check_in,
        "people": people,
        "anyone_left": any(not line.says for line in people),
        "can_tell_now": any(one.can_hurry for one in deliveries),
        "is_hard": said is not None and said.is_really_hard,
        "has_words": said is not None and bool(said.note or said.went_well),
        "helps_me": circle.helps_me,
        "by_link": False,
        **_help(check_in, now),
    }


def context_by_link(check_in: CheckIn, now: dt.datetime) -> dict[str, Any]:
    """What the same page shows to whoever holds the link: no names, no words."""
    people = Member.objects.of(check_in.person).beside().named_for_hard_days()
    found = check_in.deliveries(now)
    told = any(one.can_take_back for one in found)
    return {
        "check_in": check_in,
        "can_tell": people.exists() and not told,
        "told": told,
        "counts": deliveries.counts(found, now=now),
        "by_link": True,
        **_help(check_in, now),
    }


def named(check_in: CheckIn) -> list[Member]:
    """The members with a button: those named for such days, or everybody when none was."""
    beside = list(Member.objects.of(check_in.person).beside())
    return [member for member in beside if member.named_for_hard_days] or beside


def chosen(check_in: CheckIn, public_ids: list[str]) -> list[int]:
    """The members behind the pressed button; unknown ids count for nobody."""
    wanted = set(public_ids)
    return [member.pk for member in named(check_in) if str(member.public_id) in wanted]


def _help(check_in: CheckIn, now: dt.datetime) -> dict[str, Any]:
    country = check_in.person.country
    return {"help": help_for(country), "lines": lines_for(country, now)}
