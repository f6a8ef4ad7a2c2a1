"""What comes before moderators: a way in, a letter that is told of, and what was decided."""

import datetime as dt

from django.test import Client

from accounts.models import Person
from checkins.models import Reply, Share
from moderation import items
from moderation.models import Decision, Report
from outbox import links
from outbox.links import Link
from tests import factories
from tests.checkins.postman import Letter


def door(client: Client, link: Link) -> str:
    """Come in by the link of a mail; the clean address it leads to."""
    path = links.url(link, 1).split("//", 1)[1].partition("/")[2]
    return str(client.get(f"/{path}")["Location"])


def share_link(share: Share) -> Link:
    """What opens the page of a share."""
    return Link("s", share.public_id, share.member.generation)


def hello(person: Person, *, now: dt.datetime, words: str = "Quittenmus") -> Reply:
    """A letter from a member of this person's circle."""
    return Reply.objects.hello(factories.member(person=person), words=words, now=now)


def letter_report(reply: Reply, *, now: dt.datetime, **said: object) -> Report:
    """The person tells the moderators of a letter."""
    item = items.of_letter(reply)[0]
    return factories.report(member=reply.member, item=item, by="person", now=now, **said)


def decided(report: Report, action: str, *, now: dt.datetime, **said: object) -> Decision:
    """Kim takes the report, and decides so."""
    kim = factories.moderator()
    report.claim(by=kim, now=now)
    return factories.decision(report=report, by=kim, action=action, now=now, **said)


def to(address: str, letters: list[Letter]) -> list[Letter]:
    """Those of the letters that went to this address."""
    return [letter for letter in letters if letter.to == address]
