"""What a decision really does, through the verbs of the rooms below, and how it is taken back."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from checkins.models import Schedule
from circles.models import Circle
from library.models import OwnLine
from moderation import items
from moderation.items import About
from outbox.models import Message

if TYPE_CHECKING:
    from moderation.models import Report


class Action(models.TextChoices):
    """From the smallest to the largest."""

    NONE = "none", _("Nothing needs doing")
    FIXED = "fixed", _("The helpline was corrected")
    WARN = "warn", _("Say that this is not all right")
    HIDE = "hide", _("Hide this one thing")
    BLOCK = "block", _("End this contact")
    NO_INVITES = "no_invites", _("Stop invitations")
    SUSPEND = "suspend", _("Suspend the account")
    FREEZE = "freeze", _("Let the account rest")


RESTRICTIONS = [Action.HIDE, Action.BLOCK, Action.NO_INVITES, Action.SUSPEND, Action.FREEZE]
# What may be decided about the side that wrote it; members have no account to stop.
_OF_PERSONS = [Action.NO_INVITES, Action.SUSPEND, Action.FREEZE]


def possible(report: "Report") -> list[Action]:
    """What can be decided on this report, smallest first."""
    if report.about == About.LINE:
        own = report.line_id.startswith("own-")
        return [Action.NONE, Action.FIXED] + ([] if own else [Action.HIDE])
    found = [Action.NONE, Action.WARN]
    if report.about != About.MEMBER:
        found.append(Action.HIDE)
    found.append(Action.BLOCK)
    return found if report.by_member else found + _OF_PERSONS


def take(report: "Report", action: str, *, facts: str, now: dt.datetime) -> None:
    """Carry a decision out. Part of the caller's transaction."""
    person = report.person
    match action:
        case Action.HIDE if report.about == About.LINE:
            OwnLine.objects.hide(
                report.country, report.line_id, source=facts, checked_on=now.date()
            )
        case Action.HIDE:
            _hide(report, now)
        case Action.BLOCK if report.member:
            report.member.block(now=now)
        case Action.NO_INVITES if person:
            Circle.objects.of(person).stop_invitations(now=now)
        case Action.SUSPEND if person:
            person.suspend(now=now)
            _stop_all(person, now)
        case Action.FREEZE if person:
            person.freeze(now=now)
            _stop_all(person, now)


def take_back(report: "Report", action: str, *, now: dt.datetime) -> None:
    """Undo what a decision did. Mail that was taken back does not come again."""
    person = report.person
    match action:
        case Action.HIDE:
            _show(report)
        case Action.BLOCK if report.member:
            report.member.unblock()
        case Action.NO_INVITES if person:
            Circle.objects.of(person).allow_invitations()
        case Action.SUSPEND if person:
            person.end_suspension()
            _follow(person, now)
        case Action.FREEZE if person:
            person.thaw()
            _follow(person, now)


def _stop_all(person: Person, now: dt.datetime) -> None:
    """Nothing is asked and nothing leaves: neither to the person's circle nor from it."""
    _follow(person, now)
    Message.objects.cancel(key=person.key_id, now=now)


def _follow(person: Person, now: dt.datetime) -> None:
    schedule = Schedule.objects.of(person)
    if schedule is not None:
        schedule.follow_person(now=now)


def _hide(report: "Report", now: dt.datetime) -> None:
    found: Any = items.thing(report)
    if found is not None and report.about in {About.FIRST_WORD, About.AWAY}:
        found.hide_words(report.about, now)
    elif found is not None:
        found.hide(now=now)


def _show(report: "Report") -> None:
    found: Any = items.thing(report)
    if found is not None and report.about in {About.FIRST_WORD, About.AWAY}:
        found.hide_words(report.about, None)
    elif found is not None:
        found.show()
