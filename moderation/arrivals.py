"""“No mail came” and “I can't get in”: what the machine knows of one exact address.

It tells that something was sent and how far it came: never what, never from whom or about whom.
Only the site's own mails and invitations are named; all others are "another letter".
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.emails import WAY_IN
from accounts.models import Person
from circles.models import Invitation
from outbox import addresses
from outbox.models import Hold, Mailbox, Message, Pulse, Suppression

_SHOWN = 12
# The steps of handing a mail over; any other setback is an error of ours, by its name.
_OF_THE_SERVER = {"mail", "rcpt", "data", "body", "dot"}
_QUIET = dt.timedelta(minutes=5)


@dataclass(frozen=True)
class Letter:
    """One mail, without words: what sort it is, when it was written, how far it came."""

    sort: str
    made_at: dt.datetime
    fate: str


@dataclass(frozen=True)
class Arrivals:
    """What was found for an address that was typed whole."""

    masked: str
    person: Person | None
    open_invitations: int
    account: list[str]
    letters: list[Letter]
    hints: list[str]

    @property
    def is_known(self) -> bool:
        """Whether this address means anything here."""
        return bool(self.person or self.open_invitations or self.letters)


def look(address: str, *, now: dt.datetime) -> Arrivals:
    """Everything about one exact address, none of it readable without having had it before."""
    boxes, person = Mailbox.objects.of_address(address), Person.objects.of_address(address)
    held = Hold.objects.is_on()
    letters = Message.objects.sent_to(boxes)[:_SHOWN]
    return Arrivals(
        masked=addresses.mask(address.lower()),
        person=person,
        open_invitations=Invitation.objects.open_to(boxes, now).count(),
        account=list(_account(person)) if person else [],
        letters=[Letter(_sort(one), one.made_at, _fate(one, now, held=held)) for one in letters],
        hints=list(_hints(address, boxes, now)),
    )


def _account(person: Person) -> Iterator[str]:
    if not person.is_active:
        yield _("The account is closed. A code still comes, and the page after it says so.")
    if person.is_stopped:
        yield _("Moderators stopped the account. They can sign in, and read why.")
    if person.asleep_at:
        yield _("The account sleeps. Signing in wakes it.")
    if person.welcomed_at is None:
        yield _("The first page was not filled in yet.")
    if person.second_factors():
        yield _("A second step is asked for. Their spare codes open it too.")


def _sort(message: Message) -> str:
    if message.kind in {"account", WAY_IN}:
        return _("A code, or a mail of the site")
    return _("An invitation") if message.kind == "invitation" else _("Another letter")


def _fate(message: Message, now: dt.datetime, *, held: bool) -> str:
    state = Message.State
    if message.returned_at:
        return _("It left, and came back from their mail server.")
    if message.state == state.SENT:
        when = _hour(message.sent_at)
        return _("The mail server took it on %s. It may lie among spam.") % when
    if message.state == state.ENDED:
        return _("It ended: %s.") % message.get_reason_display()
    if message.state == state.HELD:
        return _("It waits for you: look under messages in the office.")
    if message.state == state.WAITING:
        return _why_it_waits(message, now, held=held)
    return str(_("It is on its way: %s.") % message.get_state_display())


def _why_it_waits(message: Message, now: dt.datetime, *, held: bool) -> str:
    if held and message.kind != "account":
        return _("It waits, because sending is held. Say manage.py sending status.")
    if message.setback:
        said = {"why": _trouble(message.setback), "count": message.attempts}
        return _("It waits: %(why)s. Tries: %(count)d.") % said
    if message.not_before > now:
        when = _hour(message.not_before)
        return _("It waits for its time, %s.") % when
    return _("It waits for a worker. Say manage.py doctor when it goes on waiting.")


def _trouble(setback: str) -> str:
    """What the last try ran into, in words: the mail server's doing, or our own."""
    ours = {
        "slow": _("the database took too long"),
        "key": _("its key could not be opened"),
        "journal": _("the worker could not write its journal"),
        "crash": _("a worker ended in the middle of it"),
    }
    if setback in ours:
        return ours[setback]
    step = setback.partition(" ")[0]
    if step == "connect":
        return _("we did not get through to the mail server (%s)") % setback
    if step in _OF_THE_SERVER:
        return _("the mail server did not take it (%s)") % setback
    return _("it could not be written (%s)") % setback


def _hour(moment: dt.datetime | None) -> str:
    # On the reader's clock, like every other time on the page.
    return date_format(localtime(moment), "j F, H:i")


def _hints(address: str, boxes: QuerySet[Mailbox], now: dt.datetime) -> Iterator[str]:
    if boxes.filter(bounced_at__isnull=False).exists():
        yield _("Their mail server says that nobody has this address. Is it spelt right?")
    if boxes.filter(suppressed_at__isnull=False).exists():
        yield _("Its reader stopped some mail. Codes still come.")
    if Suppression.objects.holds(address):
        yield _("It asked for no more invitations. Only its reader can change that.")
    if Pulse.objects.silent("deliver", longer_than=_QUIET, now=now):
        yield _("No worker was heard for five minutes. Nothing leaves until one runs.")
