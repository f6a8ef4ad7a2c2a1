"""The people of the page benchmark: years of answers, ten members, letters both ways.

Rows are written day by day with those of other people between them, as they are in life: one
person's years lie on as many pages of the disk as they have days.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from accounts.models import Person
from checkins.models import Answer, CheckIn, Reply, Share
from checkins.words import Words
from circles.models import Member
from tests import factories
from vault.scope import key_scope

FIVE_YEARS, THREE_MONTHS = 1826, 90
MEMBERS = 10
# Every other day brings a letter. The newest of each history are not folded away yet.
UNFOLDED = 5
_DAY = dt.timedelta(days=1)
_WORDS = ("good", "okay", "up_and_down", "heavy", "no_words")
_NOTE = "It was a long day, and the evening with the dog by the river was good."
_KIND_WORDS = "Thinking of you. Shall we walk on Sunday, if the rain lets us?"


@dataclass(frozen=True)
class Life:
    """A person, their circle, and since when they answer every day."""

    person: Person
    members: list[Member]
    began_on: dt.date


@key_scope()
def lives(*, histories: Iterable[int], now: dt.datetime, members: int = MEMBERS) -> list[Life]:
    """People with so many days behind them each; they said something today, and all heard it."""
    people = [_person(days, members, now) for days in histories]
    today = now.date()
    longest = max((today - life.began_on).days for life in people)
    dates = [today - (longest - number) * _DAY for number in range(longest + 1)]
    living = [(life, on) for on in dates for life in people if life.began_on <= on]
    check_ins = CheckIn.objects.bulk_create(
        (_check_in(life.person, on) for life, on in living), batch_size=1000
    )
    Answer.objects.bulk_create((_answer(one) for one in check_ins), batch_size=500)
    shares = Share.objects.bulk_create(
        (
            _share(check_in, member)
            for check_in, (life, on) in zip(check_ins, living, strict=True)
            for member in (life.members if on == today else _heard_on(on, life))
        ),
        batch_size=1000,
    )
    _letters(shares, today)
    return people


def _person(days: int, members: int, now: dt.datetime) -> Life:
    began = now - days * _DAY
    person = factories.person(name="Noor", now=began, zone="UTC", reply_mail="none")
    factories.schedule(person=person, now=now)
    beside = [
        factories.member(
            person=person, name=f"Member {number}", label="from the choir", level="words", now=began
        )
        for number in range(members)
    ]
    return Life(person, beside, began.date())


def _heard_on(on: dt.date, life: Life) -> list[Member]:
    return [life.members[on.toordinal() % len(life.members)]]


def _check_in(person: Person, on: dt.date) -> CheckIn:
    midnight = dt.datetime.combine(on, dt.time(), tzinfo=dt.UTC)
    return CheckIn(
        person=person,
        key_id=person.key_id,
        asked=True,
        due_at=midnight,
        local_date=on,
        closes_at=midnight + _DAY,
    )


def _answer(check_in: CheckIn) -> Answer:
    said = Answer(
        check_in=check_in,
        person_id=check_in.person_id,
        key_id=check_in.key_id,
        local_date=check_in.local_date,
    )
    number = check_in.local_date.toordinal()
    note, helps = (_NOTE, ("listening",)) if number % 3 == 0 else ("", ())
    said.say(Words(_WORDS[number % len(_WORDS)], note, "", helps), now=check_in.due_at)
    return said


def _share(check_in: CheckIn, member: Member) -> Share:
    return Share(
        check_in=check_in,
        member=member,
        key_id=member.key_id,
        level="words",
        in_mail=False,
        made_at=check_in.due_at,
        message_key=f"share:{check_in.public_id}:{member.pk}",
    )


def _letters(shares: list[Share], today: dt.date) -> None:
    letters, newest = [], today - 2 * UNFOLDED * _DAY
    for share in shares:
        on = share.check_in.local_date
        if on < today and on.toordinal() % 2:
            folded_at = None if on >= newest else share.made_at + _DAY
            kept_at = folded_at if on.toordinal() % 201 == 0 else None
            letters.append(_letter(share, folded_at=folded_at, kept_at=kept_at))
    Reply.objects.bulk_create(letters, batch_size=500)
    answered = [one for one in letters if one.folded_at is None and one.member_id % 2]
    Reply.objects.bulk_create(_letter(one.share, answers=one, by_person=True) for one in answered)


def _letter(share: Share, **fields: object) -> Reply:
    return Reply(
        member=share.member,
        share=share,
        key_id=share.key_id,
        gesture="with_you",
        words=_KIND_WORDS,
        kinds=["emotional"],
        made_at=share.made_at,
        **fields,
    )
