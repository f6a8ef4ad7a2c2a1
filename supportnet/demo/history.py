"""Eighteen months through the same verbs that pages use, each at a moment of its own.

All of it is one transaction, in which every mail is put down as delivered: no worker ever sees one
waiting, so nothing is mailed to anybody.
"""

import datetime as dt
from collections.abc import Sequence
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F

from accounts.models import Person
from checkins import dispatch
from checkins.models import CheckIn, Reply, Schedule, Share
from circles.models import Circle, Member
from outbox.models import Message
from supportnet.demo import story
from vault.scope import key_scope

_DAY = dt.timedelta(days=1)
_LETTERS_TAKE = dt.timedelta(hours=3)
# Which replies were kept, counted by reply; on which days a hello came, counted by day.
_KEPT = {12, 33, 68, 75, 99}
_HELLOS = {48, 133, 188}
Thing = TypeVar("Thing")
_WEEKDAYS = {"weekly": 0b0000001, "thrice": 0b0010101, "daily": 0b1111111}


def exists() -> bool:
    """Whether the made-up person is here already."""
    return Person.objects.filter(email=story.ADDRESS).exists()


@key_scope()
@transaction.atomic
def write(now: dt.datetime) -> Person:
    """Make the person, the circle and all that was said until ``now``."""
    *days, last = _evenings(now)
    person = Person.objects.begin(story.ADDRESS, now=days[0])
    person.welcome(
        name=story.NAME, country=story.COUNTRY, zone=story.ZONE, language="en", now=days[0]
    )
    circle = Circle.objects.of(person)
    members: dict[str, Member] = {}
    for turn, day in enumerate(days):
        _rhythm(person, turn, day)
        _welcome_members(circle, members, day - days[0], day)
        _live(person, members, turn, day)
    _finish(circle, members, now)
    _last_evening(person, members, last, now)
    _deliver_the_rest(person, last + dt.timedelta(minutes=1))
    members["adeyemi"].pause(now)
    return person


def _evenings(now: dt.datetime) -> list[dt.datetime]:
    """The moments right after each asking, the last one some hours ago."""
    local = (now - _LETTERS_TAKE).astimezone(ZoneInfo(story.ZONE))
    last = local.replace(hour=18, minute=31, second=0, microsecond=0)
    if last > local:
        last -= _DAY
    return [last - number * _DAY for number in reversed(range(30 * story.MONTHS))]


def _rhythm(person: Person, turn: int, day: dt.datetime) -> None:
    """Weekly at first, three times a week after half a year, every day of late."""
    changes = {0: "weekly", 180: "thrice", 480: "daily"}
    if rhythm := changes.get(turn):
        Schedule.objects.save_for(
            person, weekdays=_WEEKDAYS[rhythm], local_time=dt.time(18, 30), now=day
        )


def _welcome_members(
    circle: Circle, members: dict[str, Member], so_far: dt.timedelta, day: dt.datetime
) -> None:
    for one in story.FIVE:
        if one.key in members or so_far < one.came_after:
            continue
        members[one.key] = _invite(circle, one, day)
        if one is not story.RUTH:
            members[one.key].accept(day)
            _keep_hours(members[one.key], one)


def _keep_hours(member: Member, one: story.Someone) -> None:
    """What they chose on their own page, right after the yes."""
    member.set_hours(
        zone=story.ZONE,
        quiet_from=dt.time(22),
        quiet_to=dt.time(7),
        now_in_quiet_hours=one is story.MINA,
        wants_each=one is story.MINA,
        plain_mail=False,
        answers_when=one.answers_when,
        reads_between_sessions=one is not story.ADEYEMI,
        country=story.COUNTRY,
        language="en",
    )


def _invite(circle: Circle, one: story.Someone, day: dt.datetime) -> Member:
    member = circle.invite(
        address=one.address,
        name=one.name,
        label=one.label,
        kind=one.kind,
        level=one.level,
        in_mail=one.in_mail,
        words=one.words,
        first_word=one.first_word,
        now=day,
    )
    assert isinstance(member, Member)
    return member


