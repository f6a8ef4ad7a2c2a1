"""What became of an answer, for the person: who gets what, and when it leaves or left."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from checkins import posting
from checkins.letters import A_WEEK
from outbox.models import Message

if TYPE_CHECKING:
    from checkins.models import CheckIn, Share
    from circles.models import Member

WAITING, LEAVING, SENT = "waiting", "leaving", "sent"
TAKEN_BACK, STOPPED, FAILED, PAST, AWAY = "taken_back", "stopped", "failed", "past", "away"


@dataclass(frozen=True)
class Delivery:
    """What one member gets, and where its mail is."""

    member: "Member"
    level: str | None
    state: str
    # On the person's own clock: when it leaves or left.
    at: dt.datetime | None
    says: str
    # "Tell them now" would bring it sooner.
    can_hurry: bool
    can_take_back: bool
    # Nobody knows yet that a human pressed the button.
    waits_shortly: bool


@dataclass(frozen=True)
class Counts:
    """How many get it, and when: all that a page without names may say."""

    shortly: int
    leaving: int
    later: int
    stopped: int
    failed: int


def counts(found: list[Delivery], *, now: dt.datetime) -> Counts:
    """Count by when it arrives; what was taken back counts for nobody."""
    told = [one for one in found if one.can_take_back and one.state != AWAY]
    shortly = sum(one.waits_shortly for one in told)
    later = sum(_is_far(one, now) for one in told)
    stopped = sum(one.state == STOPPED for one in told)
    failed = sum(one.state == FAILED for one in told)
    leaving = len(told) - shortly - later - stopped - failed
    return Counts(shortly, leaving, later, stopped, failed)


def _is_far(one: Delivery, now: dt.datetime) -> bool:
    return one.state == WAITING and one.at is not None and one.at > now + posting.TEN_MINUTES


def of(check_in: "CheckIn", *, now: dt.datetime) -> list[Delivery]:
    """One line for each member who was given something or had it taken back."""
    rows = check_in.shares.for_reading().order_by("member_id")
    shares = [share for share in rows if _tells(share)]
    keys = {share.message_key for share in shares if share.message_key}
    found = Message.objects.filter(dedupe_key__in=keys)
    messages = {message.dedupe_key: message for message in found}
    return [_delivery(share, messages.get(share.message_key), now) for share in shares]


def _tells(share: "Share") -> bool:
    # What a harder word has closed is not listed: nobody was told, and nobody took it back.
    return share.given is not None or share.taken_back_at is not None


def _delivery(share: "Share", message: Message | None, now: dt.datetime) -> Delivery:
    state, moment = _state(share, message, now)
    local = share.check_in.person.local(moment) if moment else None
    return Delivery(
        member=share.member,
        level=share.given.level if share.given else None,
        state=state,
        at=local,
        says=_says(state, local, share, now),
        can_hurry=state == WAITING and _could_be_sooner(share, moment, now),
        can_take_back=share.given is not None,
        waits_shortly=state == WAITING and _waits_for_a_human(message, moment, now),
    )


def _state(
    share: "Share", message: Message | None, now: dt.datetime
) -> tuple[str, dt.datetime | None]:
    if share.given is None:
        return TAKEN_BACK, share.taken_back_at
    if share.member.is_away:
        # A goodbye deletes the mails of the member, a break does not: neither shows.
        return AWAY, None
    if message is None:
        # The log of mails ends after a month.
        return (PAST if share.message_key else LEAVING), None
    if message.returned_at is not None:
        return FAILED, None
    if message.state == Message.State.SENT:
        return SENT, message.sent_at
    if message.reason in {Message.Reason.CANCELLED, Message.Reason.DROPPED}:
        return STOPPED, None
    if message.state in {Message.State.ENDED, Message.State.HELD} or share.member.has_bounced:
        return FAILED, None
    until = _leaves_at(share.member, message)
    if message.state == Message.State.WAITING and until > now:
        return WAITING, until
    return LEAVING, None


def _could_be_sooner(share: "Share", moment: dt.datetime | None, now: dt.datetime) -> bool:
    return moment is not None and share.member.next_now(now) + posting.A_MINUTE < moment


def _waits_for_a_human(
    message: Message | None, moment: dt.datetime | None, now: dt.datetime
) -> bool:
    # Longer than the minute for slips, shorter than a turn in the week or quiet hours.
    return (
        message is not None
        and moment is not None
        and posting.is_short_wait(message, now)
        and now + posting.A_MINUTE < moment <= now + posting.TEN_MINUTES
    )


def _leaves_at(member: "Member", message: Message) -> dt.datetime:
    now_lane = message.lane == Message.Lane.NOW
    return (member.next_now if now_lane else member.quiet_until)(message.not_before)


def _says(state: str, local: dt.datetime | None, share: "Share", now: dt.datetime) -> str:
    if state == WAITING and local is not None:
        if local - now <= posting.TEN_MINUTES:
            return _("leaves in a few minutes")
        return _("leaves %(moment)s") % {"moment": _moment(local, share, now)}
    if state == SENT and local is not None:
        return _("delivered %(moment)s") % {"moment": _moment(local, share, now)}
    return {
        TAKEN_BACK: _("taken back"),
        # By a pause, a break or a removal: the words do not tell which.
        STOPPED: _("did not leave"),
        FAILED: _("the mail could not be delivered"),
        PAST: _("a while ago"),
        AWAY: share.member.away_text,
    }.get(state, _("on its way"))


def _moment(local: dt.datetime, share: "Share", now: dt.datetime) -> str:
    time = date_format(local, "H:i")
    if local.date() == share.check_in.person.today(now):
        return _("today, %(time)s") % {"time": time}
    if abs((local.date() - share.check_in.person.today(now)).days) >= A_WEEK:
        day = date_format(local, pgettext("a day of any year, in Django's date format", "j F"))
        return _("on %(moment)s") % {"moment": day}
    return _("%(weekday)s, %(time)s") % {"weekday": date_format(local, "l"), "time": time}
