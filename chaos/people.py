"""What is there before a fault strikes: people, circles, mails that wait; all by the real verbs.

Whatever is posted here is promised: the invariants read it from the stage at the end of the run.
"""

import datetime as dt
import itertools
import time

from django.db import transaction
from django.utils import timezone

from accounts.models import Person
from chaos.clock import scaled, until
from chaos.stage import Stage
from checkins.models import CheckIn, Schedule
from outbox.mail import Mail
from outbox.models import Message
from tests import factories
from vault.models import Key

# Longer than the slack of the invariants: they judge what is late, this only what never comes.
_PATIENCE = 60.0
_NUMBERS = itertools.count(1)


def address(stage: Stage, what: str) -> str:
    """An address nobody else has."""
    return f"{what}{next(_NUMBERS)}.{stage.seed}@example.org"


def promise(stage: Stage, address: str, mails: int = 1) -> None:
    """This address gets so many more different mails, the first of them from now on."""
    stage.promise.mails[address] += mails
    stage.promise.due.setdefault(address, time.time())


def post(stage: Stage, count: int) -> list[Message]:
    """So many mails to as many addresses, due now."""
    with transaction.atomic():
        world = Key.objects.make().pk
        return [_post(stage, address(stage, "mail"), world) for _ in range(count)]


def post_many(stage: Stage, count: int, *, boxes: int = 50) -> None:
    """So many mails to a few addresses, due now: for numbers that would take long one by one."""
    now, world = timezone.now(), Key.objects.make().pk
    with transaction.atomic():
        addresses = [address(stage, "box") for _ in range(boxes)]
        rows = [factories.mailbox(address=one, key_id=world, now=now) for one in addresses]
        for number in range(count):
            box = rows[number % boxes]
            factories.message(now=now, mailbox=box, dedupe_key=f"chaos:{stage.seed}:{number}")
    for number in range(count):
        promise(stage, addresses[number % boxes])


def post_to(stage: Stage, to: str, *, subject: str = "A note") -> Message:
    """One mail to this address, due now."""
    return _post(stage, to, Key.objects.make().pk, Mail(subject=subject, text="Some words.\n"))


def _post(stage: Stage, to: str, world: int, mail: Mail | None = None) -> Message:
    now = timezone.now()
    mailbox = factories.mailbox(address=to, key_id=world, now=now)
    promise(stage, to)
    message = factories.message(now=now, mailbox=mailbox, mail=mail, dedupe_key=f"chaos:{to}")
    _say_again(message)
    return message


def _say_again(message: Message) -> None:
    """Whoever cannot know whether it was posted posts it again, under the same key."""
    Message.objects.post(
        kind=message.kind,
        mailbox=message.mailbox,
        key_id=message.key_id,
        subject=message.subject,
        dedupe_key=message.dedupe_key,
        now=message.made_at,
        expires_at=message.expires_at,
        body=message.body,
    )


def person(stage: Stage, *, members: int = 0, level: str = "words") -> Person:
    """A person with a circle; every member reads mails."""
    zone = noon_zone()
    made = factories.person(name="Ada", address=address(stage, "person"), zone=zone)
    for _ in range(members):
        factories.member(person=made, address=address(stage, "member"), level=level)
    return made


def noon_zone() -> str:
    """A zone where this hour is noon: nobody there has quiet hours, whenever the drill runs."""
    ahead = 12 - timezone.now().hour
    # These names count westwards.
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def asked(stage: Stage, count: int, *, members: int = 0) -> list[CheckIn]:
    """So many people with an open check-in of today, as if they were asked a minute ago."""
    now = timezone.now() - dt.timedelta(minutes=1)
    with transaction.atomic():
        people = [person(stage, members=members) for _ in range(count)]
        return [factories.check_in(person=one, now=now) for one in people]


def due(stage: Stage, count: int, *, ago: dt.timedelta = dt.timedelta(0)) -> list[Person]:
    """So many people whose daily schedule is due now, or was a while ago."""
    moment = timezone.now() - ago
    at = moment.strftime("%H:%M")
    people = []
    with transaction.atomic():
        for _ in range(count):
            one = factories.person(address=address(stage, "asked"), zone="UTC")
            factories.schedule(person=one, now=moment - dt.timedelta(hours=2), at=at)
            promise(stage, one.email)
            people.append(one)
    return people


def all_arrived(stage: Stage, seconds: float, *, but: str = "") -> None:
    """Wait for all that was promised so far; seconds on the product's clock, at most."""
    until(
        lambda: stage.promise.mails.keys() - {but} <= {mail.to for mail in stage.mail.taken()},
        "all mails so far",
        scaled(seconds) + _PATIENCE,
    )


def schedules_left() -> int:
    """How many schedules are due and were not opened yet."""
    return Schedule.objects.filter(next_at__lte=timezone.now()).count()
