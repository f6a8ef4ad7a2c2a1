"""People and what is theirs, made with one call each. What is not said is ordinary."""

import datetime as dt
import itertools
import uuid
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django.test import Client

from accounts.models import Person
from checkins.cadence import EVERY_DAY
from checkins.models import CheckIn, Schedule
from circles.models import Circle, Member
from moderation import roles
from moderation.items import About, Item
from moderation.models import Decision, Report
from outbox.mail import Mail, to_body
from outbox.models import Mailbox, Message
from vault.models import Key

_NUMBERS = itertools.count(1)
JOINED = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


def person(
    *,
    name: str = "Ada",
    address: str | None = None,
    zone: str = "Europe/Berlin",
    country: str = "DE",
    language: str = "en",
    now: dt.datetime = JOINED,
    **fields: Any,
) -> Person:
    """Somebody who signed up, was welcomed and has a mailbox."""
    key = Key.objects.make()
    email = address or f"person{next(_NUMBERS)}@example.org"
    mailbox = Mailbox.objects.give(email, key_id=key.pk, language=language, now=now)
    return Person.objects.create(
        key_id=key.pk,
        email=email,
        password=make_password(None),
        display_name=name,
        zone=zone,
        country=country,
        language=language,
        mailbox=mailbox,
        joined_at=now,
        welcomed_at=now,
        here_on=now.date().replace(day=1),
        **fields,
    )


def schedule(
    *,
    person: Person,
    now: dt.datetime = JOINED,
    weekdays: int = EVERY_DAY,
    at: str = "09:00",
    **fields: Any,
) -> Schedule:
    """When the person wants to be asked; daily at nine unless said otherwise."""
    return Schedule.objects.save_for(
        person, weekdays=weekdays, local_time=dt.time.fromisoformat(at), now=now, **fields
    )


def member(
    *,
    person: Person,
    name: str = "Ben",
    address: str | None = None,
    level: str = "word",
    in_mail: bool = False,
    language: str = "en",
    now: dt.datetime = JOINED,
    **fields: Any,
) -> Member:
    """Somebody who said yes to being beside the person; at "my word" behind a link."""
    email = address or f"member{next(_NUMBERS)}@example.org"
    mailbox = Mailbox.objects.give(email, key_id=person.key_id, language=language, now=now)
    return Member.objects.create(
        circle=Circle.objects.of(person),
        key_id=person.key_id,
        mailbox=mailbox,
        name=name,
        kind=fields.pop("kind", "friend"),
        level=level,
        in_mail=in_mail,
        state=fields.pop("state", "accepted"),
        state_at=now,
        accepted_at=now,
        zone=fields.pop("zone", person.zone),
        **fields,
    )


def check_in(
    *, person: Person, now: dt.datetime, days: int = 1, asked: bool = True, **fields: Any
) -> CheckIn:
    """An open question, asked this very moment; it closes in ``days``."""
    return CheckIn.objects.create(
        person=person,
        key_id=person.key_id,
        asked=asked,
        due_at=now,
        local_date=person.today(now),
        closes_at=now + dt.timedelta(days=days),
        **fields,
    )


def mailbox(
    *, address: str | None = None, key_id: int | None = None, now: dt.datetime = JOINED
) -> Mailbox:
    """A mailbox in a world of its own."""
    return Mailbox.objects.give(
        address or f"mailbox{next(_NUMBERS)}@example.org",
        key_id=key_id or Key.objects.make().pk,
        language="en",
        now=now,
    )


def message(
    *,
    now: dt.datetime,
    mailbox: Mailbox,
    mail: Mail | None = None,
    kind: str = "account",
    lives: dt.timedelta = dt.timedelta(days=2),
    dedupe_key: str | None = None,
    **fields: Any,
) -> Message:
    """A mail that waits; written early unless its kind says otherwise."""
    body = to_body(mail or Mail(subject="A note", text="Some words.\n"))
    posted = Message.objects.post(
        kind=kind,
        mailbox=mailbox,
        key_id=mailbox.key_id,
        subject=fields.pop("subject", None) or uuid.uuid4(),
        dedupe_key=dedupe_key or f"test:{next(_NUMBERS)}",
        now=now,
        expires_at=now + lives,
        body=fields.pop("body", body),
        **fields,
    )
    assert posted is not None
    return posted


def staff(*roles_: str, name: str = "Kim", **fields: Any) -> Person:
    """Somebody of the office with these roles."""
    roles.renew()
    found = person(name=name, **fields)
    for role in roles_:
        roles.give(found, role, by=None, now=JOINED)
    return found


def just_came_in(client: Client, person: Person) -> Client:
    """This browser, in which the person signed in a moment ago; force_login is one of last week."""
    client.force_login(person)
    request = HttpRequest()
    request.session = client.session
    record_authentication(request, person, method="code")
    request.session.save()
    return client


def moderator(*, name: str = "Kim", **fields: Any) -> Person:
    """Somebody who takes reports in hand."""
    return staff(roles.MODERATOR, name=name, **fields)


def report(
    *,
    member: Member,
    now: dt.datetime,
    item: Item | None = None,
    by: str = "member",
    reason: str = "harassment",
    words: str = "This is not all right.",
    **fields: Any,
) -> Report:
    """A member tells the moderators about the person as a whole, unless said otherwise."""
    whole = Item(About.MEMBER, member.public_id, member, by_member=by == "person")
    return Report.objects.store(item or whole, by=by, reason=reason, words=words, now=now, **fields)


def decision(
    *, report: Report, by: Person, now: dt.datetime, action: str = "warn", **fields: Any
) -> Decision:
    """What a moderator who has the report in hand decides."""
    said = {"rule": "R1", "facts": "Many letters at night.", "answer": "", "signed": "Kim"}
    return Decision.objects.decide(
        report, **{"action": action, "ends_on": None, **said, **fields}, by=by, now=now
    )
