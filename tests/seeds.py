"""One of everything for a person, every text of it a word that can be searched for."""

import datetime as dt
import uuid
from typing import Any

from accounts.models import Consent, Once, Person, Session, Token
from checkins.models import Answer, CheckIn, Feed, Reply, Share
from circles.models import Circle, Invitation, Member
from moderation.models import Appeal, Desk, Opening
from outbox.models import Mailbox, Message
from tests import factories
from vault.models import Key
from vault.part import keyed_models

NOW = dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC)


def everything_of(name: str) -> Person:
    """A person called ``name`` with a row in every table; texts carry the name in them."""
    person = factories.person(name=f"{name}-display", address=f"{name}@example.org", now=NOW)
    person.own_subject = f"{name}-subject"
    person.save()
    Consent.objects.create(person=person, text_version="1", given_at=NOW)
    Session.objects.create(
        key_hash=f"1:{name}",
        key_id=Key.objects.installation().pk,
        person=person,
        data={"words": f"{name}-session"},
        expires_at=NOW + dt.timedelta(days=1),
    )
    Token.objects.give(person, name=f"{name}-program", scope="all", now=NOW)
    once, _new = Once.objects.begin(person, key="seed", sent=b"seed", now=NOW)
    once.note(200, {"said": f"{name}-once"})
    schedule = factories.schedule(person=person, now=NOW)
    schedule.pause(until=None, now=NOW)
    Feed.objects.make(person, now=NOW)
    member = _member(person, name)
    check_in = CheckIn.objects.create(
        person=person,
        key_id=person.key_id,
        asked=True,
        due_at=NOW,
        local_date=NOW.date(),
        closes_at=NOW + dt.timedelta(days=1),
    )
    _said(check_in, member, name)
    _reported(person, member, name)
    Message.objects.create(
        kind="share",
        mailbox=member.mailbox,
        key_id=person.key_id,
        subject=uuid.uuid4(),
        dedupe_key=f"seed:{person.public_id}",
        body={"text": f"{name}-body"},
        ring=1,
        made_at=NOW,
        not_before=NOW,
        expires_at=NOW + dt.timedelta(days=1),
    )
    return person


def _reported(person: Person, member: Member, name: str) -> None:
    """A report about what the person wrote, opened, decided and answered."""
    kim = factories.moderator()
    report = factories.report(member=member, now=NOW, words=f"{name}-report")
    report.claim(by=kim, now=NOW)
    reason = f"{name}-opened, and this is why."
    Opening.objects.open(report, category="context", reason=reason, by=kim, now=NOW)
    decision = factories.decision(report=report, by=kim, facts=f"{name}-facts", now=NOW)
    Appeal.objects.make(decision, words=f"{name}-appeal", now=NOW)
    Desk.objects.choose(person, ["spam"])


def tables_without(person: Person) -> list[str]:
    """The keyed tables in which this person has no row: a seed was forgotten there."""
    return [
        model._meta.label
        for model, path in keyed_models()
        if not model._default_manager.filter(**{path: person.key_id}).exists()
    ]


def _member(person: Person, name: str) -> Member:
    own = {"key_id": person.key_id}
    circle, _ = Circle.objects.get_or_create(person=person, defaults=own)
    circle.helps_me = f"{name}-helps"
    circle.gestures = [f"{name}-gesture"]
    circle.save()
    mailbox = Mailbox.objects.create(
        **own,
        address=f"{name}-member@example.org",
        address_hash=f"1:{name}",
        made_at=NOW,
        given_at=NOW,
    )
    member = Member.objects.create(
        circle=circle,
        mailbox=mailbox,
        kind=Member.Kind.FRIEND,
        name=f"{name}-membername",
        label=f"{name}-label",
        level=Member.Level.WORDS,
        in_mail=True,
        state=Member.State.ACCEPTED,
        state_at=NOW,
        zone="Europe/Berlin",
        answers_when=f"{name}-when",
        first_word=f"{name}-first",
        **own,
    )
    Invitation.objects.create(
        member=member,
        words=f"{name}-invitation",
        made_at=NOW,
        expires_at=NOW + dt.timedelta(days=14),
        **own,
    )
    return member


def _said(check_in: CheckIn, member: Member, name: str) -> None:
    own: dict[str, Any] = {"key_id": check_in.key_id}
    Answer.objects.create(
        check_in=check_in,
        person=check_in.person,
        local_date=check_in.local_date,
        word="heavy",
        note=f"{name}-note",
        went_well=f"{name}-well",
        would_help=["listening"],
        answered_at=NOW,
        changed_at=NOW,
        **own,
    )
    share = Share.objects.create(
        check_in=check_in, member=member, level="words", in_mail=True, made_at=NOW, **own
    )
    Reply.objects.create(
        member=member, share=share, words=f"{name}-reply", gesture="thinking", made_at=NOW, **own
    )
