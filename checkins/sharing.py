"""Who gets what of an answer. Nothing reaches anybody without a choice of the person."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from checkins.words import WORD, WORDS, Words, higher, lower
from circles.models import Member

if TYPE_CHECKING:
    from checkins.models import Answer, Share


@dataclass(frozen=True)
class Choice:
    """What one member gets of one answer, and whether it stands in the mail itself."""

    level: str
    in_mail: bool


@dataclass(frozen=True)
class Given:
    """What a member can read of a share just now, on the page as in the mail."""

    level: str
    in_mail: bool
    words: Words
    hard_day: bool
    on: dt.date

    @property
    def hello(self) -> bool:
        """Nothing to read behind a link: the mail itself is the message."""
        return self.words.nothing

    @property
    def in_full(self) -> bool:
        """The mail says it all, so it waits a minute in case it was a slip."""
        return self.hello or self.in_mail


def planned(member: Member, answer: "Answer") -> Choice | None:
    """What this member gets of this answer, or None for nothing.

    A really hard day replaces every standing level and every choice of a level: only those who
    were told of it hear of it.
    """
    chosen = answer.chosen  # read once: each time it is opened anew
    if answer.is_really_hard:
        told = _told(member, chosen)
        return Choice(told, member.hard_day_in_mail) if told else None
    level = usual(member, chosen)
    return Choice(level, member.in_mail) if level else None


def usual(member: Member, chosen: dict[str, Any]) -> str | None:
    """What an ordinary word lets this member hear: picked for its answer, or the standing level."""
    return chosen.get("levels", {}).get(str(member.pk), _standing(member, _told(member, chosen)))


def given(share: "Share") -> Given | None:
    """What the member can read of it just now; None says that nothing is shared.

    Worked out on reading: a level lowered since or a harder word closes what was open before.
    """
    answer = share.answer
    choice = _choice(share, share.member, answer)
    if answer is None or choice is None:
        return None
    level = lower(choice.level, share.level)
    return Given(
        level=level,
        in_mail=choice.in_mail,
        words=answer.words.heard_at(level),
        hard_day=answer.is_really_hard,
        on=answer.local_date,
    )


def is_given(share: "Share", member: Member, answer: "Answer | None") -> bool:
    """Whether its member can read anything of it, its answer, just now."""
    return _choice(share, member, answer) is not None


def _choice(share: "Share", member: Member, answer: "Answer | None") -> Choice | None:
    if share.taken_back_at or share.hidden_at or answer is None:
        return None
    return planned(member, answer)


def _told(member: Member, chosen: dict[str, Any]) -> str | None:
    told = chosen.get("told", {}).get(str(member.pk))
    return None if told is None else WORDS if told else WORD


def _standing(member: Member, told_level: str | None) -> str | None:
    standing = None if member.level == Member.Level.ASK else member.level
    if standing and told_level:
        return higher(standing, told_level)
    return standing or told_level