def _live(person: Person, members: dict[str, Member], turn: int, day: dt.datetime) -> None:
    """One day: asked if it is one of those, answered on most, replied to on some."""
    dispatch.tick(day)
    check_in = CheckIn.objects.open_for(person, day)
    if check_in is None or check_in.said() is not None or turn % 5 == 3:
        _maybe_hello(members, turn, day)
        return
    check_in.answer(
        _at(story.WORDS, turn),
        note=_at(story.NOTES, turn),
        went_well=_at(story.WENT_WELL, turn),
        would_help=_at(story.WOULD_HELP, turn),
        now=day,
    )
    if turn % 3 == 0:
        _reply(check_in, members, turn // 3, day + dt.timedelta(hours=2))
    _deliver(person, day + _LETTERS_TAKE)


def _reply(check_in: CheckIn, members: dict[str, Member], turn: int, moment: dt.datetime) -> None:
    who, gesture, words = _at(story.REPLIES, turn)
    share = _share(check_in, members.get(who))
    if share is None:
        return
    reply = share.reply(gesture=gesture, words=words, now=moment)
    if turn % 2:
        reply.thank(moment + dt.timedelta(minutes=5))
    if turn in _KEPT:
        reply.keep(moment + dt.timedelta(minutes=6))
        reply.helped(moment + dt.timedelta(minutes=7))
    reply.fold(moment + _DAY)


def _share(check_in: CheckIn, member: Member | None) -> Share | None:
    if member is None:
        return None
    return check_in.shares.for_reading().filter(member=member, taken_back_at=None).first()


def _maybe_hello(members: dict[str, Member], turn: int, day: dt.datetime) -> None:
    who, gesture, words = _at(story.HELLOS, turn)
    if turn in _HELLOS and who in members:
        hello = Reply.objects.hello(members[who], gesture=gesture, words=words, now=day)
        hello.keep(day)
        hello.fold(day + _DAY)


def _finish(circle: Circle, members: dict[str, Member], now: dt.datetime) -> None:
    """How things stand today: one paused, one on a break, one not yet answered."""
    circle.describe(helps_me=story.HELPS_ME, gestures=[])
    rule, mina = Circle.HardDayRule.ASK, members["mina"]
    circle.set_hard_days(rule=rule, forms={mina.pk: (True, True)}, now=now)
    members["sam"].take_break(now - 9 * _DAY, story.AWAY)


def _last_evening(
    person: Person, members: dict[str, Member], evening: dt.datetime, now: dt.datetime
) -> None:
    """What stands on Today: the last answer, and three letters to it."""
    dispatch.tick(evening)
    word, note, went_well, would_help = story.LAST_EVENING
    check_in = CheckIn.objects.for_today(person, evening)
    check_in.answer(word, note=note, went_well=went_well, would_help=would_help, now=evening)
    for number, (who, gesture, words) in enumerate(story.LETTERS, 1):
        share = _share(check_in, members[who])
        if share is not None:
            moment = evening + number * _LETTERS_TAKE / 4
            share.reply(gesture=gesture, words=words, now=moment)


def _deliver(person: Person, now: dt.datetime) -> None:
    """Put down the mails whose time has come as delivered then. None of them leaves."""
    due = Message.objects.of_key(person.key_id).unsent().filter(not_before__lte=now)
    due.update(state=Message.State.SENT, sent_at=F("not_before"), body=None)


def _deliver_the_rest(person: Person, moment: dt.datetime) -> None:
    """What would leave later is put down as delivered too: nothing is left to be mailed."""
    waiting = Message.objects.of_key(person.key_id).unsent()
    waiting.update(state=Message.State.SENT, sent_at=moment, body=None)


def _at(things: Sequence[Thing], turn: int) -> Thing:
    """The thing whose turn it is; after the last one the first comes again."""
    return things[turn % len(things)]
