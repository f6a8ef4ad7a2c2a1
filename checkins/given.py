"""What a member's page shows: what they were given, and what helps them to be there."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format

from checkins.models import Answer, Reply, Share
from circles.models import Member
from library.context import help_for


@dataclass(frozen=True)
class Given:
    """One shared answer, cut down to the level that this member gets."""

    day: str
    word: str
    note: str
    went_well: str
    would_help: list[str]
    is_hard: bool
    just_listen: bool


def page_of(share: Share, now: dt.datetime) -> dict[str, Any]:
    """The context of the member's page behind the link of a share."""
    person = share.member.circle.person
    given = [_cut(each) for each in Share.objects.in_one_mail(share) if each.is_shown()]
    conversation = list(Reply.objects.conversation(share))
    mine = [reply for reply in conversation if not reply.by_person]
    return {
        "share": share,
        "name": person.display_name,
        "given": given,
        "is_hard": any(item.is_hard for item in given),
        "just_listen": any(item.just_listen for item in given),
        "helps_me": share.member.circle.helps_me if given else "",
        "person_help": help_for(person.country),
        "conversation": conversation,
        "has_replied": bool(mine),
        "undo_id": mine[-1].public_id if mine and mine[-1].can_be_undone(now) else None,
    }


def _cut(share: Share) -> Given:
    answer = share.check_in.said()
    assert answer is not None
    has_word = share.level in {Member.Level.WORD, Member.Level.WORDS}
    has_words = share.level == Member.Level.WORDS
    # A really hard day is told as the note that was agreed on, never as the plain word.
    is_hard = has_word and answer.is_really_hard
    return Given(
        day=date_format(share.check_in.local_date, "l, j F"),
        word=answer.word if has_word and not is_hard else "",
        note=answer.note if has_words else "",
        went_well=answer.went_well if has_words else "",
        would_help=answer.help_labels if has_words else [],
        is_hard=is_hard,
        just_listen=has_word and Answer.Help.JUST_LISTEN in answer.would_help,
    )
