"""What the person does with a check-in: answer it, tell somebody, take back, send now.

One transaction writes the answer, its shares and the members' mails.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import transaction

from checkins import posting, sharing
from checkins.models.answer import Answer
from checkins.models.share import Share
from checkins.posting import Timing
from checkins.words import Words
from circles.models import Circle, Member

if TYPE_CHECKING:
    from checkins.models import CheckIn

Levels = Mapping[int, str | None]


class Closed(Exception):
    """The check-in is closed to changes; the same words can be said unasked."""


@transaction.atomic
def answer(
    check_in: "CheckIn",
    words: Words,
    *,
    levels: Levels,
    with_words: bool,
    timing: Timing,
) -> Answer:
    """Put these words in place of the earlier ones and bring what leaves in line with them.

    No words at all are a skip: nobody hears of it, and an earlier answer stays as it was.
    """
    now = timing.now
    _hold(check_in)
    if not check_in.is_open(now):
        raise Closed
    given = check_in.said()
    if words.nothing:
        if given is None:
            check_in.skip(now)
        return given or Answer(would_help=[])
    given = given or _blank(check_in)
    members = _beside(check_in)
    greeted = _greeted(check_in)
    given.say(words, now=now)
    given.choose({one: levels[one.pk] for one in members if one.pk in levels})
    fresh = given.tell(_ticked(check_in, given, members), with_words=with_words)
    given.save()
    check_in.note_answered()
    check_in.person.note_here(now)
    _settle(given, members, replace(timing, told=frozenset(fresh), greeted=greeted))
    return given


@transaction.atomic
def tell(
    check_in: "CheckIn",
    member_ids: Collection[int],
    *,
    with_words: bool,
    wait: dt.timedelta,
    now: dt.datetime,
) -> None:
    """Tell these members of a hard day, by one tap; it waits for nothing but their quiet hours."""
    _hold(check_in)
    given = check_in.said()
    if given is None:
        return
    members = [member for member in _beside(check_in) if member.pk in set(member_ids)]
    ids = frozenset(member.pk for member in members)
    fresh = given.tell(set(ids), with_words=with_words)
    given.save(update_fields=["chosen"])
    timing = Timing(now=now, wait=wait, at_once=ids, told=frozenset(fresh))
    _settle(given, members, timing)


@transaction.atomic
def tell_now(check_in: "CheckIn", *, now: dt.datetime) -> None:
    """Let what waits for its turn leave now. What did not leave for another reason stays so."""
    _hold(check_in)
    for share in check_in.shares.for_reading():
        if share.given is not None:
            posting.hurry(share, now=now)


@transaction.atomic
def send_now(check_in: "CheckIn", *, now: dt.datetime) -> None:
    """A human pressed the second button: the minute and the ten minutes are over."""
    _hold(check_in)
    for share in check_in.shares.for_reading():
        posting.cut_short(share, now=now)


@transaction.atomic
def take_back(check_in: "CheckIn", *, now: dt.datetime) -> None:
    """Give nobody anything of this answer any more, whatever the words become."""
    _hold(check_in)
    given = check_in.said()
    shares = list(check_in.shares.for_reading())
    if given is not None:
        given.keep_from({share.member_id for share in shares})
        given.save(update_fields=["chosen"])
    for share in shares:
        share.close(now)


@transaction.atomic
def forget(check_in: "CheckIn", *, now: dt.datetime) -> None:
    """Delete the words and what was shared of them; replies to them stay the person's."""
    # Pressed twice, the second one finds nothing left and that is fine.
    type(check_in).objects.select_for_update().filter(pk=check_in.pk).first()
    for share in check_in.shares.for_reading():
        posting.withdraw(share, now=now)
    check_in.shares.all().delete()
    Answer.objects.filter(check_in=check_in).delete()


def draft(
    check_in: "CheckIn",
    words: Words,
    member: Member,
    *,
    levels: Levels,
    with_words: bool,
    now: dt.datetime,
) -> tuple[Share, Timing] | None:
    """What this member would get if these words were said now, and when; nothing is saved."""
    said = check_in.said()
    earlier = check_in.shares.for_reading().filter(member=member).first() if check_in.pk else None
    heard = earlier.given if earlier is not None else None
    greeted = frozenset({member.pk}) if heard is not None and heard.hello else frozenset()
    given = _blank(check_in)
    given.chosen = said.chosen if said is not None else {}
    given.say(words, now=now)
    given.choose({member: levels[member.pk]} if member.pk in levels else {})
    fresh = given.tell(_ticked(check_in, given, [member]), with_words=with_words)
    choice = sharing.planned(member, given)
    if choice is None:
        return None
    share = _share(given, member, choice, now)
    if earlier is not None:
        share.message_key, share.hidden_at = earlier.message_key, earlier.hidden_at
    return share, Timing(now=now, told=frozenset(fresh), greeted=greeted)


def _settle(given: Answer, members: Collection[Member], timing: Timing) -> None:
    """Bring shares and waiting mails in line with what the answer says now."""
    shares = {share.member_id: share for share in given.check_in.shares.all()}
    for member in members:
        choice = sharing.planned(member, given)
        share = shares.get(member.pk)
        if share is not None:
            share.check_in, share.member = given.check_in, member
        if choice is not None:
            share = share or _share(given, member, choice, timing.now)
            share.give(choice, now=timing.now)
            posting.carry(share, timing)
        elif share is not None and member.pk in given.kept_out:
            share.close(timing.now)
        elif share is not None:
            posting.withdraw(share, now=timing.now)


def _hold(check_in: "CheckIn") -> None:
    # Two tabs and a double click come one after the other, and each sees what the first one did.
    check_in.refresh_from_db(from_queryset=type(check_in).objects.select_for_update())


def _beside(check_in: "CheckIn") -> list[Member]:
    members = Member.objects.beside().filter(circle__person=check_in.person_id)
    # Nothing of a stopped account reaches anybody.
    members = members.filter(circle__person__suspended_at=None, circle__person__frozen_at=None)
    # Whoever is lowered or removed meanwhile comes after this, and takes back what it made.
    members = members.select_for_update(of=("self",), no_key=True)
    return list(members.select_related("mailbox", "circle__person"))


def _ticked(check_in: "CheckIn", given: Answer, members: Collection[Member]) -> set[int]:
    """Whom the person chose beforehand to be told of such a day, less those kept out this time."""
    if not given.is_really_hard:
        return set()
    if not Circle.objects.known(check_in.person).tells_hard_days:
        return set()
    named = {member.pk for member in members if member.named_for_hard_days}
    return named - given.kept_out


def _greeted(check_in: "CheckIn") -> frozenset[int]:
    shares = check_in.shares.for_reading()
    return frozenset(one.member_id for one in shares if one.given and one.given.hello)


def _blank(check_in: "CheckIn") -> Answer:
    return Answer(
        check_in=check_in,
        person=check_in.person,
        key_id=check_in.key_id,
        local_date=check_in.local_date,
        would_help=[],
    )


def _share(given: Answer, member: Member, choice: sharing.Choice, now: dt.datetime) -> Share:
    return Share(
        check_in=given.check_in,
        member=member,
        key_id=given.key_id,
        level=choice.level,
        in_mail=choice.in_mail,
        made_at=now,
    )
