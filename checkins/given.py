"""What a member's page shows: what they were given, and what helps them to be there."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import pgettext

from checkins import sharing
from checkins.models import Answer, Reply, Share
from checkins.models.reply import last_undoable
from library.context import help_for


@dataclass(frozen=True)
class Given:
    """One shared answer, cut down to the level that this member gets."""

    day: str
    word: str
    note: str
    went_well: str
    would_help: list[str]
    is_hello: bool
    is_hard: bool
    just_listen: bool


def page_of(share: Share, now: dt.datetime) -> dict[str, Any]:
    """The context of the member's page behind the link of a share."""
    person = share.member.circle.person
    heard = [each.given for each in share.with_its_company()]
    given = [_cut(each) for each in heard if each is not None]
    conversation = list(Reply.objects.conversation(share))
    mine = [reply for reply in conversation if not reply.by_person]
    return {
        "share": share,
        "name": person.called,
        "given": given,
        "is_hard": any(item.is_hard for item in given),
        "just_listen": any(item.just_listen for item in given),
        "helps_me": share.member.circle.helps_me if given else "",
        "person_help": help_for(person.country),
        "conversation": conversation,
        "has_replied": bool(mine),
        "undo_id": last_undoable(conversation, now),
    }


def _cut(given: sharing.Given) -> Given:
    said = given.words
    return Given(
        day=date_format(given.on, pgettext("a day, in Django's date format", "l j F")),
        # A really hard day is told as the note that was agreed on, never as the plain word.
        word="" if given.hard_day else said.word,
        note=said.note,
        went_well=said.went_well,
        would_help=_labels(said.would_help),
        is_hello=said.nothing,
        is_hard=given.hard_day,
        just_listen=said.just_listen,
    )


def _labels(would_help: tuple[str, ...]) -> list[str]:
    known = dict(Answer.Help.choices)
    return [str(known[one]) for one in would_help if one in known and one != "just_listen"]
